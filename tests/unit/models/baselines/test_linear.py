"""Rotated expression."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

from clmt.models.baselines.linear import principal_axes
from tests.helpers.folds import planted_fold


def test_rotated_ridge_is_the_ridge_on_genes() -> None:
    fold, _ = planted_fold()
    mean, scores, to_genes = principal_axes(fold)
    genes = fold.graph.expression.numpy().astype(np.float64)
    y = np.random.default_rng(0).normal(size=len(genes))
    standard = (genes - mean) / genes[fold.graph.train_cells.numpy()].std(axis=0)
    direct = Ridge(3.0).fit(standard, y).predict(standard)
    fitted = Ridge(3.0).fit(scores, y)
    rotated = (genes - mean) @ (fitted.coef_ @ to_genes) + fitted.intercept_
    np.testing.assert_allclose(rotated, direct, atol=1e-8)
