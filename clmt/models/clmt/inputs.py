"""The tensors that CLMT reads of a fold, for all entities or for those of training only."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from clmt.graph.fold_data import FoldData
from clmt.models.clmt.molecule_plan import MoleculePlan, plan_molecules
from clmt.models.clmt.structure import StructureInputs, mean_map, mean_matrix

__all__ = ["Labels", "NetworkInputs", "prepare_inputs", "prepare_labels"]


@dataclass(frozen=True)
class NetworkInputs:
    """Inputs of c cell lines and d drugs; all float32 but the plan's indices.

    Constant inputs are standardised over the fold's training entities. Each of them meets a linear layer first, so the
    network is the same function of the published inputs; only its weights start better conditioned.

    Attributes
    ----------
    expression, mutation, copy_number
        (c, G), (c, M), (c, K).
    cell_text, drug_text
        (c, T), (d, T).
    fingerprint
        (d, 2048): Morgan, radius 3.
    molecules
        The drugs' geometry.
    structure
        Heterogeneous graph among these entities.
    """

    expression: Tensor
    mutation: Tensor
    copy_number: Tensor
    cell_text: Tensor
    drug_text: Tensor
    fingerprint: Tensor
    molecules: MoleculePlan
    structure: StructureInputs

    def to(self, device: str | torch.device) -> NetworkInputs:
        """Copy to a device, where everything stays for the whole training."""
        return NetworkInputs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass(frozen=True)
class Labels:
    """Auxiliary targets of the training entities.

    Attributes
    ----------
    tissue
        int64 (c,), -1 where unknown.
    threshold
        float32 (d,), NaN where unknown; standardised over the training drugs, because the published spread
        ``|mean(theta, mu)|`` is a position rather than a distance and sends some thresholds far below every response.
    pathway
        float32 (d, P), multi-hot; a row of zeros is unknown.
    """

    tissue: Tensor
    threshold: Tensor
    pathway: Tensor

    def to(self, device: str | torch.device) -> Labels:
        """Copy to a device."""
        return Labels(self.tissue.to(device), self.threshold.to(device), self.pathway.to(device))


def prepare_inputs(fold: FoldData, cells: np.ndarray, drugs: np.ndarray) -> NetworkInputs:
    """Inputs of the cell lines and drugs of these rows of the graph, int64 (c,) and (d,), in that order.

    The graph's edges start at training entities only, so a selection that holds those loses no edge, and adding other
    entities changes nobody's neighbours.
    """
    graph = fold.graph
    rows, columns = torch.from_numpy(cells), torch.from_numpy(drugs)
    known_cells, known_drugs = graph.train_cells, graph.train_drugs
    structure = _structure(fold, rows, columns)
    return NetworkInputs(
        expression=structure.cells,
        mutation=standardise(graph.mutation, known_cells)[rows],
        copy_number=standardise(graph.copy_number, known_cells)[rows],
        cell_text=standardise(fold.cell_text, known_cells)[rows],
        drug_text=standardise(fold.drug_text, known_drugs)[columns],
        fingerprint=fold.molecules["morgan3"][columns].float(),
        molecules=plan_molecules(fold.molecules, drugs),
        structure=structure,
    )


def standardise(values: Tensor, known: Tensor, *, by_column: bool = False) -> Tensor:
    """Centre columns on the training rows and divide by a standard deviation, (n, w) float32.

    ``by_column`` divides each column by its own; else all share one, so that a rare mutation or bit stays small.
    """
    values = values.float()
    reference = values[known]
    center = reference.mean(0, keepdim=True)
    squares = (reference - center).square()
    spread = squares.mean(0, keepdim=True).sqrt() if by_column else squares.mean().sqrt()
    return (values - center) / spread.clamp_min(1e-2 if by_column else 1e-6)


def _structure(fold: FoldData, rows: Tensor, columns: Tensor) -> StructureInputs:
    graph = fold.graph
    n_cells, n_drugs = graph.n_cells, graph.n_drugs
    cells = standardise(graph.expression, graph.train_cells, by_column=True)
    drugs = standardise(fold.molecules["morgan2"], graph.train_drugs)
    cell_similar = mean_matrix(graph.cell_similar_edges, n_cells, n_cells)[rows]
    drug_similar = mean_matrix(graph.drug_similar_edges, n_drugs, n_drugs)[columns]
    response = attach_unseen(mean_matrix(graph.response_edges, n_drugs, n_cells), graph.train_cells)[columns]
    return StructureInputs(
        cells=cells[rows],
        drugs=drugs[columns],
        cell_similar=mean_map(cell_similar[:, rows]),
        drug_similar=mean_map(drug_similar[:, columns]),
        response=response[:, rows],
        cell_similar_mean=cell_similar @ cells,
        drug_similar_mean=drug_similar @ drugs,
        response_mean=response @ cells,
    )


def attach_unseen(response: Tensor, train_cells: Tensor) -> Tensor:
    """Attach drugs without a training response to every training cell line, by edges that point to the drug.

    Edges carry no response, only who was measured, and nearly every drug was measured on nearly all: such a drug learns
    nothing from them, but its average is one of those that training saw, where an average of zeros is not.
    """
    everyone = train_cells.float() / train_cells.sum().clamp_min(1)
    return torch.where(response.any(1, keepdim=True), response, everyone)


def prepare_labels(fold: FoldData, cells: np.ndarray, drugs: np.ndarray) -> Labels:
    """Auxiliary targets of these rows."""
    graph = fold.graph
    threshold = graph.threshold.float()
    known = threshold[graph.train_drugs & torch.isfinite(threshold)]
    if len(known) > 1:
        threshold = (threshold - known.mean()) / known.std().clamp_min(1e-6)
    return Labels(graph.tissue[cells], threshold[drugs], graph.pathway[drugs].float())
