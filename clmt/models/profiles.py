"""Response profiles: the table of training responses without gaps, and its principal components."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from clmt.models.effects import MeanEffects, fit_mean_effects

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["complete_profiles", "component_blocks"]


def complete_profiles(
    pairs: NDArray[np.int64],
    values: NDArray[np.float64],
    shape: tuple[int, int],
    *,
    shrinkage: float = 1.0,
    rank: int = 40,
    threshold: float = 10.0,
    sweeps: int = 6,
) -> tuple[MeanEffects, NDArray[np.float64]]:
    """Mean effects of the training responses, and their departures from them with every gap filled.

    Parameters
    ----------
    pairs, values
        Training pairs int64 (n, 2) of [cell line row, drug row] and their ln IC50 (uM), float64 (n,).
    shape
        Numbers of cell lines and drugs, C and D.
    shrinkage
        Penalty on each squared mean effect, in pairs.
    rank, threshold
        Singular values kept at most, and what is taken off each of them (ln uM).
    sweeps
        Fillings; the first one is 0, which is the mean effects.

    Returns
    -------
    The mean effects, and departures float64 (C, D), 0 in the rows and columns of entities without a training pair.

    Notes
    -----
    Mazumder, Hastie & Tibshirani, Spectral regularization algorithms for learning large incomplete matrices (JMLR 11,
    2010), with a bound on the rank.
    """
    cells, drugs = pairs.T
    effects = fit_mean_effects(cells, drugs, values, *shape, shrinkage)
    known = np.zeros(shape)
    known[cells, drugs] = values - effects.predict(cells, drugs)
    gap = np.ones(shape, dtype=bool)
    gap[cells, drugs] = False
    filled = known
    with threadpool_limits(1):
        for _ in range(sweeps):
            left, length, right = np.linalg.svd(filled, full_matrices=False)
            smooth = (left[:, :rank] * np.maximum(length[:rank] - threshold, 0.0)) @ right[:rank]
            filled = np.where(gap, smooth, known)
    return effects, filled


def component_blocks(sizes: Sequence[int], count: int) -> list[slice]:
    """Successive blocks of these sizes among ``count`` components; those behind the last block are left out."""
    ends = np.minimum(np.cumsum(sizes), count).tolist()
    return [slice(start, end) for start, end in pairwise([0, *ends]) if start < end]
