"""Working directories, and the one run of the demo that the tests share."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from e2e_help import Workplace, explain, furnish


def children_seconds() -> float:
    """Processor time of all finished child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A fresh working directory."""
    return furnish(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The demo, run once from nothing to its table and report."""
    place = furnish(tmp_path_factory.mktemp("demo"))
    before = children_seconds()
    done = place.snakemake(
        "--configfile", "config/demo.yaml", "--", "results/demo_cv.tsv", "results/report/demo_cv.html"
    )
    place.cpu_seconds = children_seconds() - before
    assert done.returncode == 0, explain(done)
    return place
