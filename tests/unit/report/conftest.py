"""One experiment with its report, for all tests of the report."""

from __future__ import annotations

from typing import Any

import pytest

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.report.write import write_report
from tests.helpers.made_up_runs import MODELS, write_experiment


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Five models on three folds of simulated data, with their report."""
    arguments = write_experiment(tmp_path_factory.mktemp("report"), MODELS)
    arguments["out_dir"] = arguments["summary"].parent / "report"
    write_report("made_up_cv", **arguments)
    return arguments


@pytest.fixture(scope="session")
def experiment(made: dict[str, Any]) -> Experiment:
    """The runs behind the report."""
    return load_experiment("made_up_cv", made["metrics"], made["predictions"], made["models"])
