"""New cell lines and drugs, attached to the frozen training part as the blind test entities of a fold are.

They get edges from their nearest training entities by the rules of `clmt.graph.neighbours`, and none start at them: no
new entity changes what is computed of any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from clmt.bundles.frozen import separate
from clmt.features.molecules import concatenate
from clmt.graph.fold_data import FoldData
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import scale_expression

__all__ = ["NewCellLines", "NewDrugs", "attach"]


@dataclass(frozen=True)
class NewCellLines:
    """Cell lines that the bundle does not know.

    Attributes
    ----------
    names
        Of the rows.
    expression
        Float32 (n, G) of the bundle's genes, on its scale before it is brought to 0..1; no value is missing.
    mutation, copy_number
        Uint8 (n, M) and (n, K); what stands in rows of which nothing is known is not read.
    text
        Float32 (n, T).
    """

    names: Sequence[str]
    expression: np.ndarray
    mutation: np.ndarray
    copy_number: np.ndarray
    text: np.ndarray


@dataclass(frozen=True)
class NewDrugs:
    """Drugs that the bundle does not know.

    Attributes
    ----------
    names
        Of the rows.
    molecules
        As `clmt.features.molecules.featurise_molecule` makes them.
    text
        Float32 (n, T).
    """

    names: Sequence[str]
    molecules: Sequence[dict[str, Any]]
    text: np.ndarray


def attach(frozen: FoldData, ends: np.ndarray, cells: NewCellLines, drugs: NewDrugs, neighbours: int) -> FoldData:
    """Put new cell lines and drugs behind those of the frozen part.

    Parameters
    ----------
    frozen
        See `clmt.bundles.frozen.freeze`.
    ends
        Float32 (2, G): lowest and highest expression of each gene over the training cell lines.
    cells, drugs
        Of either there may be none.
    neighbours
        Nearest training entities that each new one is joined to.
    """
    graph = frozen.graph
    scaled = scale_expression(np.concatenate([ends, cells.expression]), np.arange(2 + len(cells.names)) < 2)[2:]
    expression = torch.cat([graph.expression, torch.from_numpy(scaled)])
    molecules = concatenate([*graph.drug_ids, *drugs.names], [*separate(frozen.molecules), *drugs.molecules])
    known = {"cell": graph.train_cells, "drug": graph.train_drugs}
    marks = {side: np.arange(len(rows) + more) < len(rows) for side, rows, more in _sizes(known, cells, drugs)}
    new = {side: np.flatnonzero(~own) for side, own in marks.items()}
    found = {
        "cell": pearson_neighbours(expression.numpy(), marks["cell"], neighbours, targets=new["cell"]),
        "drug": dice_neighbours(molecules["morgan2"].numpy(), marks["drug"], neighbours, targets=new["drug"]),
    }
    parts: dict[str, Any] = {}
    for side, (edges, similarity) in found.items():
        own = getattr(graph, f"{side}_similar_edges"), getattr(graph, f"{side}_similarity")
        parts[f"{side}_similar_edges"] = torch.cat([own[0], torch.from_numpy(edges)], dim=1)
        parts[f"{side}_similarity"] = torch.cat([own[1], torch.from_numpy(similarity)])
        parts[f"train_{side}s"] = torch.from_numpy(marks[side])
    n_cells, n_drugs = len(cells.names), len(drugs.names)
    parts |= {
        "expression": expression,
        "mutation": torch.cat([graph.mutation, torch.from_numpy(cells.mutation)]),
        "copy_number": torch.cat([graph.copy_number, torch.from_numpy(cells.copy_number)]),
        "cell_line_ids": [*graph.cell_line_ids, *cells.names],
        "cell_histology": [*graph.cell_histology, *[""] * n_cells],
        **{name: torch.cat([getattr(graph, name), _unknown(n_cells)]) for name in ("tissue", "cell_tissue")},
        "drug_ids": [*graph.drug_ids, *drugs.names],
        **{name: [*getattr(graph, name), *[""] * n_drugs] for name in ("drug_targets", "drug_pathways")},
        "threshold": torch.cat([graph.threshold, torch.full((n_drugs,), torch.nan)]),
        "pathway": torch.cat([graph.pathway, torch.zeros(n_drugs, graph.pathway.shape[1])]),
    }
    cell_text = torch.cat([frozen.cell_text, torch.from_numpy(cells.text)])
    drug_text = torch.cat([frozen.drug_text, torch.from_numpy(drugs.text)])
    return FoldData(replace(graph, **parts), molecules, cell_text, drug_text)


def _sizes(known: dict[str, Tensor], cells: NewCellLines, drugs: NewDrugs) -> list[tuple[str, Tensor, int]]:
    return [("cell", known["cell"], len(cells.names)), ("drug", known["drug"], len(drugs.names))]


def _unknown(count: int) -> Tensor:
    return torch.full((count,), -1, dtype=torch.int64)
