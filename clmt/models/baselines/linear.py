"""What the ridge baselines are fitted on: the kernel of fingerprints, and rotated expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData

__all__ = ["principal_axes", "tanimoto"]


def tanimoto(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Tanimoto similarity of fingerprints (m, bits) and (n, bits): float64 (m, n), 0 between two empty ones."""
    a, b = first.astype(np.float64), second.astype(np.float64)
    shared = a @ b.T
    union = a.sum(axis=1)[:, None] + b.sum(axis=1)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def principal_axes(fold: FoldData) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Standardise expression by the training cell lines and rotate it onto their principal axes.

    Returns the training mean (G,), the scores of all cell lines (C, r) and the matrix (r, G) that turns weights of
    scores into weights of scaled expression. Ridge does not see the rotation; it only makes it cheap where G > C.
    """
    expression = fold.graph.expression.numpy().astype(np.float64)
    train = expression[fold.graph.train_cells.numpy()]
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 1e-6, spread, np.inf)
    _, _, axes = np.linalg.svd((train - mean) / spread, full_matrices=False)
    return mean, ((expression - mean) / spread) @ axes.T, axes / spread
