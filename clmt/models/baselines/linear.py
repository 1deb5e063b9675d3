"""What the ridge baselines share: solutions along a path of penalties, the kernel, and rotated expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData

__all__ = ["principal_axes", "ridge_path", "tanimoto"]


def ridge_path(x: NDArray[np.float64], y: NDArray[np.float64], alphas: Sequence[float]) -> NDArray[np.float64]:
    """Ridge weights of centred ``y`` (n,) on centred ``x`` (n, p) for every alpha, from one eigendecomposition.

    Returns float64 (len(alphas), p), each minimising ``|y - x w|^2 + alpha |w|^2``.
    """
    values, vectors = np.linalg.eigh(x.T @ x)
    rotated = vectors.T @ (x.T @ y)
    # Rounding may leave an eigenvalue slightly below 0.
    return np.stack([vectors @ (rotated / (np.maximum(values, 0.0) + alpha)) for alpha in alphas])


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
