"""Nearest neighbours among cell lines and among drugs: the similarity edges of the structure graph.

An edge points from a source to a target, and only training entities are sources. A new cell line or drug therefore
hangs on the training graph by edges that point to it and never changes what its neighbours know. Our own, because
scikit-learn's nearest neighbours leave open which of equally similar ones are taken.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clmt.errors import ClmtError

__all__ = ["dice_neighbours", "pearson_neighbours"]

BLOCK = 512
# Matrix multiplications differ in their last bits between machines; neighbours are ranked on rounded similarities.
DECIMALS = 6


def pearson_neighbours(
    features: np.ndarray, sources: np.ndarray, count: int, skip: int = 0, targets: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find each row's ``count`` sources of highest Pearson correlation; only positive ones become edges.

    Parameters
    ----------
    features
        Float (n, G), rows in the order of their ids, for instance scaled expression.
    sources
        Bool (n,): rows that may be neighbours (the training entities).
    count
        Neighbours of each row, at least 1; a row never is its own neighbour.
    skip
        Most similar sources of each row that are passed over, which none should be.
    targets
        Rows int64 (t,) whose neighbours are looked for, rising; None: all.

    Returns
    -------
    Edges int64 (2, E) of [source row; target row], sorted by target and falling similarity, and similarity
    float32 (E,). Of equally similar sources the first row comes first. A constant row correlates with nothing.
    """
    centred = np.asarray(features, dtype=np.float64)
    centred = centred - centred.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = np.divide(centred, norm, out=np.zeros_like(centred), where=norm > 0)

    def similarity(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return unit[rows] @ unit[columns].T

    return _nearest(similarity, sources, count, skip, targets, positive=True)


def dice_neighbours(
    fingerprints: np.ndarray, sources: np.ndarray, count: int, skip: int = 0, targets: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find each row's ``count`` sources of highest Dice similarity ``2 |a and b| / (|a| + |b|)``.

    Parameters
    ----------
    fingerprints
        0/1 (n, bits), for instance Morgan fingerprints of radius 2 and 2,048 bits.
    sources, count, skip, targets
        As in `pearson_neighbours`.

    Returns
    -------
    As `pearson_neighbours`; sources that share no bit are kept, so that every drug has its ``count`` neighbours.
    """
    bits = np.asarray(fingerprints).astype(np.float32)
    on = bits.sum(axis=1)

    def similarity(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        shared = (bits[rows] @ bits[columns].T).astype(np.float64)
        total = on[rows][:, None] + on[columns][None, :]
        return np.divide(2.0 * shared, total, out=np.zeros_like(shared), where=total > 0)

    return _nearest(similarity, sources, count, skip, targets, positive=False)


def _nearest(
    similarity: Callable[[np.ndarray, np.ndarray], np.ndarray],
    sources: np.ndarray,
    count: int,
    skip: int,
    targets: np.ndarray | None,
    *,
    positive: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Rank the sources of every row, block by block, so that memory grows with n and not with its square."""
    if count < 1:
        raise ClmtError(f"neighbours must be at least 1! got: {count}. Change features: neighbours in the config")
    columns = np.flatnonzero(sources)
    every = np.arange(len(sources)) if targets is None else targets
    edges, values = [np.zeros((2, 0), dtype=np.int64)], [np.zeros(0)]
    for start in range(0, len(every), BLOCK):
        rows = every[start : start + BLOCK]
        block = np.round(similarity(rows, columns), DECIMALS)
        allowed = rows[:, None] != columns[None, :]
        if positive:
            allowed &= block > 0
        block = np.where(allowed, block, -np.inf)
        order = np.argsort(-block, axis=1, kind="stable")[:, skip : skip + count]
        best = np.take_along_axis(block, order, axis=1)
        kept = np.isfinite(best)
        edges.append(np.stack([columns[order][kept], np.broadcast_to(rows[:, None], order.shape)[kept]]))
        values.append(best[kept])
    return np.concatenate(edges, axis=1).astype(np.int64), np.concatenate(values).astype(np.float32)
