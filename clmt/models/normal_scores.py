"""Normal scores: each column of a table mapped to a standard normal by its ranks, and expectations mapped back.

Responses of a drug are skewed where few cell lines react to it; a normal fits their scores better than themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NormalScores"]

_LEVELS = (np.arange(200) + 0.5) / 200.0
_SCORES = norm.ppf(_LEVELS)

_FEW = 20
"""Values of a column below which the curve is that of all columns together."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True)
class NormalScores:
    """Quantiles of each column, float64 (D, 200), at the levels of 200 scores of equal probability."""

    curves: NDArray[np.float64]

    @classmethod
    def fit(cls, columns: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NormalScores:
        """Fit to ``values`` (n,) of ``columns`` (n,), among ``count`` columns."""
        curves = np.tile(np.quantile(values, _LEVELS), (count, 1))
        for column in np.flatnonzero(np.bincount(columns, minlength=count) >= _FEW):
            curves[column] = np.quantile(values[columns == column], _LEVELS)
        return cls(curves)

    def scores(self, columns: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of ``values`` (n,) of ``columns`` (n,); beyond the curve they are those of its ends."""
        found = np.empty(len(values))
        for column in np.unique(columns):
            own = columns == column
            found[own] = np.interp(values[own], self.curves[column], _SCORES)
        return found

    def expect(self, mean: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expect the values of scores that are normal with ``mean`` and ``variance`` (C, D), by Gauss and Hermite."""
        at = mean[:, :, None] + np.sqrt(np.maximum(variance, 0.0))[:, :, None] * _NODES
        values = np.stack(
            [np.interp(at[:, column], _SCORES, curve) for column, curve in enumerate(self.curves)], axis=1
        )
        # A sum over one axis, row by row: equal whatever the other rows are.
        return np.asarray((values * _WEIGHTS).sum(axis=2) / _WEIGHTS.sum(), dtype=np.float64)
