"""What the published models read of a fold: a tensor of all cell lines, a small graph of each drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import Data
from torch_geometric.utils import remove_self_loops

from clmt.features.vocabulary import ATOM_SIZES

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData

__all__ = ["ATOM_WIDTH", "alterations", "atom_graphs", "standard_expression"]

#: Width of an atom's features: a column for each category.
ATOM_WIDTH = sum(ATOM_SIZES)


def standard_expression(fold: FoldData) -> Tensor:
    """Expression, each gene standardised over the training cell lines, float32 (C, G)."""
    expression = fold.graph.expression
    known = expression[fold.graph.train_cells].double()
    spread = known.std(dim=0, correction=0)
    # A gene that is constant over the training cell lines must not blow up in another one.
    scale = torch.where(spread > 1e-6, 1.0 / spread, 0.0)
    return ((expression - known.mean(dim=0)) * scale).float()


def alterations(fold: FoldData) -> Tensor:
    """Mutations and copy number side by side, float32 (C, M + K) of 0 and 1."""
    return torch.cat([fold.graph.mutation, fold.graph.copy_number], dim=1).float()


def atom_graphs(fold: FoldData) -> list[Data]:
    """Molecular graph of each drug: ``x`` uint8 (atoms, `ATOM_WIDTH`), ``edge_index`` both directions of each bond."""
    molecules = fold.molecules
    columns = [F.one_hot(molecules["atoms"][:, place].long(), size) for place, size in enumerate(ATOM_SIZES)]
    owner, count = molecules["atom_drug"], fold.graph.n_drugs
    atoms = torch.cat(columns, dim=1).to(torch.uint8).split(torch.bincount(owner, minlength=count).tolist())
    edges, _ = remove_self_loops(molecules["bond_index"])
    of_drug = owner[edges[0]]
    starts = torch.searchsorted(owner, torch.arange(count))
    bonds = (edges - starts[of_drug]).split(torch.bincount(of_drug, minlength=count).tolist(), dim=1)
    return [Data(x=x, edge_index=index) for x, index in zip(atoms, bonds, strict=True)]
