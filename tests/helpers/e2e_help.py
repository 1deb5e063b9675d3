"""A working directory of its own for every end-to-end run."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.workflow_help import ROOT, run_snakemake


@dataclass
class Workplace:
    """A folder with a copy of the configuration and the tracked resources; nothing is written outside it."""

    folder: Path

    def snakemake(self, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Run Snakemake on two cores with this folder as the working directory."""
        here = ("--snakefile", str(ROOT / "Snakefile"), "--cores", "2", "--directory", str(self.folder))
        return run_snakemake(self.folder, *here, *arguments, timeout=timeout, OMP_NUM_THREADS="1")

    def path(self, name: str) -> Path:
        """Path below the folder."""
        return self.folder / name


def furnish(folder: Path) -> Workplace:
    """Copy into a folder what a run reads by a relative path."""
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copytree(ROOT / "resources", folder / "resources", ignore=shutil.ignore_patterns("downloads", "models"))
    return Workplace(folder)


def explain(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a failed run said."""
    return f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
