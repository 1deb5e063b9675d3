"""Normal scores and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.models.normal_scores import NormalScores


def skewed(count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Values of two columns, the second of which is log-normal."""
    random = np.random.default_rng(0)
    values = np.concatenate([random.normal(5.0, 2.0, count), np.exp(random.normal(0.0, 1.0, count))])
    return np.repeat([0, 1], count), values


def test_scores_are_standard_normal_and_keep_the_order() -> None:
    columns, values = skewed()
    scores = NormalScores.fit(columns, values, 2).scores(columns, values)
    for column in (0, 1):
        own = scores[columns == column]
        assert own.mean() == pytest.approx(0.0, abs=0.02)
        assert own.std() == pytest.approx(1.0, abs=0.03)
        order = np.argsort(values[columns == column])
        assert (np.diff(own[order]) >= 0).all()


def test_sure_scores_come_back_as_their_values() -> None:
    columns, values = skewed()
    curves = NormalScores.fit(columns, values, 2)
    inside = np.array([[3.0, 0.5], [6.0, 2.0]])
    scores = np.array([curves.scores(np.array([0, 1]), row) for row in inside])
    np.testing.assert_allclose(curves.expect(scores, np.zeros((2, 2))), inside, atol=1e-9)


def test_the_expectation_of_a_log_normal_is_not_its_median() -> None:
    columns, values = skewed()
    found = NormalScores.fit(columns, values, 2).expect(np.zeros((1, 2)), np.full((1, 2), 0.25))
    # E exp(x) of x normal with variance 1 / 4, and a mean that the spread leaves as it is.
    np.testing.assert_allclose(found, [[5.0, np.exp(0.125)]], rtol=0.03)


def test_a_column_of_few_values_has_the_curve_of_all() -> None:
    columns, values = skewed(100)
    curves = NormalScores.fit(np.append(columns, 2), np.append(values, 400.0), 4).curves
    np.testing.assert_array_equal(curves[2], curves[3])
    assert not np.array_equal(curves[0], curves[2])
    assert np.isfinite(curves).all()
