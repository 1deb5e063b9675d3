"""Every architecture in every protocol: nothing of the test part reaches a checkpoint, and a pair is predicted alone.

Whatever `clmt.planning.architectures` and `clmt.planning.protocols` name is tried, so that a new line there is covered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.base import Model
from clmt.models.create import create_model
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.protocols import PROTOCOLS
from tests.helpers.architectures import check_same_state, quick_settings
from tests.helpers.folds import with_graph
from tests.helpers.protocol_folds import World, make_world, with_another_test_part

#: Somebody else's predictions are fitted to nothing.
FITTED = [name for name, architecture in ARCHITECTURES.items() if not architecture.given]
Predict = Callable[[FoldData, np.ndarray], np.ndarray]


@cache
def folds(protocol: str) -> tuple[FoldData, FoldData]:
    """A fold, and the same with another test part."""
    world = make_world(protocol)
    return world.fold(), with_another_test_part(world).fold()


@cache
def ours(arch: str, protocol: str) -> Model:
    return fit(arch, folds(protocol)[0])


def fit(arch: str, fold: FoldData) -> Model:
    model = create_model(arch, quick_settings(arch))
    model.fit(fold, seed=0, device="cpu")
    return model


def responses(world: World) -> np.ndarray:
    """Every response of the dataset as a table (C, D)."""
    pivoted = world.tables["response"].pivot(index="cell_line_id", columns="drug_id", values="ln_ic50")
    return pivoted.to_numpy()


# Neither responses nor rows of the test part reach a checkpoint.

#: Arrays of a checkpoint with a row for each cell line (0) or drug (1), where that of a held-out one is from what is
#: known of itself.
OWN_ROWS = {"tissue_mean_effects": ("state.cell_effect", 0), "elastic_net": ("state.intercepts", 1)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("arch", FITTED)
def test_the_test_part_reaches_no_checkpoint(arch: str, protocol: str) -> None:
    """Equal bits of two fits with one seed are asked for in passing."""
    torch.rand(3)  # what was drawn before has no effect
    name, side = OWN_ROWS.get(arch, ("", 0))
    kept = {name: folds(protocol)[0].graph.training_rows()[side]}
    check_same_state(ours(arch, protocol), fit(arch, folds(protocol)[1]), kept)


@pytest.mark.parametrize("arch", FITTED)
def test_check_catches_a_fit_that_saw_test_responses(arch: str) -> None:
    def leaky(fold: FoldData, world: World) -> FoldData:
        graph = fold.graph
        tested = torch.from_numpy(responses(world)[tuple(graph.test_pairs.numpy().T)]).float()
        pairs, values = ((graph.train_pairs, graph.test_pairs), (graph.train_ln_ic50, tested))
        if ARCHITECTURES[arch].members:
            changed = {"validation_pairs": graph.test_pairs, "validation_ln_ic50": tested}
        else:
            changed = {"train_pairs": torch.cat(pairs), "train_ln_ic50": torch.cat(values)}
        return with_graph(fold, **changed)

    world = make_world("mixed")
    worlds = world, with_another_test_part(world)
    first, second = (fit(arch, leaky(fold, known)) for fold, known in zip(folds("mixed"), worlds, strict=True))
    with pytest.raises(AssertionError):
        check_same_state(first, second)


@pytest.mark.parametrize(
    ("arch", "protocol"),
    [
        ("drug_ridge", "tissue_blind"),
        ("omics_gp", "cell_blind"),
        ("drug_gp_no_text", "drug_blind"),
        ("drug_gp", "scaffold_blind"),
        ("gradient_boosting", "double_blind"),
        ("clmt", "double_blind"),
    ],
)
def test_check_catches_what_is_fitted_on_all_rows(arch: str, protocol: str) -> None:
    def on_all(fold: FoldData) -> Model:
        every = {name: torch.ones_like(getattr(fold.graph, name)) for name in ("train_cells", "train_drugs")}
        return fit(arch, with_graph(fold, **every))

    first, second = (on_all(fold) for fold in folds(protocol))
    with pytest.raises(AssertionError):
        check_same_state(first, second)


# A prediction is about its own pair, whoever else is asked for or held out.


def held_out_rows(fold: FoldData) -> np.ndarray:
    return np.concatenate([fold.graph.validation_pairs.numpy(), fold.graph.test_pairs.numpy()])


def check_a_pair_is_predicted_alone(predict: Predict, fold: FoldData) -> None:
    """To the last digits, which the shape of a product of matrices decides."""
    pairs = held_out_rows(fold)
    whole = predict(fold, pairs)
    assert np.isfinite(whole).all()
    order = np.random.default_rng(0).permutation(len(pairs))
    np.testing.assert_allclose(predict(fold, pairs[order]), whole[order], rtol=0, atol=1e-12)
    for row in (0, len(pairs) - 1):
        np.testing.assert_allclose(predict(fold, pairs[row : row + 1]), whole[row : row + 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("arch", FITTED)
def test_a_pair_is_predicted_alone(arch: str, protocol: str) -> None:
    check_a_pair_is_predicted_alone(ours(arch, protocol).predict, folds(protocol)[0])


def check_others_change_no_prediction(predict: Predict, protocol: str) -> None:
    """Pairs of validation have entities that are not exchanged."""
    fold, changed = folds(protocol)
    pairs = fold.graph.validation_pairs.numpy()
    assert np.array_equal(pairs, changed.graph.validation_pairs.numpy())
    np.testing.assert_allclose(predict(changed, pairs), predict(fold, pairs), rtol=0, atol=1e-6)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("arch", FITTED)
def test_others_change_no_prediction(arch: str, protocol: str) -> None:
    check_others_change_no_prediction(ours(arch, protocol).predict, protocol)


def test_checks_catch_a_centre_of_what_is_asked_for_and_of_all_entities() -> None:
    model = ours("drug_gp", "drug_blind")

    def by_batch(fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        predicted = model.predict(fold, pairs)
        return predicted - predicted.mean()

    def by_fold(fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        return model.predict(fold, pairs) - model.predict(fold, held_out_rows(fold)).mean()

    with pytest.raises(AssertionError):
        check_a_pair_is_predicted_alone(by_batch, folds("drug_blind")[0])
    with pytest.raises(AssertionError):
        check_others_change_no_prediction(by_fold, "drug_blind")


def test_state_check_catches_numbers_that_no_seed_decides() -> None:
    fold = folds("mixed")[0]

    def unseeded(seed: int) -> Model:
        model = create_model("mlp", quick_settings("mlp"))
        model.fit(fold, seed=seed, device="cpu")
        return model

    with pytest.raises(AssertionError):
        check_same_state(unseeded(1), unseeded(2))
