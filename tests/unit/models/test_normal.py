"""EM of one normal under missing values, against closed forms and the likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from clmt.models import normal
from clmt.models.normal import Normal, factor_shape


def drawn(rows: int = 60, columns: int = 7, gaps: float = 0.3, seed: int = 0) -> tuple[np.ndarray, Normal]:
    """A table with gaps, and the normal that it was drawn from."""
    random = np.random.default_rng(seed)
    axes = random.normal(size=(columns, columns))
    truth = Normal(random.normal(size=columns), axes @ axes.T + np.eye(columns))
    table = random.multivariate_normal(truth.mean, truth.covariance, rows)
    return np.where(random.random(table.shape) < gaps, np.nan, table), truth


def by_hand(row: np.ndarray, truth: Normal) -> tuple[np.ndarray, np.ndarray]:
    """Conditional mean and covariance of the gaps of one row."""
    seen, gaps = np.isfinite(row), np.isnan(row)
    across = truth.covariance[np.ix_(gaps, seen)] @ np.linalg.inv(truth.covariance[np.ix_(seen, seen)])
    mean = truth.mean[gaps] + across @ (row - truth.mean)[seen]
    return mean, truth.covariance[np.ix_(gaps, gaps)] - across @ truth.covariance[np.ix_(seen, gaps)]


def log_likelihood(table: np.ndarray, of: Normal) -> float:
    """Of what is known."""
    total = 0.0
    for row in table:
        seen = np.isfinite(row)
        if seen.any():
            total += multivariate_normal(of.mean[seen], of.covariance[np.ix_(seen, seen)]).logpdf(row[seen])
    return total


@pytest.mark.parametrize("gaps", [0.2, 0.5, 0.85])
@pytest.mark.parametrize("batch", [1, normal._BATCH])
def test_gaps_get_the_closed_form(gaps: float, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normal, "_BATCH", batch)
    table, truth = drawn(gaps=gaps)
    table[3], table[5] = np.nan, truth.mean  # a row that knows nothing and one that knows everything
    done = truth.complete(table)
    spare = np.zeros_like(truth.covariance)
    for row, values, variance in zip(table, done.values, done.variance, strict=True):
        missing = np.isnan(row)
        mean, covariance = by_hand(row, truth)
        np.testing.assert_allclose(values[missing], mean, atol=1e-9)
        np.testing.assert_allclose(variance[missing], np.diag(covariance), atol=1e-9)
        np.testing.assert_array_equal(values[~missing], row[~missing])
        assert not variance[~missing].any()
        spare[np.ix_(missing, missing)] += covariance
    np.testing.assert_allclose(done.spare, spare, atol=1e-8)
    np.testing.assert_allclose(done.values[3], truth.mean)


def test_leave_one_out_is_the_closed_form_of_the_others() -> None:
    table, truth = drawn(rows=12)
    table[4] = np.nan
    mean, variance = truth.leave_one_out(table)
    np.testing.assert_array_equal(np.isnan(mean), np.isnan(table))
    for cell, drug in np.argwhere(np.isfinite(table)):
        alone = table[[cell]].copy()
        alone[0, drug] = np.nan
        done = truth.complete(alone)
        assert mean[cell, drug] == pytest.approx(done.values[0, drug], abs=1e-9)
        assert variance[cell, drug] == pytest.approx(done.variance[0, drug], abs=1e-9)


def test_em_raises_the_likelihood_and_finds_the_truth() -> None:
    table, truth = drawn(rows=250, columns=4)
    table[7] = np.nan
    fitted = Normal(np.zeros(4), np.eye(4))
    before = -np.inf
    for _ in range(15):
        after = log_likelihood(table, fitted)
        assert after > before - 1e-6
        before, fitted = after, fitted.refit(fitted.complete(table), rank=1, pseudo_rows=0.0)
    np.testing.assert_allclose(fitted.mean, truth.mean, atol=0.5)
    np.testing.assert_allclose(fitted.covariance, truth.covariance, rtol=0.3, atol=0.6)


def test_without_gaps_one_sweep_gives_the_sample_estimates() -> None:
    table, truth = drawn(gaps=0.0)
    fitted = truth.refit(truth.complete(table), rank=2, pseudo_rows=0.0)
    np.testing.assert_allclose(fitted.mean, table.mean(axis=0))
    np.testing.assert_allclose(fitted.covariance, np.cov(table.T, bias=True))


def test_pseudo_rows_pull_towards_the_factor_model() -> None:
    table, truth = drawn(gaps=0.0)
    sample = np.cov(table.T, bias=True)
    prior = factor_shape(sample, 1)
    fitted = truth.refit(truth.complete(table), rank=1, pseudo_rows=180.0)
    np.testing.assert_allclose(fitted.covariance, 0.25 * sample + 0.75 * prior, atol=1e-9)


def test_factor_shape_keeps_a_factor_model_and_stays_positive_definite() -> None:
    random = np.random.default_rng(1)
    loadings = random.normal(size=(30, 2))
    exact = loadings @ loadings.T + np.diag(random.uniform(1.0, 2.0, 30))
    np.testing.assert_allclose(factor_shape(exact, 2, sweeps=200), exact, atol=1e-6)
    one_factor = factor_shape(exact, 1)
    assert not np.allclose(one_factor, exact, atol=0.1)
    for covariance in (exact, np.ones((4, 4)), np.eye(1)):  # columns that repeat each other, and a single one
        assert np.linalg.eigvalsh(factor_shape(covariance, 20)).min() > 1e-3
