"""A fold whose held-out cell lines and drugs are known, with what changes them, adds them or takes them away."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch

from clmt.features.molecules import concatenate, featurise_drugs
from clmt.graph.fold_data import FoldData
from clmt.graph.fold_graph import FoldGraph
from clmt.planning.settings.features import MoleculeSettings
from tests.helpers.folds import SMILES, small_fold, with_graph

#: Rows held out, in the midst of the others, so that training rows have to be found and not merely counted.
HELD_CELLS, HELD_DRUGS = (2, 9, 17, 23), (1, 4, 6)
#: Structures that stand in for those of the held-out drugs.
OTHERS = ("c1ccc2ccccc2c1", "CCS(=O)(=O)N", "OCC1CCCO1")


@cache
def featurised(smiles: tuple[str, ...]) -> list[dict[str, Any]]:
    return featurise_drugs(list(smiles), MoleculeSettings(conformers=1))


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
    graph = base.graph
    pairs = graph.train_pairs
    kept = cells[pairs[:, 0]] & drugs[pairs[:, 1]]
    return with_graph(
        base,
        train_cells=cells,
        train_drugs=drugs,
        **similar(graph, cells[graph.cell_similar_edges[0]], drugs[graph.drug_similar_edges[0]]),
        response_edges=pairs[kept].T.contiguous(),
        train_pairs=pairs[kept],
        train_ln_ic50=graph.train_ln_ic50[kept],
        tissue=torch.where(cells, graph.tissue, -1),
        threshold=torch.where(drugs, graph.threshold, torch.nan),
        pathway=graph.pathway * drugs[:, None],
    )


def similar(graph: FoldGraph, cells: torch.Tensor, drugs: torch.Tensor) -> dict[str, torch.Tensor]:
    """The similarity edges of these marks, bool (E,)."""
    return {
        "cell_similar_edges": graph.cell_similar_edges[:, cells],
        "cell_similarity": graph.cell_similarity[cells],
        "drug_similar_edges": graph.drug_similar_edges[:, drugs],
        "drug_similarity": graph.drug_similarity[drugs],
    }


def with_other_entities(fold: FoldData, spare: tuple[int, int] | None = None) -> FoldData:
    """Exchange all that is known of the held-out entities, but of the ``spare`` [cell line row, drug row]."""
    cells, drugs = ~fold.graph.train_cells, ~fold.graph.train_drugs
    other = molecules(OTHERS)
    if spare is not None:
        cells[spare[0]] = drugs[spare[1]] = False
        own = list(SMILES.values())[spare[1]]
        other = molecules(tuple(own if row == spare[1] else new for row, new in zip(HELD_DRUGS, OTHERS, strict=True)))
    changed = {}
    for name, value in (("expression", 1.7), ("mutation", 1), ("copy_number", 1)):
        changed[name] = getattr(fold.graph, name).clone()
        changed[name][cells] = value
    for name, rows in (("cell_histology", cells), ("drug_targets", drugs), ("drug_pathways", drugs)):
        changed[name] = ["another" if row else text for row, text in zip(rows, getattr(fold.graph, name), strict=True)]
    # They have no neighbour any more.
    edges = similar(fold.graph, ~cells[fold.graph.cell_similar_edges[1]], ~drugs[fold.graph.drug_similar_edges[1]])
    cell_text, drug_text = fold.cell_text.clone(), fold.drug_text.clone()
    cell_text[cells], drug_text[drugs] = 9.0, -9.0
    return FoldData(replace(fold.graph, **changed, **edges), other, cell_text, drug_text)


def without(fold: FoldData, cells: list[int], drugs: list[int]) -> tuple[FoldData, np.ndarray, np.ndarray]:
    """Take these held-out entities away; returns the smaller fold and the new row of each old one, -1 if gone."""
    graph = fold.graph
    kept = {"cell": keeps(24, tuple(cells)), "drug": keeps(8, tuple(drugs))}
    place = {side: torch.where(rows, rows.cumsum(0) - 1, -1) for side, rows in kept.items()}
    changed: dict[str, Any] = {}
    by_cell = ("expression", "mutation", "copy_number", "train_cells", "tissue", "cell_tissue")
    for side, names in (("cell", by_cell), ("drug", ("train_drugs", "threshold", "pathway"))):
        changed |= {name: getattr(graph, name)[kept[side]] for name in names}
    named = {"cell": ("cell_line_ids", "cell_histology"), "drug": ("drug_ids", "drug_targets", "drug_pathways")}
    for side, name in ((side, name) for side, names in named.items() for name in names):
        changed[name] = [one for one, left in zip(getattr(graph, name), kept[side], strict=True) if left]
    sides = {"cell_similar_edges": ("cell", "cell"), "drug_similar_edges": ("drug", "drug")}
    for name, (source, target) in {**sides, "response_edges": ("cell", "drug")}.items():
        edges = getattr(graph, name)
        moved = torch.stack([place[source][edges[0]], place[target][edges[1]]])
        there = (moved >= 0).all(0)
        changed[name] = moved[:, there]
        if source == target:
            changed[f"{source}_similarity"] = getattr(graph, f"{source}_similarity")[there]
    for role in ("train", "validation", "test"):
        pairs = getattr(graph, f"{role}_pairs")
        moved = torch.stack([place["cell"][pairs[:, 0]], place["drug"][pairs[:, 1]]], dim=1)
        there = (moved >= 0).all(1)
        changed[f"{role}_pairs"] = moved[there]
        if role != "test":
            changed[f"{role}_ln_ic50"] = getattr(graph, f"{role}_ln_ic50")[there]
    found = [m for m, left in zip(featurised(tuple(SMILES.values())), kept["drug"], strict=True) if left]
    text = fold.cell_text[kept["cell"]], fold.drug_text[kept["drug"]]
    smaller = FoldData(replace(graph, **changed), concatenate(changed["drug_ids"], found), *text)
    return smaller, place["cell"].numpy(), place["drug"].numpy()
