from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from clmt.errors import ClmtError
from clmt.evaluation.metrics import METRICS, REFERENCES, group_correlations, improvement, metric_card


def rows_of(fold: dict[str, Any], rows: Any) -> dict[str, Any]:
    """Some pairs of a fold."""
    taken = {name: values[rows] for name, values in fold.items() if name != "expected"}
    return taken | {"expected": {name: values[rows] for name, values in fold["expected"].items()}}


@pytest.fixture
def fold() -> dict[str, Any]:
    """A test fold of 40 cell lines x 15 drugs with two pairs in three, and predictions that are partly right."""
    rng = np.random.default_rng(1)
    cells, drugs = np.argwhere(rng.random((40, 15)) < 0.66).T
    expected = rng.normal(2, 2, 15)[drugs] + rng.normal(0, 0.5, 40)[cells]
    observed = expected + rng.normal(0, 1, len(cells))
    predicted = 0.5 * (observed + expected) + rng.normal(0, 0.4, len(cells))
    return {
        "cells": np.array([f"cell{i}" for i in cells]),
        "drugs": np.array([f"drug{i}" for i in drugs]),
        "observed": observed,
        "predicted": predicted,
        "expected": {"mean_effects": expected, "tissue_mean_effects": expected + rng.normal(0, 0.3, len(cells))},
    }


def test_pair_metrics_agree_with_sklearn_and_scipy(fold: dict[str, Any]) -> None:
    card, y, p = metric_card(**fold), fold["observed"], fold["predicted"]
    assert card["n_test"] == len(y)
    assert card["rmse"] == pytest.approx(np.sqrt(mean_squared_error(y, p)))
    assert card["mae"] == pytest.approx(mean_absolute_error(y, p))
    assert card["r2"] == pytest.approx(r2_score(y, p))
    assert card["pearson"] == pytest.approx(pearsonr(y, p).statistic)
    assert card["spearman"] == pytest.approx(spearmanr(y, p).statistic)
    for name in REFERENCES:
        e = fold["expected"][name]
        assert card[f"normalized_pearson_{name}"] == pytest.approx(pearsonr(y - e, p - e).statistic)
        assert card[f"normalized_r2_{name}"] == pytest.approx(r2_score(y - e, p - e))
    assert card["normalized_pearson_mean_effects"] != card["normalized_pearson_tissue_mean_effects"]


def test_spearman_averages_ties(fold: dict[str, Any]) -> None:
    fold["predicted"] = np.round(fold["predicted"])
    assert metric_card(**fold)["spearman"] == pytest.approx(spearmanr(fold["observed"], fold["predicted"]).statistic)


@pytest.mark.parametrize(("name", "groups", "least"), [("per_drug_r", "drugs", 15), ("per_cell_r", "cells", 20)])
def test_group_metrics_agree_with_a_loop(fold: dict[str, Any], name: str, groups: str, least: int) -> None:
    card, labels = metric_card(**fold), fold[groups]
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    loop = [pearsonr(fold["observed"][r], fold["predicted"][r]).statistic for r in rows if len(r) >= 10]
    assert len(loop) >= least
    assert card[name] == pytest.approx(np.mean(loop))
    assert card[f"{groups}_used"] == len(loop)
    assert card[f"{groups}_left_out"] == len(rows) - len(loop)


def test_groups_below_ten_pairs_and_constant_groups_are_left_out() -> None:
    groups = np.repeat(["constant", "eight", "flat prediction", "nine", "ten"], [12, 8, 11, 9, 10])
    rng = np.random.default_rng(0)
    observed, predicted = rng.normal(size=(2, len(groups)))
    observed[groups == "constant"] = 3.25
    predicted[groups == "flat prediction"] = 1 / 3
    found = group_correlations(groups, observed, predicted)
    assert found.labels.tolist() == ["constant", "eight", "flat prediction", "nine", "ten"]
    assert np.isnan(found.r).tolist() == [True, True, False, True, False]
    assert found.r[2] == 0.0
    assert (found.used, found.left_out) == (2, 3)
    ten = groups == "ten"
    assert found.mean() == pytest.approx(pearsonr(observed[ten], predicted[ten]).statistic / 2)


def test_drug_mean_has_a_high_pearson_and_no_per_drug_r(fold: dict[str, Any]) -> None:
    _, drug = np.unique(fold["drugs"], return_inverse=True)
    fold["predicted"] = (np.bincount(drug, fold["observed"]) / np.bincount(drug))[drug]
    card = metric_card(**fold)
    assert card["pearson"] > 0.7
    assert card["per_drug_r"] == 0.0
    assert card["drugs_used"] == 15


def test_constant_predictions_score_zero_and_constant_responses_score_nothing(fold: dict[str, Any]) -> None:
    flat = metric_card(**{**fold, "predicted": np.full(len(fold["observed"]), 0.1)})
    assert (flat["pearson"], flat["spearman"], flat["per_drug_r"], flat["per_cell_r"]) == (0.0, 0.0, 0.0, 0.0)
    # What is left of a constant is the reference upside down, which would score where the reference misleads.
    assert [flat[f"normalized_pearson_{name}"] for name in REFERENCES] == [0.0, 0.0]
    upside_down = [pearsonr(fold["observed"] - e, -e).statistic for e in fold["expected"].values()]
    assert min(np.abs(upside_down)) > 0.01
    assert flat["r2"] == pytest.approx(r2_score(fold["observed"], np.full(len(fold["observed"]), 0.1)))
    unmoved = metric_card(**{**fold, "observed": np.full(len(fold["observed"]), 0.1)})
    undefined = {"r2", "pearson", "spearman", "per_drug_r", "per_cell_r"}
    assert {name for name in METRICS if unmoved[name] is None} == undefined
    assert json.loads(json.dumps(unmoved, allow_nan=False)) == unmoved


def test_mean_effects_score_nothing_once_they_are_taken_off(fold: dict[str, Any]) -> None:
    for name in REFERENCES:
        card = metric_card(**{**fold, "predicted": fold["expected"][name]})
        assert card["per_drug_r"] is not None
        assert card["pearson"] > 0.5
        assert card[f"normalized_pearson_{name}"] == 0.0
        assert card[f"normalized_r2_{name}"] <= 0.0


def test_the_order_of_pairs_does_not_matter(fold: dict[str, Any]) -> None:
    order = np.random.default_rng(3).permutation(len(fold["observed"]))
    shuffled = metric_card(**rows_of(fold, order))
    for name, value in metric_card(**fold).items():
        assert shuffled[name] == (pytest.approx(value, abs=1e-12) if isinstance(value, float) else value)


@pytest.mark.parametrize("column", ["observed", "predicted", *REFERENCES])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_no_number_is_refused_by_name(fold: dict[str, Any], column: str, value: float) -> None:
    (fold if column in fold else fold["expected"])[column][7] = value
    cell, drug = fold["cells"][7], fold["drugs"][7]
    with pytest.raises(ClmtError, match=f"^{column} response of cell line '{cell}' and drug '{drug}' .*got: (nan|inf)"):
        metric_card(**fold)


def test_columns_of_different_length_and_empty_folds_are_refused(fold: dict[str, Any]) -> None:
    with pytest.raises(ClmtError, match="columns of one length"):
        metric_card(**{**fold, "predicted": fold["predicted"][1:]})
    with pytest.raises(ClmtError, match="at least 1"):
        metric_card(**rows_of(fold, slice(0)))


def test_errors_alone_are_lower_for_a_better_model(fold: dict[str, Any]) -> None:
    better = metric_card(**{**fold, "predicted": 0.7 * fold["observed"] + 0.3 * fold["predicted"]})
    worse = metric_card(**fold)
    assert {name: np.sign(better[name] - worse[name]) for name in METRICS} == {n: improvement(n) for n in METRICS}
