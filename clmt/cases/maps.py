"""Maps of a model's embedding: each view of the cell lines and of the drugs on a plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from clmt.models.clmt.model import all_inputs

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.models.clmt.network import CLMTNetwork

__all__ = ["draw_map", "label_share", "map_data", "view_blocks"]

FEWEST = 8
"""Points below which a map says nothing."""

NEAREST = 10
"""Neighbours whose labels are compared."""


@torch.no_grad()
def view_blocks(network: CLMTNetwork, fold: FoldData) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What each view of a trained network makes of every cell line (C, width) and every drug (D, width) of a fold."""
    network.eval()
    inputs = all_inputs(fold)
    cells, drugs = network.encode(inputs, network.encode_molecules(inputs))
    return {view: (cells.blocks[view].numpy(), drugs.blocks[view].numpy()) for view in network.views}


def draw_map(block: np.ndarray, seed: int) -> np.ndarray | None:
    """Place the rows of a block (n, width) on a plane by t-SNE, float64 (n, 2) from 0 to 1.

    None where the rows are too few or all alike. Equal rows and an equal seed give an equal map.
    """
    values = np.asarray(block, dtype=np.float64)
    if len(values) < FEWEST or np.ptp(values, axis=0).max(initial=0.0) < 1e-9:
        return None
    from sklearn.manifold import TSNE

    size = min(30.0, (len(values) - 1) / 4)
    with threadpool_limits(1):  # several threads add up in another order, and a map grows from the last digits
        found = TSNE(perplexity=size, init="pca", random_state=seed).fit_transform(values)
    low, high = found.min(axis=0), found.max(axis=0)
    centred = (found - (low + high) / 2) / max(float((high - low).max()), 1e-12)
    return np.asarray(centred + 0.5, dtype=np.float64)


def label_share(block: np.ndarray, labels: Sequence[str]) -> tuple[float, float] | None:
    """Share of the nearest ten (in the embedding, not on the map) that have a row's own label, and that of chance.

    Over the rows with a label that another one has; None without any.
    """
    values, codes = np.asarray(block, dtype=np.float64), np.asarray(labels, dtype=object)
    names, counts = np.unique(codes.astype(str), return_counts=True)
    number = dict(zip(names.tolist(), counts.tolist(), strict=True))
    rows = np.array([row for row, label in enumerate(labels) if label and number[label] > 1], dtype=np.int64)
    if len(rows) == 0 or len(values) <= NEAREST:
        return None
    square = (values**2).sum(axis=1)
    distance = square[rows][:, None] + square[None, :] - 2 * values[rows] @ values.T
    distance[np.arange(len(rows)), rows] = np.inf
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :NEAREST]
    same = (codes[nearest] == codes[rows][:, None]).mean()
    chance = np.mean([(number[labels[row]] - 1) / (len(values) - 1) for row in rows])
    return float(same), float(chance)


def map_data(
    blocks: Mapping[str, np.ndarray], names: Sequence[str], labels: Sequence[str], held_out: Sequence[bool], seed: int
) -> dict[str, Any]:
    """What the page draws of one side.

    Returns
    -------
    dict
        ``names``, ``labels`` and ``held_out`` of the points, and for each of the ``views`` its ``name``, ``points``
        (thousandths, or none) and the ``share`` of neighbours of equal label with that of chance.
    """
    views = []
    for name, block in blocks.items():
        found, share = draw_map(block, seed), label_share(block, labels)
        views.append(
            {
                "name": name,
                "points": None if found is None else np.rint(1000 * found).astype(int).tolist(),
                "share": None if share is None else [f"{100 * value:.0f}\N{NO-BREAK SPACE}%" for value in share],
            }
        )
    return {"names": list(names), "labels": list(labels), "held_out": [bool(x) for x in held_out], "views": views}
