"""What the ridge regression of each drug is fitted on: rotated expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData

__all__ = ["principal_axes"]


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
