"""One multivariate normal over the columns of a table with gaps: EM under missing values, and conditional means.

A sweep over R rows of D columns costs D**3, R x D**2 and, for each row, the cube of its known or of its missing
columns, whichever are fewer; rows with about as many are solved in one batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Completed", "Normal", "factor_shape"]

_BATCH = 2**22
"""Numbers in a batch of matrices: 32 MiB of float64."""

_LEAST_OWN = 0.05
"""Share of its variance that a column keeps for itself in `factor_shape`; it keeps the matrix well conditioned."""

_LEAST_SPREAD = 1e-3
"""Standard deviation of a column that is constant, in units in which others are about 1."""


@dataclass(frozen=True)
class Completed:
    """A table (R, D) whose gaps hold conditional means.

    Attributes
    ----------
    values
        float64 (R, D); what was known stays as it was.
    variance
        Conditional variance, float64 (R, D); 0 where a value was known.
    spare
        The rows' conditional covariances, summed, float64 (D, D).
    """

    values: NDArray[np.float64]
    variance: NDArray[np.float64]
    spare: NDArray[np.float64]


@dataclass(frozen=True)
class Normal:
    """Mean float64 (D,) and covariance float64 (D, D), positive definite, of a row."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def complete(self, table: NDArray[np.float64]) -> Completed:
        """Expect every gap (NaN) of ``table`` (R, D) from what its row knows; one that knows nothing gets the mean."""
        known = np.isfinite(table)
        few_gaps = 2 * known.sum(axis=1) > table.shape[1]
        rest = np.where(known, table - self.mean, 0.0)
        done = Completed(rest, np.zeros(table.shape), np.zeros_like(self.covariance))
        self._by_gaps(np.flatnonzero(few_gaps), known, done)
        self._by_known(np.flatnonzero(~few_gaps), known, done)
        return Completed(np.where(known, table, done.values + self.mean), done.variance, done.spare)

    def _by_gaps(self, rows: NDArray[np.int64], known: NDArray[np.bool_], done: Completed) -> None:
        """Complete rows in place by the part of the precision matrix that belongs to their gaps."""
        precision = np.linalg.inv(self.covariance)
        for batch, columns, inverse in _inverses(precision, ~known[rows]):
            at = rows[batch][:, None], columns
            pulls = np.take_along_axis(done.values[rows[batch]] @ precision, columns, axis=1)
            done.values[at] -= np.einsum("bij,bj->bi", inverse, pulls)
            done.variance[at] = np.einsum("bii->bi", inverse)
            _scatter(done.spare, columns, inverse)

    def _by_known(self, rows: NDArray[np.int64], known: NDArray[np.bool_], done: Completed) -> None:
        """Complete rows in place by the part of the covariance that belongs to what they know."""
        explained = np.zeros_like(self.covariance)
        for batch, columns, inverse in _inverses(self.covariance, known[rows]):
            some = rows[batch]
            values = done.values[some]
            weights = np.zeros_like(values)
            pulls = np.einsum("bij,bj->bi", inverse, np.take_along_axis(values, columns, axis=1))
            np.put_along_axis(weights, columns, pulls, axis=1)
            done.values[some] = np.where(known[some], values, weights @ self.covariance)
            across = self.covariance[columns]
            variance = np.diag(self.covariance) - ((inverse @ across) * across).sum(axis=1)
            done.variance[some] = np.where(known[some], 0.0, variance)
            _scatter(explained, columns, inverse)
        done.spare[...] += len(rows) * self.covariance - self.covariance @ explained @ self.covariance

    def leave_one_out(self, table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Conditional mean and variance of every known value given the *other* ones of its row, (R, D) each, else NaN.

        A normal that was fitted to these very rows knows the values that are left out here.
        """
        mean, variance = np.full(table.shape, np.nan), np.full(table.shape, np.nan)
        known = np.isfinite(table)
        for rows, columns, inverse in _inverses(self.covariance, known):
            used = np.take_along_axis(known[rows], columns, axis=1)
            rest = np.where(used, np.take_along_axis(table[rows], columns, axis=1) - self.mean[columns], 0.0)
            alone = np.where(used, np.einsum("bii->bi", inverse), np.nan)
            # Without the diagonal, not by taking the value's own part off again: no bit of it is in its mean.
            others = inverse * (1.0 - np.eye(columns.shape[1]))
            at = rows[:, None], columns
            mean[at] = self.mean[columns] - np.einsum("bij,bj->bi", others, rest) / alone
            variance[at] = 1.0 / alone
        return mean, variance

    def refit(self, completed: Completed, rank: int, pseudo_rows: float) -> Normal:
        """Do the M step of EM: mean and covariance of the completed rows, pulled towards their own `factor_shape`.

        Mode under an inverse Wishart prior whose scale is ``pseudo_rows`` times the factor shape of the rows.
        """
        rows = len(completed.values)
        mean = completed.values.mean(axis=0)
        centred = completed.values - mean
        scatter = centred.T @ centred + completed.spare
        if pseudo_rows > 0:
            scatter += pseudo_rows * factor_shape(scatter / rows, rank)
        covariance = scatter / (rows + pseudo_rows)
        return Normal(mean, (covariance + covariance.T) / 2.0)


def factor_shape(covariance: NDArray[np.float64], rank: int, sweeps: int = 5) -> NDArray[np.float64]:
    """Covariance (D, D) of ``rank`` common factors plus a variance of each column's own, near to the given one.

    Iterated principal axes of the correlations (Harman, Modern Factor Analysis, 1976, ch. 9).
    """
    spread = np.maximum(np.sqrt(np.diag(covariance)), _LEAST_SPREAD)
    correlation = covariance / np.outer(spread, spread)
    size = len(correlation)
    first = size - min(rank, size - 1)
    own = np.full(size, 0.4)
    for _ in range(sweeps):
        values, vectors = np.linalg.eigh(correlation - np.diag(own))
        common = (vectors[:, first:] * np.maximum(values[first:], 0.0)) @ vectors[:, first:].T
        own = np.maximum(1.0 - np.diag(common), _LEAST_OWN)
    return np.asarray((common + np.diag(own)) * np.outer(spread, spread), dtype=np.float64)


def _inverses(
    matrix: NDArray[np.float64], marks: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Inverses of the marked part of ``matrix`` (D, D) for every row of ``marks`` (R, D), in batches.

    Yields rows of ``marks`` (b,), marked columns (b, m) and inverses (b, m, m). A row with fewer than m marks is padded
    with columns that are not marked, whose entries of the inverse are 0.
    """
    counts = marks.sum(axis=1)
    order = np.argsort(-counts, kind="stable")
    begin = 0
    while begin < len(order):
        width = max(int(counts[order[begin]]), 1)
        rows = order[begin : begin + max(_BATCH // (width * len(matrix)), 1)]
        columns = np.argsort(~marks[rows], axis=1, kind="stable")[:, :width]
        used = np.arange(width) < counts[rows, None]
        both = used[:, :, None] & used[:, None, :]
        inverse = np.linalg.inv(np.where(both, matrix[columns[:, :, None], columns[:, None, :]], np.eye(width)))
        yield rows, columns, np.where(both, inverse, 0.0)
        begin += len(rows)


def _scatter(total: NDArray[np.float64], columns: NDArray[np.int64], blocks: NDArray[np.float64]) -> None:
    """Add ``blocks`` (b, m, m) to their ``columns`` (b, m) of ``total`` (D, D)."""
    places = columns[:, :, None] * len(total) + columns[:, None, :]
    total += np.bincount(places.ravel(), blocks.ravel(), minlength=total.size).reshape(total.shape)
