"""Elastic net and random forest: what scikit-learn fits is what is kept, for all pairs and for each drug."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn import linear_model
from sklearn.ensemble import RandomForestRegressor

from clmt.graph.fold_data import FoldData
from clmt.models.base import Model
from clmt.models.baselines import random_forest
from clmt.models.baselines.encoding import folded_prints, standard_scales
from clmt.models.baselines.means import training_arrays
from clmt.models.create import create_model
from tests.helpers.folds import every_pair, planted_fold, with_graph

SETTINGS: dict[str, dict[str, Any]] = {
    "elastic_net": {"alphas": [0.01, 0.3], "l1_shares": [0.5]},
    "random_forest": {"trees": 6, "depths": [2, 8]},
}


def fitted(arch: str, fold: FoldData, **settings: Any) -> Model:
    model = create_model(arch, {**SETTINGS[arch], **settings})
    model.fit(fold, seed=1, device="cpu")
    return model


def standard(fold: FoldData) -> np.ndarray:
    centre, scale = standard_scales(fold)
    return (fold.graph.expression.numpy() - centre) * scale


def test_the_elastic_net_of_all_pairs_is_that_of_sklearn() -> None:
    fold, _ = planted_fold()
    cells, drugs, values = training_arrays(fold)
    expression, prints = standard(fold), folded_prints(fold)
    plain = linear_model.ElasticNet(alpha=0.01, l1_ratio=0.5, tol=1e-8).fit(
        np.hstack([expression[cells], prints[drugs]]), values
    )
    asked = every_pair()
    expected = plain.predict(np.hstack([expression[asked[:, 0]], prints[asked[:, 1]]]))
    found = fitted("elastic_net", fold, alphas=[0.01]).predict(fold, asked)
    np.testing.assert_allclose(found, expected, atol=0.03)
    assert not np.allclose(found, fitted("elastic_net", fold, alphas=[0.3]).predict(fold, asked), atol=0.03)


def test_the_elastic_net_of_a_drug_is_that_of_its_pairs() -> None:
    fold, _ = planted_fold()
    cells, drugs, values = training_arrays(fold)
    own, expression = drugs == 5, standard(fold)
    plain = linear_model.ElasticNet(alpha=0.01, l1_ratio=0.5, tol=1e-8).fit(expression[cells[own]], values[own])
    asked = np.array([(cell, 5) for cell in range(60)])
    found = fitted("elastic_net", fold, alphas=[0.01], scope="drug").predict(fold, asked)
    np.testing.assert_allclose(found, plain.predict(expression), atol=0.03)
    assert not np.allclose(found, fitted("elastic_net", fold, alphas=[0.01]).predict(fold, asked), atol=0.03)


def test_the_trees_that_are_kept_answer_as_those_of_sklearn() -> None:
    random = np.random.default_rng(0)
    features, values = random.random((200, 7)).astype(np.float32), random.normal(size=200)
    forests = [RandomForestRegressor(4, random_state=seed, max_depth=depth) for seed, depth in ((0, None), (1, 3))]
    trees, roots = random_forest.join_trees([forest.fit(features, values) for forest in forests])
    asked = random.random((50, 7)).astype(np.float32)
    for forest, own in zip(forests, roots, strict=True):
        found = random_forest.descend(trees, np.tile(own, (50, 1)), asked)
        np.testing.assert_allclose(found, forest.predict(asked))
    wrong = random_forest.descend(trees, np.tile(roots[0], (50, 1)), asked)
    assert not np.allclose(wrong, forests[1].predict(asked))


@pytest.mark.parametrize("arch", SETTINGS)
def test_an_unseen_drug_of_single_fits_gets_the_mean_effects(arch: str) -> None:
    fold, _ = planted_fold("drug_blind")
    asked = fold.graph.test_pairs.numpy()
    means = create_model("mean_effects", {})
    means.fit(fold, seed=1, device="cpu")
    expected = means.predict(fold, asked)
    np.testing.assert_array_equal(fitted(arch, fold, scope="drug").predict(fold, asked), expected)
    assert not np.allclose(fitted(arch, fold).predict(fold, asked), expected)


@pytest.mark.parametrize("arch", SETTINGS)
def test_a_checkpoint_of_single_fits_answers_alike(arch: str) -> None:
    fold, _ = planted_fold("drug_blind")
    model = fitted(arch, fold, scope="drug")
    buffer = io.BytesIO()
    torch.save(model.state(), buffer)
    buffer.seek(0)
    restored = create_model(arch, {**SETTINGS[arch], "scope": "drug"})
    restored.load_state(torch.load(buffer, weights_only=True))
    np.testing.assert_array_equal(model.predict(fold, every_pair()), restored.predict(fold, every_pair()))


def check_validation_chooses(fit: Callable[[list[Any]], Model], choices: list[Any]) -> None:
    """The choice among all is the one of the lowest validation RMSE."""
    fold, _ = planted_fold()
    pairs, observed = fold.graph.validation_pairs.numpy(), fold.graph.validation_ln_ic50.numpy()
    alone = [fit([choice]).predict(fold, pairs) for choice in choices]
    best = alone[int(np.argmin([np.square(found - observed).mean() for found in alone]))]
    np.testing.assert_allclose(fit(choices).predict(fold, pairs), best, atol=2e-3)


@pytest.mark.parametrize(
    ("arch", "key", "choices"), [("elastic_net", "alphas", [1.0, 0.01]), ("random_forest", "depths", [1, 8])]
)
def test_validation_chooses(arch: str, key: str, choices: list[Any]) -> None:
    fold, _ = planted_fold()
    check_validation_chooses(lambda values: fitted(arch, fold, **{key: values}), choices)
    with pytest.raises(AssertionError):
        check_validation_chooses(lambda values: fitted(arch, fold, **{key: values[:1]}), choices)


def test_folding_and_scales_keep_to_their_own() -> None:
    fold, _ = planted_fold("cell_blind")
    assert folded_prints(fold).shape == (24, 128)
    assert np.array_equal(folded_prints(fold)[:, :64], fold.molecules["morgan2"].numpy())  # 64 bits: nothing to fold
    held = ~fold.graph.train_cells
    expression = fold.graph.expression.clone()
    expression[held] += 100.0
    for before, after in zip(
        standard_scales(fold), standard_scales(with_graph(fold, expression=expression)), strict=True
    ):
        np.testing.assert_array_equal(before, after)
