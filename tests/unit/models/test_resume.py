"""A training that was interrupted and gone on with ends as one that was not, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.baselines.mlp import EarlyFusionMLP
from clmt.models.best_epoch import BestEpoch
from clmt.models.clmt.training import Averager, Trainer
from clmt.models.create import create_model
from tests.helpers.folds import planted_fold, small_fold, small_molecules
from tests.helpers.interruption import Killed, MemorySaver, equal_tensors, timeless

EPOCHS = 3
#: Coarse steps, so that the best epoch is not the last one, and dropout, which draws in every step.
SETTINGS: dict[str, dict[str, Any]] = {
    "clmt": {"epochs": EPOCHS, "batch_size": 72, "updates_per_encoding": 1, "learning_rate": 0.03, "dropout": 0.3},
    "mlp": {"epochs": EPOCHS, "batch": 64, "hidden": [16], "dropout": 0.3, "learning_rate": 0.03},
    "graphdrp": {"epochs": EPOCHS, "cells_per_step": 16, "drugs_per_step": 4, "learning_rate": 0.03},
}
Result = tuple[list[dict[str, Any]], dict[str, Any], np.ndarray]


@cache
def fold_of(arch: str) -> FoldData:
    return planted_fold()[0] if arch == "mlp" else small_fold(small_molecules())


def trained(arch: str, saver: MemorySaver | None = None, **settings: Any) -> Result:
    """Learning curve, state and predictions of every test pair."""
    model = create_model(arch, {**SETTINGS[arch], **settings})
    model.saver = saver
    fold = fold_of(arch)
    rows = model.fit(fold, seed=3, device="cpu")
    return timeless(rows), model.state(), model.predict(fold, fold.graph.test_pairs.numpy())


@cache
def undisturbed(arch: str) -> Result:
    return trained(arch)


def interrupted(arch: str, *epochs: int) -> Result:
    """Trained with a kill so many epochs after each start."""
    saver = MemorySaver(0)
    for count in epochs:
        saver.left = count
        with pytest.raises(Killed):
            trained(arch, saver)
    saver.left = 0
    return trained(arch, saver)


def same(one: Result, other: Result) -> bool:
    return one[0] == other[0] and equal_tensors(one[1], other[1]) and np.array_equal(one[2], other[2])


@pytest.mark.parametrize("arch", SETTINGS)
@pytest.mark.parametrize("epochs", [(1,), (EPOCHS,), (1, 1)])
def test_an_interruption_changes_nothing(arch: str, epochs: tuple[int, ...]) -> None:
    assert same(interrupted(arch, *epochs), undisturbed(arch))


@pytest.mark.parametrize(
    ("arch", "validation"),
    [("clmt", "clmt.models.clmt.model.validation_rmse"), ("mlp", "clmt.models.baselines.mlp.EarlyFusionMLP._validate")],
)
def test_the_patience_of_the_first_start_counts(arch: str, validation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best epoch and the epochs without improvement are counted over the interruption."""
    scores = iter([1.0, 0.9, 0.95, 0.96, 0.97, 0.5])
    monkeypatch.setattr(validation, lambda *_: next(scores))
    saver = MemorySaver(3)
    with pytest.raises(Killed):
        trained(arch, saver, epochs=6, patience=3)
    rows = trained(arch, saver, epochs=6, patience=3)[0]
    assert [row["best"] for row in rows] == [1, 1, 0, 0, 0]


def forget(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    monkeypatch.setattr(owner, name, lambda *_, **__: None)


@pytest.mark.parametrize(
    ("arch", "owner", "name"),
    [
        ("clmt", torch, "set_rng_state"),
        ("clmt", torch.optim.AdamW, "load_state_dict"),
        ("clmt", Averager, "load_state_dict"),
        ("clmt", Trainer, "load_state_dict"),
        ("clmt", BestEpoch, "load_state_dict"),
        ("mlp", torch, "set_rng_state"),
        ("mlp", torch.optim.AdamW, "load_state_dict"),
        ("mlp", torch.optim.lr_scheduler.OneCycleLR, "load_state_dict"),
        ("mlp", torch.nn.Module, "load_state_dict"),
        ("graphdrp", torch, "set_rng_state"),
        ("graphdrp", torch.optim.AdamW, "load_state_dict"),
        ("graphdrp", torch.optim.lr_scheduler.OneCycleLR, "load_state_dict"),
        ("graphdrp", torch.nn.Module, "load_state_dict"),
    ],
)
def test_a_state_that_is_not_restored_is_seen(
    arch: str, owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first test says is no matter of course: each part left out changes the result."""
    undisturbed(arch)
    forget(monkeypatch, owner, name)
    assert not same(interrupted(arch, 2), undisturbed(arch))


def test_the_order_of_the_mlp_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = undisturbed("mlp")
    train: Callable[..., Any] = EarlyFusionMLP._train

    def anew(self: EarlyFusionMLP, *arguments: Any) -> Any:
        if self.saver is not None and (state := self.saver.load()):
            state["generators"] = [torch.Generator().manual_seed(3).get_state()]
            monkeypatch.setattr(self.saver, "load", lambda: state)
        return train(self, *arguments)

    monkeypatch.setattr(EarlyFusionMLP, "_train", anew)
    assert not same(interrupted("mlp", 2), whole)
