"""The responses of a cell line to all drugs as one multivariate normal: fit, expectation, and values out of fold.

Its start is the model of mean effects: every two drugs equally correlated, because a cell line is more or less
sensitive as a whole. EM turns it into a covariance of their own, pulled towards a factor model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from clmt.models.effects import fit_mean_effects, group_means
from clmt.models.factor_normal import FactorNormal
from clmt.models.normal import Normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LARGEST", "Expected", "ResponseNormal", "em_path", "fit_response_normal", "out_of_fold_responses"]

LARGEST = 1000
"""Drugs at most of a covariance of any form; above, it is one of common factors, twice as many as the prior's rank."""

_PENALTY = 1.0 / 40.0
"""Weight of the penalty on loadings as a share of the pseudo-rows: both forms then choose from one list on GDSC."""

_SPREAD_PAIRS = 3.0
"""Weight of the common spread beside a drug's own, in pairs: it keeps drugs with one response or equal ones in use."""


@dataclass(frozen=True)
class Expected:
    """Conditional means (ln uM) and variances (ln uM squared) of a table of responses, float64 (C, D) each."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


@dataclass(frozen=True)
class ResponseNormal:
    """A normal over drugs, each in units of its own.

    Attributes
    ----------
    centre, spread
        ln uM, float64 (D,); a response is ``centre + spread * scaled``.
    normal
        Of the scaled responses of a cell line: with any covariance, or with common factors for many drugs.
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    normal: Normal | FactorNormal

    @classmethod
    def start(cls, table: NDArray[np.float64], rank: int = 1) -> ResponseNormal:
        """Centre, spread and one correlation for all drugs, of ``table`` (C, D) with NaN where unknown."""
        cells, drugs = np.nonzero(np.isfinite(table))
        values = table[cells, drugs]
        effects = fit_mean_effects(cells, drugs, values, *table.shape, tolerance=1e-6)
        centre = effects.mu + effects.drug_effect
        squares = (values - centre[drugs]) ** 2
        overall = float(squares.mean()) or 1.0
        sums, counts = group_means(drugs, squares - overall, table.shape[1], _SPREAD_PAIRS)
        shared = float(np.clip((effects.cell_effect[cells] ** 2).mean() / overall, 0.01, 0.95))
        spread = np.sqrt(overall + np.where(counts > 0, sums, 0.0))
        size = table.shape[1]
        if size > LARGEST:
            return cls(centre, spread, FactorNormal.start((table - centre) / spread, shared, 2 * rank))
        correlation = np.full((size, size), shared) + (1.0 - shared) * np.eye(size)
        return cls(centre, spread, Normal(np.zeros(size), correlation))

    def refit(self, table: NDArray[np.float64], rank: int, pseudo_rows: float) -> tuple[ResponseNormal, Expected]:
        """Do one sweep of EM: the next normal, and what this one expects of ``table`` (C, D)."""
        scaled = self.scale(table)
        if isinstance(self.normal, Normal):
            done = self.normal.complete(scaled)
            following = replace(self, normal=self.normal.refit(done, rank, pseudo_rows))
            return following, self.in_ln_um(done.values, done.variance)
        found = self.normal.complete(scaled)
        refitted = self.normal.refit(scaled, found, pseudo_rows * _PENALTY)
        return replace(self, normal=refitted), self.in_ln_um(found.values, found.variance)

    def scale(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Responses (C, D) in each drug's units."""
        return (table - self.centre) / self.spread

    def in_ln_um(self, mean: NDArray[np.float64], variance: NDArray[np.float64]) -> Expected:
        """Scaled means and variances (C, D) in the units of the responses."""
        return Expected(self.centre + self.spread * mean, self.spread**2 * variance)

    def expect(self, table: NDArray[np.float64]) -> Expected:
        """Expect the gaps (NaN) of ``table`` (C, D); what is known keeps its value, with variance 0."""
        completed = self.normal.complete(self.scale(table))
        found = self.in_ln_um(completed.values, completed.variance)
        return Expected(np.where(np.isnan(table), found.mean, table), found.variance)

    def leave_one_out(self, table: NDArray[np.float64]) -> Expected:
        """Expect each known response from the *other* ones of its cell line; NaN where ``table`` (C, D) has a gap."""
        return self.in_ln_um(*self.normal.leave_one_out(self.scale(table)))


def em_path(table: NDArray[np.float64], rank: int, pseudo_rows: float) -> Iterator[tuple[ResponseNormal, Expected]]:
    """Yield the normal before each sweep of EM, and what it expects of ``table`` (C, D); it never ends."""
    current = ResponseNormal.start(table, rank)
    while True:
        following, expected = current.refit(table, rank, pseudo_rows)
        yield current, expected
        current = following


def fit_response_normal(table: NDArray[np.float64], rank: int, pseudo_rows: float, sweeps: int) -> ResponseNormal:
    """Fit by ``sweeps`` sweeps of EM to responses (C, D), NaN where unknown; see `clmt.models.normal.Normal.refit`."""
    fitted, _ = next(islice(em_path(table, rank, pseudo_rows), sweeps, None))
    return fitted


def out_of_fold_responses(
    table: NDArray[np.float64], rank: int, pseudo_rows: float, sweeps: int, *, parts: int, seed: int
) -> Expected:
    """Conditional mean and variance of training responses, of the kind that a response never seen gets.

    The covariance comes from other cell lines and the mean from the cell line's other responses. Leaving out the one
    response alone is not enough: a covariance that has seen the row predicts it far better than a new one (on GDSC 0.72
    to 0.76 in place of 0.88), and what learns from such values trusts them too much.

    Parameters
    ----------
    table
        Training responses (C, D), ln uM, NaN where unknown.
    rank, pseudo_rows, sweeps
        Of the fits, as of `fit_response_normal`.
    parts
        Random parts of the cell lines, 2 or more; each is predicted by a fit to the other ones.
    seed
        Draws the parts.

    Returns
    -------
    Expected
        (C, D), NaN where ``table`` has a gap.
    """
    part = np.random.default_rng(seed).permutation(len(table)) % parts
    mean, variance = np.full(table.shape, np.nan), np.full(table.shape, np.nan)
    for left_out in np.unique(part):
        own = part == left_out
        known = np.isfinite(table[~own])
        if not known.any():
            continue
        found = fit_response_normal(table[~own][known.any(axis=1)], rank, pseudo_rows, sweeps).leave_one_out(table[own])
        mean[own], variance[own] = found.mean, found.variance
    return Expected(mean, variance)
