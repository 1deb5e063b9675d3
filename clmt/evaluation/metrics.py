"""The metric card of one test fold: how far off, how well ordered, and what is left once the means are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from clmt.errors import ClmtError

__all__ = [
    "CONSTANT",
    "GROUP_RULE",
    "METRICS",
    "MIN_GROUP",
    "REFERENCES",
    "GroupCorrelations",
    "correlation",
    "group_correlations",
    "improvement",
    "metric_card",
    "r_squared",
    "rmse",
]

MIN_GROUP = 10
"""A drug or cell line with fewer test pairs has no correlation of its own."""

CONSTANT = 1e-6
"""Values whose standard deviation is at most this (in ln IC50 units) count as constant."""

GROUP_RULE = (
    f"groups of fewer than {MIN_GROUP} pairs or with constant observed values are left out; "
    "constant predictions count as r = 0"
)

REFERENCES = ("mean_effects", "tissue_mean_effects")
"""Models of the training part whose predictions are taken off both sides for ``normalized_*`` metrics."""

METRICS = (
    "rmse",
    "mae",
    "r2",
    "pearson",
    "spearman",
    "per_drug_r",
    "per_cell_r",
    *(f"normalized_{metric}_{reference}" for reference in REFERENCES for metric in ("pearson", "r2")),
)
"""The metrics of a card, in the order of every table."""

_ERRORS = ("rmse", "mae")
"""Those of them that are lower for a better model."""


def improvement(metric: str) -> int:
    """Sign of an improvement: -1 where lower is better, 1 where higher is."""
    return -1 if metric in _ERRORS else 1


class GroupCorrelations(NamedTuple):
    """Pearson correlation within each group.

    Attributes
    ----------
    labels
        Group names, sorted, (G,).
    r
        Correlations, float64 (G,); NaN where the group is left out.
    pairs
        Number of pairs of each group, int64 (G,).
    """

    labels: np.ndarray
    r: np.ndarray
    pairs: np.ndarray

    def mean(self) -> float | None:
        """Mean over the groups in use; None if there is none."""
        return float(np.nanmean(self.r)) if self.used else None

    @property
    def used(self) -> int:
        """Number of groups that have a correlation."""
        return int(np.isfinite(self.r).sum())

    @property
    def left_out(self) -> int:
        """Number of groups without one."""
        return len(self.r) - self.used


def rmse(observed: np.ndarray, predicted: np.ndarray) -> float:
    """Root mean squared error, in ln IC50 units."""
    return float(np.sqrt(np.mean((observed - predicted) ** 2)))


def r_squared(observed: np.ndarray, predicted: np.ndarray) -> float | None:
    """Coefficient of determination; None where the observed values are constant."""
    if observed.std() <= CONSTANT:
        return None
    return float(1.0 - np.sum((observed - predicted) ** 2) / np.sum((observed - observed.mean()) ** 2))


def correlation(observed: np.ndarray, predicted: np.ndarray) -> float | None:
    """Pearson correlation; 0 for constant predictions, None where the observed values are constant.

    Constant predictions order nothing, so they are given the score of no information rather than a gap in the table.
    """
    if observed.std() <= CONSTANT:
        return None
    if predicted.std() <= CONSTANT:
        return 0.0
    x, y = predicted - predicted.mean(), observed - observed.mean()
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


def _rank_correlation(observed: np.ndarray, predicted: np.ndarray) -> float | None:
    """Spearman correlation with average ranks for ties; the rule for constants is that of `correlation`."""
    if observed.std() <= CONSTANT:
        return None
    if predicted.std() <= CONSTANT:
        return 0.0
    import pandas as pd

    return correlation(*(pd.Series(values).rank().to_numpy() for values in (observed, predicted)))


def group_correlations(groups: np.ndarray, observed: np.ndarray, predicted: np.ndarray) -> GroupCorrelations:
    """Correlate within each group, by `GROUP_RULE`.

    Parameters
    ----------
    groups
        Group of each pair, any sortable type, (n,).
    observed, predicted
        ln IC50 (uM), float64 (n,).
    """
    labels, index = np.unique(groups, return_inverse=True)
    pairs = np.bincount(index, minlength=len(labels))

    def centred(values: np.ndarray) -> np.ndarray:
        return values - (np.bincount(index, values, len(labels)) / pairs)[index]

    x, y = centred(predicted), centred(observed)
    xx, yy, xy = (np.bincount(index, product, len(labels)) for product in (x * x, y * y, x * y))
    flat = np.sqrt(xx / pairs) <= CONSTANT
    r = np.where(flat, 0.0, xy / np.sqrt(np.where(flat, 1.0, xx) * np.maximum(yy, np.finfo(float).tiny)))
    left_out = (pairs < MIN_GROUP) | (np.sqrt(yy / pairs) <= CONSTANT)
    return GroupCorrelations(labels, np.where(left_out, np.nan, np.clip(r, -1.0, 1.0)), pairs)


def _check_finite(cells: np.ndarray, drugs: np.ndarray, **columns: np.ndarray) -> None:
    """Refuse NaN and infinities, naming the first pair that has one."""
    for name, values in columns.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            row = bad[0]
            raise ClmtError(
                f"{name} response of cell line {str(cells[row])!r} and drug {str(drugs[row])!r} is not a finite "
                f"number! got: {values[row]} ({len(bad)} such pairs in all). Look at the input of that pair"
            )


def metric_card(
    cells: np.ndarray,
    drugs: np.ndarray,
    observed: np.ndarray,
    predicted: np.ndarray,
    expected: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    """Score one test fold.

    Parameters
    ----------
    cells, drugs
        Cell line and drug of each test pair, (n,).
    observed, predicted
        ln IC50 (uM), (n,).
    expected
        What each of `REFERENCES`, fitted on the fold's training part, predicts of each pair, (n,); taken off both sides
        for ``normalized_*`` (the normalisation of DrEval, https://github.com/daisybio/drevalpy, before and since its
        version 1.6). Predictions that are one constant have a correlation of 0 there, too: what is left of them is the
        reference itself, upside down.

    Returns
    -------
    dict
        The `METRICS` (None where undefined), ``n_test``, the number of groups used and left out, and the rule.

    Raises
    ------
    ClmtError
        If there is no pair or a value is not finite.
    """
    cells, drugs = np.asarray(cells), np.asarray(drugs)
    observed, predicted = (np.asarray(values, dtype=np.float64) for values in (observed, predicted))
    off = {name: np.asarray(expected[name], dtype=np.float64) for name in REFERENCES}
    lengths = {len(values) for values in (cells, drugs, observed, predicted, *off.values())}
    if lengths == {0} or len(lengths) > 1:
        raise ClmtError(f"a metric card needs columns of one length, at least 1! got: lengths {sorted(lengths)}")
    _check_finite(cells, drugs, observed=observed, predicted=predicted, **off)
    by_drug = group_correlations(drugs, observed, predicted)
    by_cell = group_correlations(cells, observed, predicted)
    return {
        "n_test": len(observed),
        "rmse": rmse(observed, predicted),
        "mae": float(np.mean(np.abs(observed - predicted))),
        "r2": r_squared(observed, predicted),
        "pearson": correlation(observed, predicted),
        "spearman": _rank_correlation(observed, predicted),
        "per_drug_r": by_drug.mean(),
        "drugs_used": by_drug.used,
        "drugs_left_out": by_drug.left_out,
        "per_cell_r": by_cell.mean(),
        "cells_used": by_cell.used,
        "cells_left_out": by_cell.left_out,
        **_normalized(observed, predicted, off),
        "group_rule": GROUP_RULE,
    }


def _normalized(observed: np.ndarray, predicted: np.ndarray, off: Mapping[str, np.ndarray]) -> dict[str, float | None]:
    """Correlation and R2 with the prediction of each reference taken off both sides."""
    found: dict[str, float | None] = {}
    for name, values in off.items():
        rest = observed - values
        # A constant prediction stays one: it orders nothing, whatever is taken off.
        left = predicted if predicted.std() <= CONSTANT else predicted - values
        found[f"normalized_pearson_{name}"] = correlation(rest, left)
        found[f"normalized_r2_{name}"] = r_squared(rest, predicted - values)
    return found
