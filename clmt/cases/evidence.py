"""Pairs that nobody measured, what a model predicts of them, and the training responses that lie nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clmt.graph.neighbours import dice_neighbours, pearson_neighbours

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.graph.fold_graph import FoldGraph
    from clmt.models.base import Model

__all__ = ["Evidence", "Unmeasured", "predict_unmeasured", "unmeasured_pairs"]

LIKE = 3
"""Training drugs, and training cell lines, that are told of each pair."""


@dataclass(frozen=True)
class Evidence:
    """A training response: of a drug like that of the pair in its cell line, or of a cell line like its own.

    Attributes
    ----------
    name
        Id of the other drug or cell line.
    similarity
        Dice of the drugs' fingerprints, or Pearson correlation of the cell lines' expression.
    ln_ic50, beyond
        Observed, uM, and that minus the training mean of the drug.
    """

    name: str
    similarity: float
    ln_ic50: float
    beyond: float


@dataclass(frozen=True)
class Unmeasured:
    """A pair without a response.

    Attributes
    ----------
    cell_line, drug
        Ids.
    predicted, mean, beyond
        ln IC50 (uM): predicted, the training mean of the drug, and the difference; below 0: more sensitive than most.
    drugs, cell_lines
        Training responses of the drugs most like its own in this cell line, and of this drug in the cell lines most
        like its own, the nearest first.
    """

    cell_line: str
    drug: str
    predicted: float
    mean: float
    beyond: float
    drugs: list[Evidence]
    cell_lines: list[Evidence]


def unmeasured_pairs(graph: FoldGraph, response: pd.DataFrame) -> np.ndarray:
    """Pairs of a training cell line and a training drug that have no row in ``response``, int64 (n, 2).

    The graph does not know every measured pair: those that a split leaves unused are in no part of it.
    """
    open_ = np.outer(graph.train_cells.numpy(), graph.train_drugs.numpy())
    ids = {"cell_line_id": graph.cell_line_ids, "drug_id": graph.drug_ids}
    measured = np.stack([pd.Index(known).get_indexer(response[column]) for column, known in ids.items()])
    open_[tuple(measured[:, (measured >= 0).all(axis=0)])] = False
    return np.argwhere(open_)


def predict_unmeasured(
    model: Model, fold: FoldData, response: pd.DataFrame, count: int
) -> tuple[list[Unmeasured], int]:
    """The ``count`` pairs that are predicted furthest below the mean of their drug, and how many pairs there are."""
    graph = fold.graph
    pairs = unmeasured_pairs(graph, response)
    if not len(pairs):
        return [], 0
    known = np.full((graph.n_cells, graph.n_drugs), np.nan)
    known[tuple(graph.train_pairs.numpy().T)] = graph.train_ln_ic50.double().numpy()
    measured = np.isfinite(known)
    mean = np.where(measured, known, 0.0).sum(0) / np.maximum(measured.sum(0), 1)
    predicted = model.predict(fold, pairs)
    beyond = predicted - mean[pairs[:, 1]]
    order = np.argsort(beyond, kind="stable")[:count]
    drugs, cells = _like(graph, fold)
    found = []
    for row in order.tolist():
        cell, drug = pairs[row].tolist()
        others = [(d, s, known[cell, d], known[cell, d] - mean[d]) for d, s in drugs[drug] if measured[cell, d]]
        lines = [(c, s, known[c, drug], known[c, drug] - mean[drug]) for c, s in cells[cell] if measured[c, drug]]
        found.append(
            Unmeasured(
                graph.cell_line_ids[cell],
                graph.drug_ids[drug],
                float(predicted[row]),
                float(mean[drug]),
                float(beyond[row]),
                [Evidence(graph.drug_ids[d], s, float(value), float(far)) for d, s, value, far in others[:LIKE]],
                [Evidence(graph.cell_line_ids[c], s, float(value), float(far)) for c, s, value, far in lines[:LIKE]],
            )
        )
    return found, len(pairs)


def _like(graph: FoldGraph, fold: FoldData) -> tuple[dict[int, list[tuple[int, float]]], ...]:
    """Training drugs like each drug and training cell lines like each cell line: row -> (row, similarity), falling."""
    prints = fold.molecules["morgan2"].numpy()
    found = (
        dice_neighbours(prints, graph.train_drugs.numpy(), graph.n_drugs),
        pearson_neighbours(graph.expression.numpy(), graph.train_cells.numpy(), graph.n_cells),
    )
    sides = []
    for edges, similarity in found:
        side: dict[int, list[tuple[int, float]]] = {row: [] for row in range(max(graph.n_cells, graph.n_drugs))}
        for source, target, value in zip(*edges.tolist(), similarity.tolist(), strict=True):
            side[target].append((source, value))
        sides.append(side)
    return tuple(sides)
