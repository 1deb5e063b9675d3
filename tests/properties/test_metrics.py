"""Metrics against scikit-learn and SciPy, on any numbers that responses may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from clmt.evaluation.metrics import CONSTANT, MIN_GROUP, REFERENCES, group_correlations, metric_card

VALUE = st.integers(-2000, 2000).map(lambda number: number / 100)
PAIRS = st.lists(st.tuples(VALUE, VALUE, VALUE, st.sampled_from("ABC"), st.sampled_from("XY")), min_size=2, max_size=60)


@given(PAIRS)
@example([(1.0, 1.0, 0.0, "A", "X"), (1.0, 2.0, 0.0, "A", "X")])
@example([(1.0, 1.0, 0.0, "A", "X"), (2.0, 1.0, 0.0, "A", "X")])
def test_a_card_is_what_other_libraries_say(pairs: list[tuple[float, float, float, str, str]]) -> None:
    observed, predicted, expected = (np.array([row[place] for row in pairs]) for place in range(3))
    card = metric_card(
        [row[3] for row in pairs], [row[4] for row in pairs], observed, predicted, dict.fromkeys(REFERENCES, expected)
    )
    assert card["rmse"] == pytest.approx(metrics.root_mean_squared_error(observed, predicted))
    assert card["mae"] == pytest.approx(metrics.mean_absolute_error(observed, predicted))
    if observed.std() <= CONSTANT:
        assert card["r2"] is card["pearson"] is card["spearman"] is None
        return
    assert card["r2"] == pytest.approx(metrics.r2_score(observed, predicted))
    if predicted.std() <= CONSTANT:
        assert card["pearson"] == card["spearman"] == 0.0
        return
    assert card["pearson"] == pytest.approx(stats.pearsonr(observed, predicted).statistic, abs=1e-9)
    assert card["spearman"] == pytest.approx(stats.spearmanr(observed, predicted).statistic, abs=1e-9)


@given(PAIRS, st.floats(0.1, 10), st.floats(-5, 5))
def test_a_scale_and_a_shift_move_no_correlation(
    pairs: list[tuple[float, float, float, str, str]], scale: float, shift: float
) -> None:
    observed, predicted = (np.array([row[place] for row in pairs]) for place in range(2))
    assume(predicted.std() > 0.001)
    groups = ["one"] * len(pairs)
    first, second = (
        metric_card(groups, groups, observed, values, dict.fromkeys(REFERENCES, np.zeros(len(pairs))))
        for values in (predicted, scale * predicted + shift)
    )
    for name in ("pearson", "spearman", "per_drug_r"):
        assert first[name] == (None if first[name] is None else pytest.approx(second[name], abs=1e-6))


@given(PAIRS)
def test_correlations_in_groups_are_those_of_each_group(pairs: list[tuple[float, float, float, str, str]]) -> None:
    observed, predicted = (np.array([row[place] for row in pairs]) for place in range(2))
    groups = np.array([row[4] for row in pairs])
    found = group_correlations(groups, observed, predicted)
    assert list(found.labels) == sorted(set(groups))
    assert found.pairs.sum() == len(pairs)
    for label, r in zip(found.labels, found.r, strict=True):
        x, y = observed[groups == label], predicted[groups == label]
        if len(x) < MIN_GROUP or x.std() <= CONSTANT:
            assert np.isnan(r)
        else:
            flat = y.std() <= CONSTANT
            assert r == pytest.approx(0.0 if flat else stats.pearsonr(x, y).statistic, abs=1e-9)
