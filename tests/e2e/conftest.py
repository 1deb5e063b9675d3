"""Working directories, and the one run of the demo that the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.e2e_help import Workplace, explain, furnish


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A fresh working directory."""
    return furnish(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The demo, run once from nothing to its table and report."""
    place = furnish(tmp_path_factory.mktemp("demo"))
    done = place.snakemake("--configfile", "config/demo.yaml", "--", "paper")
    assert done.returncode == 0, explain(done)
    return place
