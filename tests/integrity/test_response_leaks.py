"""Models of responses alone and means of models: what may not reach a fit, with wrong variants that are caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.graph.held_out import HeldOut, held_out_pairs
from clmt.models.baselines.conditional_normal import ConditionalNormal, response_table
from clmt.models.create import create_model
from clmt.models.response_normal import Expected
from clmt.models.weighted_mean import WeightedMean, best_weights
from tests.helpers.folds import every_pair, planted_fold, planted_table, with_graph

PROTOCOLS = ["mixed", "cell_blind", "drug_blind"]
#: Settings that leave the validation pairs nothing to choose.
FIXED: dict[str, dict[str, Any]] = {
    "tissue_mean_effects": {},
    "conditional_normal": {"ranks": [2], "pseudo_rows": [30.0], "sweeps": 1},
}
Predict = Callable[[str, FoldData], np.ndarray]


def ours(arch: str, fold: FoldData) -> np.ndarray:
    model = create_model(arch, FIXED[arch])
    model.fit(fold, seed=0, device="cpu")
    return model.predict(fold, every_pair())


# Held-out responses set no parameter.


def check_held_out_responses_change_nothing(predict: Predict, arch: str, protocol: str) -> None:
    fold, _ = planted_fold(protocol)
    other = with_graph(fold, validation_ln_ic50=3.0 - fold.graph.validation_ln_ic50.flip(0))
    np.testing.assert_array_equal(predict(arch, fold), predict(arch, other))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("arch", FIXED)
def test_held_out_responses_change_nothing(arch: str, protocol: str) -> None:
    check_held_out_responses_change_nothing(ours, arch, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("arch", FIXED)
def test_check_catches_a_fit_on_held_out_pairs(arch: str, protocol: str) -> None:
    def with_validation(arch: str, fold: FoldData) -> np.ndarray:
        graph = fold.graph
        pairs = torch.cat([graph.train_pairs, graph.validation_pairs])
        values = torch.cat([graph.train_ln_ic50, graph.validation_ln_ic50])
        marks = {
            "train_cells": torch.bincount(pairs[:, 0], minlength=graph.n_cells) > 0,
            "train_drugs": torch.bincount(pairs[:, 1], minlength=graph.n_drugs) > 0,
        }
        return ours(arch, with_graph(fold, train_pairs=pairs, train_ln_ic50=values, **marks))

    with pytest.raises(AssertionError):
        check_held_out_responses_change_nothing(with_validation, arch, protocol)


# The tissue of a held-out cell line moves its own predictions and nobody else's.


def check_held_out_tissues_move_their_own_rows(predict: Predict) -> None:
    fold, _ = planted_fold("cell_blind")
    held = ~fold.graph.train_cells
    other = with_graph(fold, cell_tissue=torch.where(held, (fold.graph.cell_tissue + 1) % 3, fold.graph.cell_tissue))
    before, after = (predict("tissue_mean_effects", one).reshape(fold.graph.n_cells, -1) for one in (fold, other))
    np.testing.assert_array_equal(before[~held.numpy()], after[~held.numpy()])
    assert (before[held.numpy()] != after[held.numpy()]).all()


def test_held_out_tissues_move_their_own_rows() -> None:
    check_held_out_tissues_move_their_own_rows(ours)


def test_tissue_check_catches_predictions_centred_over_all_cell_lines() -> None:
    def centred(arch: str, fold: FoldData) -> np.ndarray:
        predicted = ours(arch, fold)
        return predicted - predicted.mean()

    with pytest.raises(AssertionError):
        check_held_out_tissues_move_their_own_rows(centred)


# What a training pair gets as a feature comes from a fit that has not seen its response.


def check_features_have_not_seen_their_response(features: Callable[[FoldData], Expected], protocol: str) -> None:
    fold, _ = planted_fold(protocol)
    before = features(fold)
    for row in (0, 101, 303):
        values = fold.graph.train_ln_ic50.clone()
        values[row] += 4.0
        after = features(with_graph(fold, train_ln_ic50=values))
        at = tuple(fold.graph.train_pairs[row].tolist())
        assert np.isfinite(before.mean[at])
        assert (after.mean[at], after.variance[at]) == (before.mean[at], before.variance[at])
        assert not np.array_equal(after.mean, before.mean, equal_nan=True)


def normal(fold: FoldData) -> ConditionalNormal:
    model = create_model("conditional_normal", FIXED["conditional_normal"])
    model.fit(fold, seed=0, device="cpu")
    assert isinstance(model, ConditionalNormal)
    return model


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_features_have_not_seen_their_response(protocol: str) -> None:
    check_features_have_not_seen_their_response(lambda fold: normal(fold).out_of_fold(fold, parts=3), protocol)


def test_feature_check_catches_one_covariance_for_all_rows_and_the_response_itself() -> None:
    def one_fit(fold: FoldData) -> Expected:
        model = normal(fold)
        return model.fitted.leave_one_out(response_table(fold)[:, model.drugs])

    for wrong in (one_fit, lambda fold: normal(fold).expect(fold)):
        with pytest.raises(AssertionError):
            check_features_have_not_seen_their_response(wrong, "mixed")


# The weights of a mean of models are those of the validation pairs, whatever is predicted of the test pairs.


def with_members(test_shift: float = 0.0) -> FoldData:
    """A fold with two members, the test predictions of the first moved."""
    fold, _ = planted_fold()
    values, _ = planted_table()
    random = np.random.default_rng(5)
    at, tested = tuple(held_out_pairs(fold.graph).T), tuple(fold.graph.test_pairs.numpy().T)
    tables = {}
    for name in ("first", "second"):
        tables[name] = np.full(values.shape, np.nan)
        tables[name][at] = values[at] + random.normal(0, 0.5, len(at[0]))
    tables["first"][tested] += test_shift
    return replace(fold, members={name: HeldOut(table, name) for name, table in tables.items()})


def our_weights(fold: FoldData) -> list[float]:
    model = create_model("weighted_mean", {"members": ["first", "second"]})
    model.fit(fold, seed=0, device="cpu")
    assert isinstance(model, WeightedMean)
    return list(model.weights.values())


def check_test_predictions_choose_no_weight(weights: Callable[[FoldData], list[float]]) -> None:
    assert weights(with_members()) == weights(with_members(test_shift=3.0))


def test_test_predictions_choose_no_weight() -> None:
    check_test_predictions_choose_no_weight(our_weights)


def test_weight_check_catches_a_choice_on_all_held_out_pairs() -> None:
    values, _ = planted_table()

    def on_all(fold: FoldData) -> list[float]:
        at = tuple(held_out_pairs(fold.graph).T)
        return best_weights(np.stack([member.table[at] for member in fold.members.values()]), values[at]).tolist()

    with pytest.raises(AssertionError):
        check_test_predictions_choose_no_weight(on_all)
