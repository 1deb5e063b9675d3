"""Similarities of entities as positive semidefinite kernels: float64 (N, n), every entity by those of training.

What a kernel is centred or scaled by comes from the training entities, so that a row depends on its own entity and on
these, and not on who else is held out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "agreement_kernel",
    "cosine_kernel",
    "gaussian_kernel",
    "linear_kernel",
    "sets_kernel",
    "standardise",
    "tanimoto",
]

_CONSTANT = 1e-6  # a column of smaller spread tells nothing, and dividing by it would make noise of rounding


def standardise(values: NDArray[np.float64], train: NDArray[np.bool_], *, common: bool = False) -> NDArray[np.float64]:
    """Centre the columns of (N, p) by the training rows, and divide each by its spread there; constant ones become 0.

    With ``common`` all are divided by one spread, the root mean square of theirs, so that a rare alteration stays rare.
    """
    known = values[train]
    centre, spread = known.mean(axis=0), known.std(axis=0)
    varies = spread > _CONSTANT
    if common:
        spread = np.full_like(spread, np.sqrt(np.mean(spread**2))) if varies.any() else spread
    return np.where(varies, values - centre, 0.0) / np.where(varies, spread, 1.0)


def linear_kernel(
    values: NDArray[np.float64], train: NDArray[np.bool_], *, common: bool = False
) -> NDArray[np.float64]:
    """Inner products of standardised rows (N, p), over the number of columns; see `standardise` for ``common``."""
    scaled = standardise(values, train, common=common)
    return scaled @ scaled[train].T / max(values.shape[1], 1)


def gaussian_kernel(values: NDArray[np.float64], train: NDArray[np.bool_]) -> NDArray[np.float64]:
    """``exp(-d2 / m)`` of squared distances of standardised rows (N, p); m is the median of training entities."""
    scaled = standardise(values, train)
    squares = (scaled**2).sum(axis=1)
    distance = np.maximum(squares[:, None] + squares[train] - 2.0 * scaled @ scaled[train].T, 0.0)
    typical = float(np.median(distance[train]))
    return np.exp(-distance / (typical if typical > 0 else 1.0))


def cosine_kernel(
    values: NDArray[np.float64], train: NDArray[np.bool_], *, centred: bool = True
) -> NDArray[np.float64]:
    """Cosine of rows (N, p), by default about the training mean; a row of zeros is like nothing."""
    rows = values - values[train].mean(axis=0) if centred else values
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, length, out=np.zeros_like(rows), where=length > _CONSTANT)
    return unit @ unit[train].T


def tanimoto(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Tanimoto similarity of fingerprints (m, bits) and (n, bits): float64 (m, n), 0 between two empty ones.

    Notes
    -----
    Ralaivola et al., Graph kernels for chemical informatics (Neural Networks 18, 2005): it is positive definite.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    shared = a @ b.T
    union = a.sum(axis=1)[:, None] + b.sum(axis=1)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def sets_kernel(sets: Sequence[Collection[str]], train: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Tanimoto similarity of sets of labels, one an entity; an empty set is like itself alone."""
    numbers = {label: number for number, label in enumerate(sorted({label for labels in sets for label in labels}))}
    marks = np.zeros((len(sets), max(len(numbers), 1)), dtype=np.uint8)
    for row, labels in enumerate(sets):
        marks[row, [numbers[label] for label in labels]] = 1
    kernel = tanimoto(marks, marks[train])
    kernel[np.flatnonzero(train), np.arange(int(train.sum()))] = 1.0
    return kernel


def agreement_kernel(labels: Sequence[str], train: NDArray[np.bool_]) -> NDArray[np.float64]:
    """1 where two entities have the same label; one without a label ("") agrees with itself alone."""
    return sets_kernel([{label} if label else set() for label in labels], train)
