"""The normal of what omics leave, and the last fit to training and validation pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.baselines.left_out import LeftOutProcesses
from clmt.models.create import create_model
from clmt.planning.settings.baselines import OmicsGPSettings
from tests.helpers.folds import N_CELLS, N_DRUGS, planted_fold, rmse, with_graph

NORMAL: dict[str, Any] = {"ranks": [3], "pseudo_rows": [60.0], "sweeps": 10}


def fitted(fold: FoldData, **settings: Any) -> Any:
    model = create_model("conditional_normal", {**NORMAL, **settings})
    model.fit(fold, seed=0, device="cpu")
    return model


def test_the_last_fit_reads_the_validation_pairs_and_predicts_none_of_them() -> None:
    fold, _ = planted_fold()
    validation, test = fold.graph.validation_pairs.numpy(), fold.graph.test_pairs.numpy()
    plain, refitted = fitted(fold), fitted(fold, refit=True)
    assert refitted.chosen == plain.chosen
    np.testing.assert_array_equal(refitted.predict(fold, validation), plain.predict(fold, validation))
    assert (refitted.predict(fold, test) != plain.predict(fold, test)).all()


def test_more_pairs_predict_better() -> None:
    """Half of the training pairs made validation pairs: a fit to both has all of them again."""
    fold, observed = planted_fold(noise=0.5)
    graph, half = fold.graph, len(fold.graph.train_pairs) // 2
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(graph.train_pairs)))
    pairs, values = graph.train_pairs[order], graph.train_ln_ic50[order]
    fewer = with_graph(
        fold,
        train_pairs=pairs[:half],
        train_ln_ic50=values[:half],
        validation_pairs=torch.cat([graph.validation_pairs, pairs[half:]]),
        validation_ln_ic50=torch.cat([graph.validation_ln_ic50, values[half:]]),
    )
    test = graph.test_pairs.numpy()
    alone, both = (rmse(fitted(fewer, refit=last).predict(fewer, test), observed) for last in (False, True))
    assert both < 0.95 * alone


def test_validation_pairs_of_unseen_entities_are_no_hindrance() -> None:
    for protocol in ("cell_blind", "drug_blind"):
        fold, _ = planted_fold(protocol)
        predicted = fitted(fold, refit=True).predict(fold, fold.graph.test_pairs.numpy())
        assert np.isfinite(predicted).all()


def test_a_cell_line_without_training_pairs_gets_the_mean_of_all_parts() -> None:
    fold, _ = planted_fold("cell_blind")
    processes = LeftOutProcesses.fit(fold, OmicsGPSettings(blocks=(3,), components=3), parts=3, seed=1)
    held = ~fold.graph.train_cells.numpy()
    assert (processes.part[held] == -1).all()
    assert set(processes.part[~held]) == {0, 1, 2}
    table = processes.predict_all(fold)
    assert table.shape == (N_CELLS, N_DRUGS)
    alone = [
        LeftOutProcesses(np.where(held, part, processes.part), processes.models).predict_all(fold)[held]
        for part in range(3)
    ]
    assert not np.allclose(alone[0], alone[1])
    np.testing.assert_allclose(table[held], np.mean(alone, axis=0))


def test_components_fitted_as_one_block_are_fitted_once() -> None:
    fold, _ = planted_fold()
    one, two = (create_model("omics_gp", {"blocks": blocks, "components": 3}) for blocks in ([3], [1, 2]))
    for model in (one, two):
        model.fit(fold, seed=0, device="cpu")
    assert [len(model.processes) for model in (one, two)] == [1, 3]
