"""Gaussian processes: what is held out sets nothing, and out-of-fold predictions have not seen their own row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.baselines.left_out import LeftOutProcesses
from clmt.models.create import create_model
from clmt.planning.settings.baselines import OmicsGPSettings
from tests.helpers.architectures import check_same_state
from tests.helpers.blind_fold import HELD_CELLS, HELD_DRUGS, blind_fold, with_other_entities, without
from tests.helpers.folds import planted_fold, with_graph

SETTINGS: dict[str, dict[str, Any]] = {
    "omics_gp": {"blocks": [1, 2], "components": 3},
    "drug_gp": {"blocks": [1, 2]},
    "drug_gp_no_text": {"blocks": [1, 2]},
}
PROTOCOLS = ["mixed", "cell_blind", "drug_blind"]
Fit = Callable[[str, FoldData], Any]


def ours(arch: str, fold: FoldData) -> Any:
    model = create_model(arch, SETTINGS[arch])
    model.fit(fold, seed=0, device="cpu")
    return model


# Validation and test responses.


def check_other_responses_set_nothing(fit: Fit, arch: str, protocol: str) -> None:
    """Test responses are in no part of a fold; those of validation are, and nothing is chosen by them here."""
    fold, _ = planted_fold(protocol)
    shifted = with_graph(fold, validation_ln_ic50=fold.graph.validation_ln_ic50.flip(0) * 2.0 + 3.0)
    check_same_state(fit(arch, fold), fit(arch, shifted))


@pytest.mark.parametrize("arch", SETTINGS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_other_responses_set_nothing(arch: str, protocol: str) -> None:
    check_other_responses_set_nothing(ours, arch, protocol)


@pytest.mark.parametrize("arch", SETTINGS)
def test_response_check_catches_a_fit_on_validation_pairs(arch: str) -> None:
    def with_validation(arch: str, fold: FoldData) -> Any:
        graph = fold.graph
        pairs = torch.cat([graph.train_pairs, graph.validation_pairs])
        values = torch.cat([graph.train_ln_ic50, graph.validation_ln_ic50])
        return ours(arch, with_graph(fold, train_pairs=pairs, train_ln_ic50=values))

    with pytest.raises(AssertionError):
        check_other_responses_set_nothing(with_validation, arch, "mixed")


# Held-out cell lines and drugs.


@pytest.fixture(scope="module")
def fold() -> FoldData:
    known = blind_fold()
    histology = ["glioma" if row % 2 else "carcinoma" for row in range(known.graph.n_cells)]
    targets = ["EGFR; ERBB2" if row % 3 else "" for row in range(known.graph.n_drugs)]
    return with_graph(known, cell_histology=histology, drug_targets=targets, drug_pathways=targets)


def check_held_out_entities_set_nothing(fit: Fit, arch: str, fold: FoldData) -> None:
    check_same_state(fit(arch, fold), fit(arch, with_other_entities(fold)))


@pytest.mark.parametrize("arch", SETTINGS)
def test_held_out_entities_set_nothing(arch: str, fold: FoldData) -> None:
    check_held_out_entities_set_nothing(ours, arch, fold)


@pytest.mark.parametrize("arch", SETTINGS)
def test_entity_check_catches_scaling_on_all(arch: str, fold: FoldData) -> None:
    def on_all(arch: str, seen: FoldData) -> Any:
        cells, drugs = (torch.ones_like(known) for known in (seen.graph.train_cells, seen.graph.train_drugs))
        return ours(arch, with_graph(seen, train_cells=cells, train_drugs=drugs))

    with pytest.raises(AssertionError):
        check_held_out_entities_set_nothing(on_all, arch, fold)


def check_others_change_no_prediction(predict: Callable[[FoldData, np.ndarray], np.ndarray], fold: FoldData) -> None:
    """One held-out cell line and one held-out drug are asked for; the others are exchanged, and are taken away."""
    cell, drug = HELD_CELLS[1], HELD_DRUGS[1]
    known = fold.graph.training_rows()
    asked = np.array([(c, d) for c in (*known[0], cell) for d in (*known[1], drug)])
    before = predict(fold, asked)
    np.testing.assert_allclose(predict(with_other_entities(fold, spare=(cell, drug)), asked), before, atol=1e-9)
    others = [row for row in HELD_CELLS if row != cell], [row for row in HELD_DRUGS if row != drug]
    smaller, cells, drugs = without(fold, *others)
    moved = np.stack([cells[asked[:, 0]], drugs[asked[:, 1]]], axis=1)
    np.testing.assert_allclose(predict(smaller, moved), before, atol=1e-9)


@pytest.mark.parametrize("arch", SETTINGS)
def test_others_change_no_prediction(arch: str, fold: FoldData) -> None:
    check_others_change_no_prediction(lambda seen, asked: ours(arch, seen).predict(seen, asked), fold)


@pytest.mark.parametrize("arch", SETTINGS)
def test_prediction_check_catches_a_centre_of_all_that_are_asked_for(arch: str, fold: FoldData) -> None:
    def centred(seen: FoldData, asked: np.ndarray) -> np.ndarray:
        model = ours(arch, seen)
        every = np.argwhere(np.ones((seen.graph.n_cells, seen.graph.n_drugs), dtype=bool))
        return model.predict(seen, asked) - model.predict(seen, every).mean()

    with pytest.raises(AssertionError):
        check_others_change_no_prediction(centred, fold)


# Out-of-fold predictions of training pairs.

OutOfFold = Callable[[FoldData], np.ndarray]


def check_no_row_predicts_itself(predict: OutOfFold, protocol: str) -> None:
    """Other responses of a cell line leave its own out-of-fold predictions as they are."""
    fold, _ = planted_fold(protocol)
    cells = fold.graph.train_pairs[:, 0]
    before = predict(fold)
    assert np.isfinite(before).all()
    for cell in cells.unique()[:3]:
        own = cells == cell
        changed = torch.where(own, fold.graph.train_ln_ic50.flip(0) + 4.0, fold.graph.train_ln_ic50)
        after = predict(replace(fold, graph=replace(fold.graph, train_ln_ic50=changed)))
        np.testing.assert_array_equal(before[own.numpy()], after[own.numpy()])
        assert not np.array_equal(before, after)


def settings() -> OmicsGPSettings:
    return OmicsGPSettings.read(SETTINGS["omics_gp"])


def out_of_fold(fold: FoldData) -> np.ndarray:
    """Predictions of the training pairs by processes that have not seen their cell line."""
    cells, drugs = fold.graph.train_pairs.numpy().T
    return LeftOutProcesses.fit(fold, settings(), parts=4, seed=0).predict_all(fold)[cells, drugs]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_row_predicts_itself(protocol: str) -> None:
    check_no_row_predicts_itself(out_of_fold, protocol)


def test_out_of_fold_check_catches_the_fit_and_weights_that_saw_the_row() -> None:
    def in_sample(fold: FoldData) -> np.ndarray:
        return ours("omics_gp", fold).predict(fold, fold.graph.train_pairs.numpy())

    def mean_of_all(fold: FoldData) -> np.ndarray:
        return out_of_fold(fold) + float(fold.graph.train_ln_ic50.mean())

    for wrong in (in_sample, mean_of_all):
        with pytest.raises(AssertionError):
            check_no_row_predicts_itself(wrong, "mixed")


def test_out_of_fold_predictions_are_worse_than_those_of_a_fit_that_saw_the_row() -> None:
    fold, _ = planted_fold("cell_blind")
    values = fold.graph.train_ln_ic50.numpy().astype(np.float64)
    left_out = np.std(out_of_fold(fold) - values)
    seen = np.std(ours("omics_gp", fold).predict(fold, fold.graph.train_pairs.numpy()) - values)
    assert seen < 0.9 * left_out
    assert left_out < 0.5 * values.std()
