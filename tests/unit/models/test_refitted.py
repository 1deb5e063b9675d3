"""A last fit to training and validation pairs, which predicts the test pairs alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from clmt.graph.fold_data import FoldData
from clmt.models.create import create_model
from clmt.models.refitted import with_validation
from tests.helpers.folds import planted_fold, rmse, with_graph

SETTINGS: dict[str, dict[str, Any]] = {
    "omics_gp": {"blocks": [1, 2], "components": 3},
    "drug_gp": {"blocks": [1, 2]},
    "drug_gp_no_text": {"blocks": [1, 2]},
}


def fitted(arch: str, fold: FoldData, *, refit: bool) -> Any:
    model = create_model(arch, {**SETTINGS[arch], "refit": refit})
    model.fit(fold, seed=0, device="cpu")
    return model


def test_validation_pairs_become_training_pairs() -> None:
    fold, _ = planted_fold("cell_blind")
    graph, joined = fold.graph, with_validation(fold).graph
    assert len(joined.train_pairs) == len(graph.train_pairs) + len(graph.validation_pairs)
    assert torch.equal(joined.train_ln_ic50, torch.cat([graph.train_ln_ic50, graph.validation_ln_ic50]))
    held = torch.ones(graph.n_cells, dtype=torch.bool)
    held[graph.test_pairs[:, 0]] = False
    assert torch.equal(joined.train_cells, held)
    assert not torch.equal(graph.train_cells, held)


@pytest.mark.parametrize("arch", SETTINGS)
@pytest.mark.parametrize("protocol", ["mixed", "cell_blind", "drug_blind"])
def test_the_last_fit_predicts_all_but_the_validation_pairs(arch: str, protocol: str) -> None:
    fold, _ = planted_fold(protocol)
    validation, test = fold.graph.validation_pairs.numpy(), fold.graph.test_pairs.numpy()
    once, twice, joined = (
        fitted(arch, fold, refit=False),
        fitted(arch, fold, refit=True),
        fitted(arch, with_validation(fold), refit=False),
    )
    np.testing.assert_array_equal(twice.predict(fold, validation), once.predict(fold, validation))
    np.testing.assert_array_equal(twice.predict(fold, test), joined.predict(with_validation(fold), test))
    assert not np.array_equal(twice.predict(fold, test), once.predict(fold, test))


def test_more_cell_lines_predict_better() -> None:
    """Half of the training cell lines made validation ones: a fit to both has all of them again."""
    fold, observed = planted_fold("cell_blind", noise=0.5)
    graph = fold.graph
    given = torch.isin(graph.train_pairs[:, 0], graph.train_pairs[:, 0].unique()[::2])
    fewer = with_graph(
        fold,
        train_cells=torch.bincount(graph.train_pairs[~given][:, 0], minlength=graph.n_cells) > 0,
        train_pairs=graph.train_pairs[~given],
        train_ln_ic50=graph.train_ln_ic50[~given],
        validation_pairs=torch.cat([graph.validation_pairs, graph.train_pairs[given]]),
        validation_ln_ic50=torch.cat([graph.validation_ln_ic50, graph.train_ln_ic50[given]]),
    )
    test = graph.test_pairs.numpy()
    once, twice = (
        rmse(fitted("omics_gp", fewer, refit=refit).predict(fewer, test), observed) for refit in (False, True)
    )
    assert twice < 0.97 * once
