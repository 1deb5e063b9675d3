"""Properties of training: what decides, what is seen, and how often an entity is encoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.clmt.training import Trainer, learning_rate
from clmt.models.create import create_model
from tests.helpers.folds import small_fold, small_molecules, with_graph

QUICK: dict[str, Any] = {"epochs": 4, "batch_size": 32, "updates_per_encoding": 2}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def molecules() -> dict[str, Any]:
    return small_molecules()


@pytest.fixture(scope="module")
def fold(molecules: dict[str, Any]) -> FoldData:
    return small_fold(molecules)


def check_best_is_lowest(rows: Rows) -> None:
    """The last epoch marked best has the lowest validation RMSE of all up to the end."""
    best = [row for row in rows if row["best"]][-1]
    assert best["validation_rmse"] == min(row["validation_rmse"] for row in rows)


def test_one_quantity_decides_the_best_epoch(fold: FoldData) -> None:
    """Fault 6: replacing the best when RMSE or Pearson improves lets it get worse."""
    check_best_is_lowest(create_model("clmt", QUICK).fit(fold, seed=0, device="cpu"))
    published = [
        {"validation_rmse": 1.0, "pearson": 0.80, "best": 1},
        {"validation_rmse": 1.2, "pearson": 0.85, "best": 1},  # worse RMSE, taken for its Pearson
    ]
    with pytest.raises(AssertionError):
        check_best_is_lowest(published)


def test_the_best_epoch_is_the_one_kept(fold: FoldData) -> None:
    coarse = {"epochs": 12, "learning_rate": 0.05, "average": 0.0}  # so that it gets worse again
    model = create_model("clmt", {**QUICK, **coarse})
    rows = model.fit(fold, seed=0, device="cpu")
    predicted = model.predict(fold, fold.graph.validation_pairs.numpy())
    error = np.sqrt(np.mean((predicted - fold.graph.validation_ln_ic50.numpy()) ** 2))
    assert error == pytest.approx(min(row["validation_rmse"] for row in rows), rel=1e-3)


def test_stops_when_validation_no_longer_improves(fold: FoldData, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = iter([1.0, 0.9, 0.95, 0.96, 0.97, 0.5])
    monkeypatch.setattr("clmt.models.clmt.model.validation_rmse", lambda *_: next(scores))
    rows = create_model("clmt", {**QUICK, "epochs": 6, "patience": 3}).fit(fold, seed=0, device="cpu")
    assert [row["best"] for row in rows] == [1, 1, 0, 0, 0]


def check_test_pairs_are_not_seen(fit: Callable[[FoldData], np.ndarray], fold: FoldData) -> None:
    others = with_graph(fold, test_pairs=fold.graph.test_pairs[:1])
    assert np.array_equal(fit(fold), fit(others))


def test_training_does_not_look_at_test_pairs(fold: FoldData) -> None:
    """Fault 5: nothing about the test part is computed during training."""
    asked = fold.graph.validation_pairs.numpy()

    def ours(seen: FoldData) -> np.ndarray:
        model = create_model("clmt", {**QUICK, "epochs": 1})
        model.fit(seen, seed=0, device="cpu")
        return model.predict(fold, asked)

    def peeking(seen: FoldData) -> np.ndarray:
        edges = torch.cat([seen.graph.response_edges, seen.graph.test_pairs.T], dim=1)
        return ours(with_graph(seen, response_edges=edges))

    check_test_pairs_are_not_seen(ours, fold)
    with pytest.raises(AssertionError):
        check_test_pairs_are_not_seen(peeking, fold)


def rows_encoded(fold: FoldData, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Rows that reach the encoders of cell lines and molecules in an epoch of training, one number a call."""
    seen: dict[str, list[int]] = {"cell": [], "drug": []}
    epoch = Trainer.epoch

    def watched(self: Trainer) -> tuple[float, float]:
        hooks = [
            getattr(self.network, name).register_forward_hook(
                lambda _module, _inputs, output, name=name: seen[name].append(
                    len(output[0] if isinstance(output, tuple) else output)
                )
            )
            for name in seen
        ]
        result = epoch(self)
        for hook in hooks:
            hook.remove()
        return result

    monkeypatch.setattr(Trainer, "epoch", watched)
    create_model("clmt", {**settings, "epochs": 1}).fit(fold, seed=0, device="cpu")
    return seen


@pytest.mark.parametrize("batch_size", [16, 71, 1000])
def test_each_entity_is_encoded_once_an_update(
    fold: FoldData, batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 14: the published code encodes a molecule for each pair of a batch."""
    seen = rows_encoded(fold, {**QUICK, "batch_size": batch_size, "updates_per_encoding": 2}, monkeypatch)
    updates = -(-len(fold.graph.train_pairs) // batch_size)
    assert seen["cell"] == [24] * updates
    assert seen["drug"] == [8] * -(-updates // 2)


def test_schedule_climbs_and_falls() -> None:
    rates = [learning_rate(step, 100, 1.0, 0.1) for step in range(100)]
    assert rates[9] == pytest.approx(1.0)
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:]) <= 0)
    assert rates[-1] < 0.01
