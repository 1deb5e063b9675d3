"""Runs of three models on three folds, for the tests that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.made_up_runs import write_runs

MODELS = {"drug_mean": 1.0, "mlp": 0.4, "clmt": 0.2}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of three models on three folds."""
    root = tmp_path_factory.mktemp("runs")
    write_runs(root, MODELS)
    return root
