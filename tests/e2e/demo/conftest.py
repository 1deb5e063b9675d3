"""The one run of the demo that the tests of this folder share; they all run in one process (tests/conftest.py)."""

from __future__ import annotations

import pytest

from tests.helpers.e2e_help import Workplace, explain, furnish


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The demo, run once from nothing to its table and report."""
    place = furnish(tmp_path_factory.mktemp("demo"))
    config = place.path("config/demo.yaml")  # fewer updates and models do for what is tested
    fewer = config.read_text().replace("clmt: {batch_size: 64,", "clmt: {batch_size: 128,")
    config.write_text(fewer.replace(" matrix_factorisation,", "").replace(" mlp,", ""))
    done = place.snakemake("--configfile", "config/demo.yaml", "--", "paper")
    assert done.returncode == 0, explain(done)
    return place
