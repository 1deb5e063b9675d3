"""Woodbury's form against the whole covariance."""

from __future__ import annotations

import numpy as np

from clmt.models.factor_normal import FactorNormal
from clmt.models.normal import Normal


def both(rows: int = 60, columns: int = 9, rank: int = 2) -> tuple[np.ndarray, FactorNormal, Normal]:
    """A table with gaps and its distribution in both forms."""
    random = np.random.default_rng(0)
    loadings, own = random.normal(size=(columns, rank)), random.uniform(0.3, 1.0, columns)
    thin = FactorNormal(random.normal(size=columns), loadings, own)
    whole = Normal(thin.mean, loadings @ loadings.T + np.diag(own))
    table = random.multivariate_normal(whole.mean, whole.covariance, rows)
    table[random.random(table.shape) < 0.3] = np.nan
    table[3] = np.nan
    return table, thin, whole


def test_gaps_get_what_the_whole_covariance_gives() -> None:
    table, thin, whole = both()
    found, expected = thin.complete(table), whole.complete(table)
    np.testing.assert_allclose(found.values, expected.values, atol=1e-9)
    np.testing.assert_allclose(found.variance, expected.variance, atol=1e-9)
    for ours, theirs in zip(thin.leave_one_out(table), whole.leave_one_out(table), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_em_finds_the_covariance() -> None:
    table, _, whole = both(rows=3000)
    scaled = table - np.nanmean(table, axis=0)
    fitted = FactorNormal.start(scaled, 0.3, 2)
    for _ in range(60):
        fitted = fitted.refit(scaled, fitted.complete(scaled), 0.1)
    found = fitted.loadings @ fitted.loadings.T + np.diag(fitted.own)
    np.testing.assert_allclose(found, whole.covariance, rtol=0.1, atol=0.2)


def test_a_single_column_and_a_column_without_values() -> None:
    for table in (np.array([[0.5], [np.nan], [1.0]]), np.array([[0.5, np.nan], [1.0, np.nan]])):
        fitted = FactorNormal.start(table, 0.3, 4)
        for _ in range(5):
            fitted = fitted.refit(table, fitted.complete(table), 1.0)
        assert np.isfinite(fitted.complete(table).values).all()
