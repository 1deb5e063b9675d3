"""CLMT as a model: it learns, repeats itself, and a prediction depends on its pair alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.model import CLMT
from clmt.models.create import create_model
from clmt.runs.checkpoint import load_checkpoint, save_checkpoint
from tests.helpers.folds import small_fold, small_molecules, with_graph

QUICK: dict[str, Any] = {"epochs": 3, "batch_size": 64, "updates_per_encoding": 2}


@pytest.fixture(scope="module")
def molecules() -> dict[str, Any]:
    return small_molecules()


@pytest.fixture(scope="module")
def fold(molecules: dict[str, Any]) -> FoldData:
    return small_fold(molecules)


@pytest.fixture(scope="module")
def fitted(fold: FoldData) -> CLMT:
    model = create_model("clmt", QUICK)
    model.fit(fold, seed=1, device="cpu")
    return model


@pytest.fixture
def pairs(fold: FoldData) -> np.ndarray:
    return fold.graph.test_pairs.numpy()


def test_learns_the_training_pairs(fold: FoldData) -> None:
    longer = {"epochs": 40, "dropout": 0.0, "geometry_dropout": 0.0, "learning_rate": 3.0e-3}
    model = create_model("clmt", {**QUICK, **longer})
    history = model.fit(fold, seed=0, device="cpu")
    spread = float(fold.graph.train_ln_ic50.std())
    assert history[-1]["train_rmse"] < 0.3 * spread
    assert min(row["validation_rmse"] for row in history) < 0.6 * spread


def test_same_seed_same_predictions(fold: FoldData, fitted: CLMT, pairs: np.ndarray) -> None:
    """Fault 7: the seed reaches torch."""
    again, other = create_model("clmt", QUICK), create_model("clmt", QUICK)
    again.fit(fold, seed=1, device="cpu")
    other.fit(fold, seed=2, device="cpu")
    expected = fitted.predict(fold, pairs)
    assert np.array_equal(again.predict(fold, pairs), expected)
    assert not np.array_equal(other.predict(fold, pairs), expected)


def test_learns_where_no_tissue_and_no_pathway_is_known(fold: FoldData, pairs: np.ndarray) -> None:
    drugs, cells = len(fold.graph.drug_ids), len(fold.graph.cell_line_ids)
    unknown = torch.full((cells,), -1)
    labels = {
        "pathway": torch.zeros(drugs, 0),
        "pathways": [],
        "tissue": unknown,
        "cell_tissue": unknown,
        "tissues": [],
    }
    bare = with_graph(fold, **labels)
    model = create_model("clmt", QUICK)
    model.fit(bare, seed=1, device="cpu")
    assert np.isfinite(model.predict(bare, pairs)).all()


def check_independent_of_batch(predict: Any, pairs: np.ndarray) -> None:
    whole = predict(pairs)
    for size in (1, 7):
        parts = [predict(pairs[start : start + size]) for start in range(0, len(pairs), size)]
        np.testing.assert_allclose(np.concatenate(parts), whole, rtol=0, atol=1e-6)
    np.testing.assert_allclose(predict(pairs[::-1])[::-1], whole, rtol=0, atol=1e-6)


def test_a_prediction_does_not_depend_on_its_batch(fold: FoldData, fitted: CLMT, pairs: np.ndarray) -> None:
    """Fault 2: other pairs, their number and their order change nothing."""
    check_independent_of_batch(lambda asked: fitted.predict(fold, asked), pairs)


def test_a_graph_of_the_queried_pairs_would_be_caught(fold: FoldData, fitted: CLMT, pairs: np.ndarray) -> None:
    def with_queried_edges(asked: np.ndarray) -> np.ndarray:
        edges = torch.from_numpy(asked.copy()).T.contiguous()
        return fitted.predict(with_graph(fold, response_edges=edges), asked)

    with pytest.raises(AssertionError):
        check_independent_of_batch(with_queried_edges, pairs)


def test_checkpoint_round_trip(fold: FoldData, fitted: CLMT, pairs: np.ndarray, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "model.pt", fitted, {"arch": "clmt", "settings": QUICK}, {"epochs": 3}, fold)
    loaded, settings, record, inputs = load_checkpoint(tmp_path / "model.pt")
    assert np.array_equal(loaded.predict(fold, pairs), fitted.predict(fold, pairs))
    assert (settings["arch"], record["epochs"], inputs) == ("clmt", 3, fold.digests())


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(ClmtError, match=r"model\.pt"):
        load_checkpoint(tmp_path / "model.pt")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"view": []}, "view"),
        ({"views": ["genes"]}, "genes"),
        ({"views": []}, "views"),
        ({"drug_attribute": []}, "drug_attribute"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ClmtError, match=named):
        create_model("clmt", settings)
