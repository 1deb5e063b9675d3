"""Responses as one normal: where EM starts, tables that hold little, and values out of fold."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.models import response_normal
from clmt.models.effects import fit_mean_effects
from clmt.models.factor_normal import FactorNormal
from clmt.models.response_normal import ResponseNormal, em_path, fit_response_normal, out_of_fold_responses


def responses(cells: int = 80, drugs: int = 12, gaps: float = 0.2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Complete responses of two factors and a level, and the same with gaps."""
    random = np.random.default_rng(seed)
    factors = random.normal(size=(cells, 2)) @ random.normal(size=(2, drugs))
    whole = (
        random.normal(0, 2, drugs) + random.normal(size=(cells, 1)) + factors + random.normal(0, 0.3, (cells, drugs))
    )
    return whole, np.where(random.random(whole.shape) < gaps, np.nan, whole)


def test_start_is_close_to_mean_effects() -> None:
    _, table = responses(gaps=0.5)
    cells, drugs = np.nonzero(np.isfinite(table))
    effects = fit_mean_effects(cells, drugs, table[cells, drugs], *table.shape)
    started = ResponseNormal.start(table)
    np.testing.assert_allclose(started.centre, effects.mu + effects.drug_effect, atol=1e-5)
    asked = np.argwhere(np.isnan(table))
    expected = effects.predict(*asked.T)
    assert np.corrcoef(started.expect(table).mean[tuple(asked.T)], expected)[0, 1] > 0.98


def test_gaps_are_found_better_than_by_mean_effects_and_within_their_variance() -> None:
    whole, table = responses()
    fitted = fit_response_normal(table, rank=3, pseudo_rows=10.0, sweeps=20)
    started, found = ResponseNormal.start(table).expect(table), fitted.expect(table)
    gaps = np.isnan(table)
    np.testing.assert_array_equal(found.mean[~gaps], table[~gaps])
    assert (found.mean - whole)[gaps].std() < 0.6 * (started.mean - whole)[gaps].std()
    assert 0.6 < np.mean((found.mean - whole)[gaps] ** 2 / found.variance[gaps]) < 1.6


def test_path_and_fit_agree() -> None:
    _, table = responses()
    path = em_path(table, 2, 10.0)
    for _ in range(4):
        fitted, expected = next(path)
    again = fit_response_normal(table, 2, 10.0, sweeps=3).expect(table)
    np.testing.assert_allclose(again.mean, expected.mean)
    np.testing.assert_array_equal(again.variance, expected.variance)
    assert fitted.normal.covariance.shape == (12, 12)


@pytest.mark.parametrize(
    "table",
    [
        np.array([[1.0, np.nan, 3.0]]),
        np.array([[1.0], [2.0], [np.nan]]),
        np.array([[5.0]]),
        np.full((6, 3), 2.0),
        np.array([[1.0, 4.0], [np.nan, 4.0], [2.0, 4.0], [3.0, np.nan]]),
        np.array([[1.0, np.nan], [2.0, np.nan]]),
    ],
    ids=["one cell line", "one drug", "one pair", "one value", "constant drug", "a drug without responses"],
)
def test_tables_that_hold_little(table: np.ndarray) -> None:
    found = fit_response_normal(table, rank=20, pseudo_rows=50.0, sweeps=8).expect(table)
    assert np.isfinite(found.mean).all()
    assert (found.variance >= 0).all()
    known = np.isfinite(table)
    np.testing.assert_allclose(found.mean[known], table[known])
    assert table[known].min() - 1.0 <= found.mean.min() <= found.mean.max() <= table[known].max() + 1.0


def test_out_of_fold_values_know_neither_the_response_nor_its_covariance() -> None:
    """Each value is that of a fit without the cell line; leave-one-out of one fit for all is not."""
    _, table = responses(cells=40, drugs=30)
    settings = {"rank": 5, "pseudo_rows": 5.0, "sweeps": 10}
    found = out_of_fold_responses(table, **settings, parts=4, seed=1)
    np.testing.assert_array_equal(np.isnan(found.mean), np.isnan(table))
    cell, drug = np.argwhere(np.isfinite(table))[17]
    changed = table.copy()
    changed[cell, drug] += 4.0
    after = out_of_fold_responses(changed, **settings, parts=4, seed=1)
    assert after.mean[cell, drug] == found.mean[cell, drug]
    assert after.variance[cell, drug] == found.variance[cell, drug]
    known = np.isfinite(table)
    assert (after.mean[cell, known[cell]] != found.mean[cell, known[cell]]).sum() == known[cell].sum() - 1
    at_once = fit_response_normal(table, **settings)
    assert fit_response_normal(changed, **settings).leave_one_out(changed).mean[cell, drug] != pytest.approx(
        at_once.leave_one_out(table).mean[cell, drug], abs=1e-6
    )
    too_good = (at_once.leave_one_out(table).mean - table)[known].std()
    assert too_good < 0.9 * (found.mean - table)[known].std()


def test_one_cell_line_alone_has_no_out_of_fold_value() -> None:
    found = out_of_fold_responses(np.array([[1.0, 2.0]]), 2, 10.0, 2, parts=5, seed=0)
    assert np.isnan(found.mean).all()


def test_many_drugs_get_a_covariance_of_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, table = responses()
    dense = fit_response_normal(table, rank=3, pseudo_rows=10.0, sweeps=20).expect(table).mean
    monkeypatch.setattr(response_normal, "LARGEST", 11)
    fitted = fit_response_normal(table, rank=2, pseudo_rows=40.0, sweeps=20)
    assert isinstance(fitted.normal, FactorNormal)
    gaps = np.isnan(table)
    found = fitted.expect(table)
    np.testing.assert_array_equal(found.mean[~gaps], table[~gaps])
    assert (found.mean - whole)[gaps].std() < 1.3 * (dense - whole)[gaps].std()
    assert 0.6 < np.mean((found.mean - whole)[gaps] ** 2 / found.variance[gaps]) < 1.6
    left_out = out_of_fold_responses(table, 2, 40.0, 5, parts=4, seed=0)
    assert np.isfinite(left_out.mean[~gaps]).all()
