"""Structure view: two layers of GraphSAGE on the heterogeneous graph of cell lines and drugs."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clmt.models.segments import RowMap, sum_rows

__all__ = ["StructureEncoder", "StructureInputs", "mean_map", "mean_matrix"]


@dataclass(frozen=True)
class StructureInputs:
    """Node features and exact full-neighbour averages of c cell lines and d drugs.

    Attributes
    ----------
    cells, drugs
        Node features: scaled expression (c, G) and fingerprint (d, 2048).
    cell_similar, drug_similar
        Row-normalised adjacency, sparse: (c, c) and (d, d); a row without neighbours is zero.
    response
        Row-normalised adjacency, dense because nearly every pair is measured: (d, c).
    cell_similar_mean, drug_similar_mean, response_mean
        The adjacency times the node features: constants of a fold, so that layer one needs no message passing.
    """

    cells: Tensor
    drugs: Tensor
    cell_similar: RowMap
    drug_similar: RowMap
    response: Tensor
    cell_similar_mean: Tensor
    drug_similar_mean: Tensor
    response_mean: Tensor

    def to(self, device: str | torch.device) -> StructureInputs:
        """Copy to a device."""
        return StructureInputs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def mean_matrix(edges: Tensor, targets: int, sources: int) -> Tensor:
    """Row-normalised dense adjacency (targets, sources) of edges int64 (2, e) [source; target]."""
    matrix = torch.zeros(targets, sources)
    matrix[edges[1], edges[0]] = 1.0
    return matrix / matrix.sum(1, keepdim=True).clamp_min(1.0)


def mean_map(matrix: Tensor) -> RowMap:
    """The same as a sparse map from sources to targets."""
    target, source = matrix.nonzero(as_tuple=True)
    return RowMap.build(source, target, matrix.shape[1], matrix.shape[0], matrix[target, source])


class SageLayer(nn.Module):
    r"""GraphSAGE (Hamilton et al. 2017) for each edge type, mean over the types that end in a node type.

    .. math:: x_i' = \frac1{|T|} \sum_{t \in T} \left( W_t \, \mathrm{mean}_{j \in N_t(i)} x_j + b_t + V_t x_i \right)

    The root terms of a node type's edge types are all applied to the same x_i and add up to one linear map.
    """

    def __init__(self, cells: int, drugs: int, width: int) -> None:
        super().__init__()
        self.cell_similar = nn.Linear(cells, width)
        self.cell_root = nn.Linear(cells, width, bias=False)
        self.drug_similar = nn.Linear(drugs, width)
        self.response = nn.Linear(cells, width)
        self.drug_root = nn.Linear(drugs, width, bias=False)

    def forward(self, cells: Tensor, drugs: Tensor, means: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Update both node types; ``means`` are the neighbours' averages by cell_similar, drug_similar and response."""
        cell_similar, drug_similar, response = means
        new_cells = self.cell_similar(cell_similar) + self.cell_root(cells)
        new_drugs = 0.5 * (self.drug_similar(drug_similar) + self.response(response)) + self.drug_root(drugs)
        return new_cells, new_drugs


class StructureEncoder(nn.Module):
    """Two `SageLayer` with ReLU: (c, G), (d, 2048) -> (c, 256), (d, 256)."""

    def __init__(self, genes: int, bits: int, width: int = 256) -> None:
        super().__init__()
        self.first = SageLayer(genes, bits, width)
        self.second = SageLayer(width, width, width)

    def forward(self, inputs: StructureInputs) -> tuple[Tensor, Tensor]:
        """Encode every cell line and drug of the graph."""
        means = (inputs.cell_similar_mean, inputs.drug_similar_mean, inputs.response_mean)
        cells, drugs = (F.relu(part) for part in self.first(inputs.cells, inputs.drugs, means))
        means = (
            sum_rows(cells, inputs.cell_similar),
            sum_rows(drugs, inputs.drug_similar),
            inputs.response @ cells,
        )
        cells, drugs = self.second(cells, drugs, means)
        return F.relu(cells), F.relu(drugs)
