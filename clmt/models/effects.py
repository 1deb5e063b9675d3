"""Mean effects: the overall level of ln IC50, plus one number for each cell line and one for each drug.

The part of a response that needs no biology. It is a baseline in its own right, the starting point of the
factorisation, and what the ``normalized_*`` metrics take off both sides. With tissues, the level of a cell line is that
of its tissue plus its own departure, so that a cell line never seen has one, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from clmt.errors import ClmtError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["MeanEffects", "fit_mean_effects", "group_means"]


@dataclass(frozen=True)
class MeanEffects:
    """Fitted effects, all in ln uM.

    Attributes
    ----------
    mu
        Mean of the training values.
    cell_effect
        float64 (C,), 0 for a cell line without a training pair; with tissues, that of its tissue.
    drug_effect
        float64 (D,), 0 for a drug without a training pair.
    """

    mu: float
    cell_effect: NDArray[np.float64]
    drug_effect: NDArray[np.float64]

    def predict(self, cells: ArrayLike, drugs: ArrayLike) -> NDArray[np.float64]:
        """Predict ln IC50 of pairs given by rows ``cells`` and ``drugs`` (n,); returns float64 (n,).

        The effect of an unseen entity is 0, so an unseen drug gets its cell line's level and the other way round.
        """
        return self.mu + self.cell_effect[np.asarray(cells)] + self.drug_effect[np.asarray(drugs)]


def group_means(
    groups: ArrayLike, values: ArrayLike, n_groups: int, shrinkage: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean of ``values`` (n,) within each of ``n_groups``, shrunk towards 0, and the number of values in each.

    Returns float64 (n_groups,) ``sum / (count + shrinkage)``, 0 where a group is empty, and int64 (n_groups,).
    """
    groups = np.asarray(groups)
    counts = np.bincount(groups, minlength=n_groups)
    sums = np.bincount(groups, weights=np.asarray(values, dtype=np.float64), minlength=n_groups)
    return _shrunk(sums, counts, shrinkage), counts


def fit_mean_effects(
    cells: ArrayLike,
    drugs: ArrayLike,
    values: ArrayLike,
    n_cells: int,
    n_drugs: int,
    shrinkage: float = 1.0,
    *,
    tissue: ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_sweeps: int = 500,
) -> MeanEffects:
    """Fit ``value = mu + cell_effect + drug_effect`` by alternating ridge regression, with tissues if they are given.

    Parameters
    ----------
    cells, drugs
        int (n,), rows of the training pairs.
    values
        float (n,), ln IC50 (uM) of the training pairs.
    n_cells, n_drugs
        Numbers of entities, C and D, with or without a training pair.
    shrinkage
        Penalty on each squared effect, in pairs: an effect seen in one pair is halved at 1.
    tissue
        int (C,), the tissue of every cell line, -1 where unknown. The effect of a cell line is then the sum of its
        tissue's and its own, each penalised, fitted together with the drugs'. Without shrinkage the effect of a tissue
        is the mean of its pairs.
    tolerance
        Stop when no effect moves by more than this in a sweep (ln uM).
    max_sweeps
        Stop after this many sweeps at the latest.

    Raises
    ------
    ClmtError
        If there is no training pair or a value is not finite.

    Notes
    -----
    Backfitting of the two-way additive model (Hastie & Tibshirani, Generalized Additive Models, 1990, ch. 4) with the
    penalty of a random-effects model; it converges to the one minimum of a convex objective.
    """
    cells, drugs = np.asarray(cells, dtype=np.int64), np.asarray(drugs, dtype=np.int64)
    values = np.asarray(values, dtype=np.float64)
    if len(values) == 0 or not np.isfinite(values).all():
        raise ClmtError(
            f"cannot fit mean effects! got: {len(values)} training pairs, {int((~np.isfinite(values)).sum())} of them "
            "without a finite ln_ic50. Rerun the tables and folds rules"
        )
    mu = float(values.mean())
    sums = _Sums.of(cells, drugs, values - mu, (n_cells, n_drugs))
    cell_effect, drug_effect = np.zeros(n_cells), np.zeros(n_drugs)
    for _ in range(max_sweeps):
        before_cell, before_drug = cell_effect, drug_effect
        # Drugs first: they explain most of the variance, so that the sweeps settle sooner.
        drug_effect = _shrunk(sums.of_drugs - sums.pairs.T @ cell_effect, sums.drug_counts, shrinkage)
        cell_effect = _cell_effects(sums.of_cells - sums.pairs @ drug_effect, sums.cell_counts, shrinkage, tissue)
        moved = max(np.abs(cell_effect - before_cell).max(), np.abs(drug_effect - before_drug).max())
        if moved < tolerance:
            break
    return MeanEffects(mu, cell_effect, drug_effect)


@dataclass(frozen=True)
class _Sums:
    """What the sweeps read of the pairs, added up once: their number in each cell of the table, and sums of both sides.

    ``pairs`` is a sparse table (C, D) of numbers of pairs; ``of_cells`` (C,) and ``of_drugs`` (D,) are sums of values.
    """

    pairs: csr_array
    of_cells: NDArray[np.float64]
    of_drugs: NDArray[np.float64]
    cell_counts: NDArray[np.int64]
    drug_counts: NDArray[np.int64]

    @classmethod
    def of(cls, cells: NDArray[Any], drugs: NDArray[Any], values: NDArray[Any], shape: tuple[int, int]) -> _Sums:
        sides = list(zip((cells, drugs), shape, strict=True))
        of_cells, of_drugs = (np.bincount(rows, weights=values, minlength=size) for rows, size in sides)
        cell_counts, drug_counts = (np.bincount(rows, minlength=size) for rows, size in sides)
        pairs = csr_array((np.ones(len(values)), (cells, drugs)), shape=shape)
        return cls(pairs, of_cells, of_drugs, cell_counts, drug_counts)


def _shrunk(sums: NDArray[np.float64], counts: NDArray[Any], shrinkage: float) -> NDArray[np.float64]:
    """``sum / (count + shrinkage)`` of each group, 0 where it is empty."""
    return np.divide(sums, counts + shrinkage, out=np.zeros(len(sums)), where=counts > 0)


def _cell_effects(
    rest: NDArray[np.float64], counts: NDArray[np.int64], shrinkage: float, tissue: ArrayLike | None
) -> NDArray[np.float64]:
    """Effects of the cell lines, float64 (C,), for the sums (C,) of what the drugs leave over of their pairs."""
    if tissue is None:
        return _shrunk(rest, counts, shrinkage)
    tissue = np.asarray(tissue, dtype=np.int64)
    # With the cell lines' own departures solved for, those of one tissue are so many observations of its effect, each
    # with the weight n / (n + shrinkage), beside a penalty that weighs as much as one cell line.
    level = _shrunk(rest, counts, 0.0)
    weight = counts / (counts + shrinkage) if shrinkage else counts.astype(np.float64)
    known = tissue >= 0
    groups = int(tissue.max(initial=-1)) + 1
    sums, weights = (
        np.bincount(tissue[known], weights=values[known], minlength=groups) for values in (weight * level, weight)
    )
    effect = _shrunk(sums, weights, float(shrinkage > 0))
    of_cell = np.append(effect, 0.0)[tissue]  # the last one for -1, a tissue that is not known
    return of_cell + _shrunk(rest - counts * of_cell, counts, shrinkage)
