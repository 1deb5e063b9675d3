"""The mean of other models: weights by the validation pairs alone, in twentieths."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.graph.held_out import HeldOut, held_out_pairs
from clmt.models.create import create_model
from clmt.models.weighted_mean import STEPS, WeightedMean, best_weights
from tests.helpers.folds import planted_fold, planted_table

NOISE = {"far": 1.5, "near": 0.3, "middle": 0.6}


def with_members(noise: dict[str, float] = NOISE, seed: int = 0) -> FoldData:
    """A fold and members that are right but for noise, on held-out pairs alone."""
    fold, _ = planted_fold()
    values, _ = planted_table()
    random = np.random.default_rng(seed)
    at = tuple(held_out_pairs(fold.graph).T)
    members = {}
    for name, spread in noise.items():
        table = np.full(values.shape, np.nan)
        table[at] = values[at] + random.normal(0, spread, len(at[0]))
        members[name] = HeldOut(table, f"digest of {name}")
    return replace(fold, members=members)


def fitted(fold: FoldData, members: tuple[str, ...] = ("far", "near", "middle")) -> WeightedMean:
    model = create_model("weighted_mean", {"members": list(members)})
    model.fit(fold, seed=0, device="cpu")
    assert isinstance(model, WeightedMean)
    return model


def test_weights_are_the_best_of_all_in_steps_of_a_twentieth() -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=50)
    predicted = values + random.normal(size=(3, 50)) * np.array([[0.5], [0.7], [2.0]])
    every = [np.array(c) / STEPS for c in product(range(STEPS + 1), repeat=3) if sum(c) == STEPS]
    losses = [np.mean((weights @ predicted - values) ** 2) for weights in every]
    found = best_weights(predicted, values)
    np.testing.assert_array_equal(found, every[int(np.argmin(losses))])
    assert found.sum() == pytest.approx(1.0)


def test_a_useless_member_gets_weight_zero_and_the_mean_beats_its_parts() -> None:
    fold = with_members()
    model = fitted(fold)
    assert model.weights["far"] == 0.0
    assert model.weights["near"] > model.weights["middle"] > 0.0
    pairs, values = (part.numpy() for part in fold.graph.responses("validation"))
    error = np.mean((model.predict(fold, pairs) - values) ** 2)
    assert all(error < np.mean((fold.members[name].table[tuple(pairs.T)] - values) ** 2) for name in NOISE)


def test_equal_members_favour_the_first() -> None:
    fold = with_members({"near": 0.3})
    twice = replace(fold, members={**fold.members, "again": fold.members["near"]})
    assert fitted(twice, ("again", "near")).weights == {"again": 1.0, "near": 0.0}


def test_state_round_trip_and_independence_of_other_pairs() -> None:
    fold = with_members()
    model, pairs = fitted(fold), fold.graph.test_pairs.numpy()
    restored = create_model("weighted_mean", {"members": list(NOISE)})
    restored.load_state(model.state())
    whole = model.predict(fold, pairs)
    np.testing.assert_array_equal(whole, restored.predict(fold, pairs))
    np.testing.assert_array_equal(whole[::-1], model.predict(fold, pairs[::-1]))
    assert model.predict(fold, pairs[5:6])[0] == whole[5]
    assert model.predict(fold, pairs[:0]).shape == (0,)


def test_members_that_are_missing_or_other_ones_are_refused() -> None:
    fold = with_members()
    model, pairs = fitted(fold), fold.graph.test_pairs.numpy()
    with pytest.raises(ClmtError, match="no predictions of member 'none'! got: far, near, middle"):
        fitted(fold, ("near", "none"))
    changed = {**fold.members, "near": replace(fold.members["near"], settings_digest="other")}
    with pytest.raises(ClmtError, match="member 'near' was trained again with other settings! got: other, expected"):
        model.predict(replace(fold, members=changed), pairs)


def test_settings_name_each_member_once() -> None:
    with pytest.raises(ClmtError, match="members"):
        create_model("weighted_mean", {"members": []})
    with pytest.raises(ClmtError, match="twice"):
        create_model("weighted_mean", {"members": ["clmt", "clmt"]})
