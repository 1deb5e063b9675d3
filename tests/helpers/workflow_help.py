"""Plans of the workflow, read from dry runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.helpers.forked_snakemake import fork_snakemake

ROOT = Path(__file__).resolve().parents[2]
#: A configuration that is quick to plan: two closed-form baselines and one boosted one, two folds.
SMALL = {
    "splits": {"mixed": {"folds": 2}},
    "experiments": {
        "gdsc_cv": {"models": ["drug_mean", "mean_effects", "matrix_factorisation"]},
        "ccle_cv": {"models": ["drug_mean"]},
    },
}


def run_snakemake(
    folder: Path, *arguments: str, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a folder, with this Python's programs first on the path and a cache of its own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    own = {"PATH": path, "XDG_CACHE_HOME": str(folder / ".cache"), **environment}
    return fork_snakemake(folder, arguments, own, timeout)


@dataclass
class Workspace:
    """A folder with the workflow in it; with ``own_package`` a copy of the package too, which then is the one used."""

    folder: Path
    own_package: bool = False

    @classmethod
    def copy(cls, root: Path, folder: Path) -> Workspace:
        """Copy the workflow, its configuration and the small tables it reads."""
        folder.mkdir()
        shutil.copy(root / "Snakefile", folder)
        for name in ("workflow", "config", "profiles"):
            shutil.copytree(root / name, folder / name)
        ignored = shutil.ignore_patterns("downloads", "models")
        shutil.copytree(root / "resources", folder / "resources", ignore=ignored)
        return cls(folder)

    def copy_package(self) -> None:
        """Copy the package too, so that a test can edit it."""
        shutil.copytree(ROOT / "clmt", self.folder / "clmt", ignore=shutil.ignore_patterns("__pycache__"))
        self.own_package = True

    def snakemake(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run Snakemake here."""
        own = {"PYTHONPATH": str(self.folder)} if self.own_package else {}
        return run_snakemake(self.folder, *arguments, timeout=timeout, PYTHONDONTWRITEBYTECODE="1", **own)

    def plan(self, *arguments: str) -> dict[str, int]:
        """Jobs of each rule that a dry run announces; fails the test where planning fails."""
        done = self.snakemake("--dry-run", "--quiet", "rules", "--cores", "8", *arguments)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return job_counts(done.stdout)

    def overlay(self, content: dict) -> str:
        """Write an overlay of the configuration; returns its path."""
        path = self.folder / "overlay.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return str(path)

    def accept(self, *arguments: str) -> None:
        """Make every planned output as an empty file and record it as made with today's code and settings."""
        done = self.snakemake("--summary", *arguments)
        assert done.returncode == 0, done.stderr[-4000:]
        for line in done.stdout.splitlines()[1:]:
            path = self.folder / line.split("\t")[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        # All of them: an output without inputs is not due once it is there, and would be left without a record.
        done = self.snakemake("--cores", "1", "--touch", "--forceall", *arguments)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that a file must have."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def job_counts(output: str) -> dict[str, int]:
    """Read the first table of job counts of a dry run, without its total."""
    found = re.search(r"^job +count\n[-\s]+\n(.*?)\n\n", output, re.MULTILINE | re.DOTALL)
    if found is None:
        return {}
    rows = (line.rsplit(maxsplit=1) for line in found.group(1).splitlines())
    return {name.strip(): int(count) for name, count in rows if name.strip() != "total"}
