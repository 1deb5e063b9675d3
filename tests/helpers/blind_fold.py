"""A fold whose held-out cell lines and drugs are known, with what changes them, adds them or takes them away."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import torch

from clmt.features.molecules import concatenate, featurise_drugs
from clmt.graph.fold_data import FoldData
from tests.helpers.small_fold import SMILES, small_fold

#: Rows held out, in the midst of the others, so that training rows have to be found and not merely counted.
HELD_CELLS, HELD_DRUGS = (2, 9, 17, 23), (1, 4, 6)
#: Structures that stand in for those of the held-out drugs.
OTHERS = ("c1ccc2ccccc2c1", "CCS(=O)(=O)N", "OCC1CCCO1")


@cache
def featurised(smiles: tuple[str, ...]) -> list[dict[str, Any]]:
    return featurise_drugs(list(smiles), {"conformers": 1})


def molecules(others: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Molecules of `SMILES`, those of the held-out drugs exchanged for ``others``."""
    found = list(featurised(tuple(SMILES.values())))
    if others is not None:
        for row, molecule in zip(HELD_DRUGS, featurised(others), strict=True):
            found[row] = molecule
    return concatenate(list(SMILES), found)


def keeps(count: int, held: tuple[int, ...]) -> torch.Tensor:
    """Rows that are not held out, bool (count,)."""
    kept = torch.ones(count, dtype=torch.bool)
    kept[list(held)] = False
    return kept


def blind_fold() -> FoldData:
    """24 cell lines and 8 drugs; edges start at training entities, and training pairs hold no other ones."""
    base = small_fold(molecules())
    cells, drugs = keeps(24, HELD_CELLS), keeps(8, HELD_DRUGS)
    graph = {**base.graph, "train_cells": cells, "train_drugs": drugs}
    edges = base.graph["edges"]
    similar = {
        name: edges[name][:, known[edges[name][0]]]
        for name, known in (("cell_similar", cells), ("drug_similar", drugs))
    }
    pairs = graph["train_pairs"]
    kept = cells[pairs[:, 0]] & drugs[pairs[:, 1]]
    graph |= {"train_pairs": pairs[kept], "train_ln_ic50": graph["train_ln_ic50"][kept]}
    graph["edges"] = {**similar, "response": pairs[kept].T.contiguous()}
    graph["tissue"] = torch.where(cells, graph["tissue"], -1)
    graph["threshold"] = torch.where(drugs, graph["threshold"], torch.nan)
    graph["pathway"] = graph["pathway"] * drugs[:, None]
    return dataclasses.replace(base, graph=graph)


def with_other_entities(fold: FoldData, spare: tuple[int, int] | None = None) -> FoldData:
    """Exchange all that is known of the held-out entities, but of the ``spare`` [cell line row, drug row]."""
    cells, drugs = ~fold.graph["train_cells"], ~fold.graph["train_drugs"]
    other = molecules(OTHERS)
    if spare is not None:
        cells[spare[0]] = drugs[spare[1]] = False
        own = list(SMILES.values())[spare[1]]
        other = molecules(tuple(own if row == spare[1] else new for row, new in zip(HELD_DRUGS, OTHERS, strict=True)))
    graph = {**fold.graph, "edges": dict(fold.graph["edges"])}
    for name, value in (("expression", 1.7), ("mutation", 1), ("copy_number", 1)):
        graph[name] = graph[name].clone()
        graph[name][cells] = value
    for name, held, side in (("cell_similar", cells, 1), ("drug_similar", drugs, 1)):
        edges = graph["edges"][name]
        graph["edges"][name] = edges[:, ~held[edges[side]]]  # no neighbour any more
    text = {"cell_line": fold.text["cell_line"].clone(), "drug": fold.text["drug"].clone()}
    text["cell_line"][cells], text["drug"][drugs] = 9.0, -9.0
    return FoldData(graph, other, text)


def without(fold: FoldData, cells: list[int], drugs: list[int]) -> tuple[FoldData, np.ndarray, np.ndarray]:
    """Take these held-out entities away; returns the smaller fold and the new row of each old one, -1 if gone."""
    kept = {"cell": keeps(24, tuple(cells)), "drug": keeps(8, tuple(drugs))}
    place = {side: torch.where(rows, rows.cumsum(0) - 1, -1) for side, rows in kept.items()}
    sides = {"cell_similar": ("cell", "cell"), "drug_similar": ("drug", "drug"), "response": ("cell", "drug")}
    graph = dict(fold.graph)
    by_cell = ("expression", "mutation", "copy_number", "train_cells", "tissue")
    for side, names in (("cell", by_cell), ("drug", ("train_drugs", "threshold", "pathway"))):
        for name in names:
            graph[name] = graph[name][kept[side]]
    graph["cell_line_ids"] = [name for name, left in zip(graph["cell_line_ids"], kept["cell"], strict=True) if left]
    graph["drug_ids"] = [name for name, left in zip(graph["drug_ids"], kept["drug"], strict=True) if left]
    graph["edges"] = {}
    for name, (source, target) in sides.items():
        edges = fold.graph["edges"][name]
        moved = torch.stack([place[source][edges[0]], place[target][edges[1]]])
        graph["edges"][name] = moved[:, (moved >= 0).all(0)]
    found = [m for m, left in zip(featurised(tuple(SMILES.values())), kept["drug"], strict=True) if left]
    text = {"cell_line": fold.text["cell_line"][kept["cell"]], "drug": fold.text["drug"][kept["drug"]]}
    smaller = FoldData(graph, concatenate(graph["drug_ids"], found), text)
    return smaller, place["cell"].numpy(), place["drug"].numpy()
