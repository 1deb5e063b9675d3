"""The frozen training part of a fold: what new cell lines and drugs hang on, without a response in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from clmt.features.molecules import concatenate
from clmt.graph.fold_data import FoldData

__all__ = ["freeze", "separate"]


def freeze(fold: FoldData) -> FoldData:
    """Keep the training entities and the edges among them; no pair, no response and no label of theirs stays.

    The edges of responses say who was measured, not what.
    """
    graph = fold.graph
    cells, drugs = graph.training_rows()
    nowhere, nothing = torch.zeros(0, 2, dtype=torch.int64), torch.zeros(0)
    parts: dict[str, Any] = {
        **{name: getattr(graph, name)[cells] for name in ("expression", "mutation", "copy_number", "cell_tissue")},
        **{name: [getattr(graph, name)[row] for row in cells] for name in ("cell_line_ids", "cell_histology")},
        **{
            name: [getattr(graph, name)[row] for row in drugs] for name in ("drug_ids", "drug_targets", "drug_pathways")
        },
        **{f"{role}_pairs": nowhere for role in ("train", "validation", "test")},
        **{f"{role}_ln_ic50": nothing for role in ("train", "validation")},
        "train_cells": torch.ones(len(cells), dtype=torch.bool),
        "train_drugs": torch.ones(len(drugs), dtype=torch.bool),
        "tissue": graph.tissue[cells],
        "threshold": torch.full((len(drugs),), torch.nan),
        "pathway": graph.pathway[drugs],
        "digests": {},
    }
    places = {"cell": _places(cells, graph.n_cells), "drug": _places(drugs, graph.n_drugs)}
    for side, place in places.items():
        edges = place[getattr(graph, f"{side}_similar_edges")]
        kept = (edges >= 0).all(0)
        parts[f"{side}_similar_edges"] = edges[:, kept]
        parts[f"{side}_similarity"] = getattr(graph, f"{side}_similarity")[kept]
    source, target = graph.response_edges
    parts["response_edges"] = torch.stack([places["cell"][source], places["drug"][target]])
    every = separate(fold.molecules)
    molecules = concatenate(parts["drug_ids"], [every[row] for row in drugs])
    return FoldData(replace(graph, **parts), molecules, fold.cell_text[cells], fold.drug_text[drugs])


def _places(kept: np.ndarray, size: int) -> Tensor:
    """New row of each old one, -1 where it is left out; int64 (size,)."""
    place = torch.full((size,), -1, dtype=torch.int64)
    place[torch.from_numpy(kept)] = torch.arange(len(kept))
    return place


def separate(molecules: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the tensors of ``molecules.pt`` apart to single molecules, as `featurise_molecule` makes them."""
    count = len(molecules["drug_ids"])
    atoms, bonds, angles = (
        np.searchsorted(of, np.arange(count + 1))
        for of in (
            molecules["atom_drug"].numpy(),
            molecules["bond_drug"].numpy(),
            molecules["bond_drug"].numpy()[molecules["angle_index"][0].numpy()],
        )
    )
    arrays = {name: part.numpy() for name, part in molecules.items() if isinstance(part, Tensor)}
    return [
        {
            **{name: arrays[name][atoms[row] : atoms[row + 1]] for name in ("atoms", "positions")},
            **{name: arrays[name][bonds[row] : bonds[row + 1]] for name in ("bonds", "bond_length")},
            "bond_index": arrays["bond_index"][:, bonds[row] : bonds[row + 1]] - atoms[row],
            "angle_index": arrays["angle_index"][:, angles[row] : angles[row + 1]] - bonds[row],
            "angle": arrays["angle"][angles[row] : angles[row + 1]],
            **{name: arrays[name][row] for name in ("morgan2", "morgan3")},
            **{name: molecules[name][row] for name in ("smiles", "conformer", "scaffold")},
        }
        for row in range(count)
    ]
