"""An installed clmt, far from its checkout: it holds its files, plans as a module, and runs the demo."""

from __future__ import annotations

import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.helpers.installed import ROOT, Environment, make_environment
from tests.helpers.workflow_help import job_counts

PLANNED = {"collect", "train", "evaluate", "figures", "text_page", "encode_text", "fetch_source"}
FIRST_FOLD = "results/demo/demo_mixed/drug_mean/fold0/predictions.parquet"

#: A user's workflow that takes over all rules, without a configuration of its own but for the overlay.
MODULE = """
from clmt.paths import place

configfile: place("config")
configfile: place("demo")

module clmt:
    snakefile: str(place("snakefile"))
    config: config

use rule * from clmt
"""


def explain(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def where(installed: Environment, work: Path, name: str) -> str:
    done = installed.run(work, "clmt", "where", name)
    assert done.returncode == 0, explain(done)
    return done.stdout.strip()


@pytest.fixture
def demo_folder(installed: Environment, tmp_path: Path) -> Path:
    """An empty folder but for the simulated mirror."""
    done = installed.run(tmp_path, "clmt", "demo", "--out", "resources/demo/mirror")
    assert done.returncode == 0, explain(done)
    return tmp_path


def test_no_file_of_the_checkout_is_missing_from_the_wheel(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "clmt", "workflow", "profiles", "config/*.yaml", "resources/*.tsv"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    expected = {_in_wheel(name) for name in listed if (ROOT / name).is_file()}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert expected == held
    assert {"clmt/workflow/Snakefile", "clmt/config/demo.yaml", "clmt/resources/target_aliases.tsv"} <= held


def _in_wheel(name: str) -> str:
    if name.startswith("clmt/"):
        return name
    return f"clmt/workflow/{name}" if name.startswith("profiles/") else f"clmt/{name}"


def test_help_answers_at_once(installed: Environment, tmp_path: Path) -> None:
    installed.run(tmp_path, "clmt", "--help")
    start = time.perf_counter()
    done = installed.run(tmp_path, "clmt", "--help")
    assert done.returncode == 0, explain(done)
    assert time.perf_counter() - start < 3  # less than 0.5 s on an idle machine


def test_where_knows_every_place(installed: Environment, tmp_path: Path) -> None:
    done = installed.run(tmp_path, "clmt", "where")
    places = dict(line.split("\t") for line in done.stdout.splitlines())
    assert places.keys() >= {"snakefile", "config", "demo", "profiles"}
    assert all(Path(path).exists() and Path(path).is_relative_to(installed.folder) for path in places.values())


def test_it_plans_from_an_empty_folder(installed: Environment, demo_folder: Path) -> None:
    arguments = ("--snakefile", where(installed, demo_folder, "snakefile"), "--cores", "2", "--dry-run")
    done = installed.run(
        demo_folder, "snakemake", *arguments, "--configfile", where(installed, demo_folder, "demo")
    )  # fmt: skip
    assert done.returncode == 0, explain(done)
    assert job_counts(done.stdout).keys() >= PLANNED
    assert "workflow/profiles/default" in done.stderr


def test_an_own_configuration_and_registry_come_first(installed: Environment, demo_folder: Path) -> None:
    snakefile = where(installed, demo_folder, "snakefile")
    (demo_folder / "config").mkdir()
    (demo_folder / "config" / "sources.yaml").write_text("sources: []\n")
    done = installed.run(demo_folder, "snakemake", "--snakefile", snakefile, "--cores", "1", "--dry-run")
    assert "config/sources.yaml: sources is not a mapping" in done.stderr
    (demo_folder / "config" / "sources.yaml").unlink()
    (demo_folder / "config" / "config.yaml").write_text("seed: 1\n")
    done = installed.run(demo_folder, "snakemake", "--snakefile", snakefile, "--cores", "1", "--dry-run")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: config")


def test_its_rules_are_a_module_and_run_the_demo(installed: Environment, demo_folder: Path) -> None:
    (demo_folder / "Snakefile").write_text(MODULE)
    done = installed.run(demo_folder, "snakemake", "--cores", "2", "--dry-run")
    assert done.returncode == 0, explain(done)
    assert job_counts(done.stdout).keys() >= {*PLANNED, "all"}
    targets = (FIRST_FOLD, "results/demo/text/drugs.parquet", "results/report/demo_texts.html")
    done = installed.run(demo_folder, "snakemake", "--cores", "2", "--", *targets)
    assert done.returncode == 0, explain(done)
    assert all((demo_folder / target).stat().st_size for target in targets)
    done = installed.run(demo_folder, "snakemake", "--cores", "1", "--report", "report.html", "--", *targets)
    assert done.returncode == 0, explain(done)


@pytest.mark.parametrize("snakefile", ["workflow/Snakefile", "Snakefile", None], ids=["by path", "root", "in a clone"])
def test_without_clmt_planning_ends_in_one_line(tmp_path: Path, snakefile: str | None) -> None:
    bare = make_environment(tmp_path / "venv", None)
    work = tmp_path / "work"
    work.mkdir()
    given = ("--snakefile", str(ROOT / snakefile)) if snakefile else ("--directory", str(work))
    done = bare.run(work if snakefile else ROOT, "snakemake", *given, "--cores", "1", "--dry-run")
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if not line.startswith(("Using profile", "Using workflow"))]
    assert len(said) == 1, done.stderr
    assert said[0].startswith(f"error: Snakemake runs in {bare.folder}, which has no module 'clmt'! Install clmt there")
