"""A normal whose covariance is a few common factors plus a variance of each column's own, for many columns.

The inverse of what a row knows then costs a matrix of factors by factors (Woodbury's identity): a sweep over R rows of
D columns and k factors costs R x D x k**2 and keeps nothing of D x D.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FactorCompleted", "FactorNormal"]

_LEAST_OWN = 0.05
"""Own variance of a column at least, in units in which its variance is about 1."""


@dataclass(frozen=True)
class FactorCompleted:
    """A table (R, D) whose gaps hold conditional means.

    Attributes
    ----------
    values
        float64 (R, D); what was known stays as it was.
    variance
        Conditional variance, float64 (R, D); 0 where a value was known.
    scores, score_covariance
        Of the factors of each row given what it knows, float64 (R, k) and (R, k, k).
    """

    values: NDArray[np.float64]
    variance: NDArray[np.float64]
    scores: NDArray[np.float64]
    score_covariance: NDArray[np.float64]


@dataclass(frozen=True)
class FactorNormal:
    """Mean float64 (D,), loadings float64 (D, k) and own variances float64 (D,): the covariance is ``L L' + diag``."""

    mean: NDArray[np.float64]
    loadings: NDArray[np.float64]
    own: NDArray[np.float64]

    @classmethod
    def start(cls, table: NDArray[np.float64], shared: float, rank: int) -> FactorNormal:
        """Start at one correlation ``shared`` of all columns of ``table`` (R, D); further factors from what it leaves.

        Those are principal axes of the table as the first factor completes it, small, so that EM can turn them.
        """
        columns = table.shape[1]
        level = np.full((columns, 1), np.sqrt(shared))
        first = cls(np.zeros(columns), level, np.full(columns, 1.0 - shared))
        rest = np.where(np.isnan(table), 0.0, table - first.complete(table).scores @ level.T)
        gram = rest.T @ rest if columns < len(table) else rest @ rest.T
        values, vectors = np.linalg.eigh(gram)
        more = min(rank, columns - 1, len(table)) - 1
        vectors, values = vectors[:, ::-1][:, :more], np.maximum(values[::-1][:more], 1e-12)
        axes = vectors if columns < len(table) else rest.T @ (vectors / np.sqrt(values))
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        return cls(first.mean, np.hstack([level, axes * np.sqrt(values / len(table))]), first.own)

    def complete(self, table: NDArray[np.float64]) -> FactorCompleted:
        """Expect every gap (NaN) of ``table`` (R, D) from what its row knows; one that knows nothing gets the mean."""
        known = np.isfinite(table)
        rest = np.where(known, table - self.mean, 0.0)
        rank = self.loadings.shape[1]
        weighted = self.loadings / self.own[:, None]
        products = (weighted[:, :, None] * self.loadings[:, None, :]).reshape(-1, rank * rank)
        precision = (known @ products).reshape(-1, rank, rank) + np.eye(rank)
        covariance = np.linalg.inv(precision)
        scores = np.einsum("rij,rj->ri", covariance, rest @ weighted)
        pairs = (self.loadings[:, :, None] * self.loadings[:, None, :]).reshape(-1, rank * rank)
        spread = covariance.reshape(-1, rank * rank) @ pairs.T + self.own
        values = np.where(known, table, self.mean + scores @ self.loadings.T)
        return FactorCompleted(values, np.where(known, 0.0, spread), scores, covariance)

    def leave_one_out(self, table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Conditional mean and variance of every known value given the *other* ones of its row, (R, D) each."""
        known = np.isfinite(table)
        completed = self.complete(table)
        weighted = self.loadings / self.own[:, None]
        rank = weighted.shape[1]
        pairs = (weighted[:, :, None] * weighted[:, None, :]).reshape(-1, rank * rank)
        alone = 1.0 / self.own - completed.score_covariance.reshape(-1, rank * rank) @ pairs.T
        pulls = (table - self.mean) / self.own - completed.scores @ weighted.T
        return np.where(known, table - pulls / alone, np.nan), np.where(known, 1.0 / alone, np.nan)

    def refit(self, table: NDArray[np.float64], completed: FactorCompleted, penalty: float) -> FactorNormal:
        """Do the M step of EM: a regression of every column on the factors of the rows that know it.

        ``penalty``, in rows, pulls loadings to 0 and own variances to 1. Mean and loadings of a column without a known
        value are 0.
        """
        known = np.isfinite(table)
        rank = self.loadings.shape[1]
        # The mean is one more factor, which is 1 in every row.
        scores = np.hstack([completed.scores, np.ones((len(table), 1))])
        second = scores[:, :, None] * scores[:, None, :]
        second[:, :rank, :rank] += completed.score_covariance
        flat = second.reshape(len(table), -1)
        gram = (known.T @ flat).reshape(-1, rank + 1, rank + 1)
        cross = np.where(known, table, 0.0).T @ scores
        found = np.linalg.solve(gram + penalty * self.own[:, None, None] * np.eye(rank + 1), cross[:, :, None])[:, :, 0]
        squares = (np.where(known, table, 0.0) ** 2).sum(axis=0)
        fitted = 2.0 * (found * cross).sum(axis=1) - np.einsum("di,dij,dj->d", found, gram, found)
        own = (squares - fitted + penalty) / (known.sum(axis=0) + penalty)
        return FactorNormal(found[:, rank], found[:, :rank], np.maximum(own, _LEAST_OWN))
