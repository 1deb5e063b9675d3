"""The CLMT network: three views of each cell line and each drug, a predictor, and what training adds to its loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clmt.models.clmt.cell_encoder import CellEncoder, TextEncoder
from clmt.models.clmt.contrastive import contrastive_loss
from clmt.models.clmt.drug_encoder import DrugEncoder
from clmt.models.clmt.inputs import Labels, NetworkInputs
from clmt.models.clmt.predictor import PairPredictor
from clmt.models.clmt.structure import StructureEncoder

if TYPE_CHECKING:
    from clmt.graph.fold_graph import FoldGraph
    from clmt.planning.settings.clmt import CLMTSettings

__all__ = ["VIEWS", "CLMTNetwork", "EntityViews", "NetworkShape"]

VIEWS = ("attribute", "structure", "text")
#: Width of a view, the attribute view twice as wide, and temperature of the contrastive terms, as published.
WIDTH, TEMPERATURE = 256, 0.3


@dataclass(frozen=True)
class NetworkShape:
    """Widths that the data decide."""

    genes: int
    mutation_genes: int
    copy_number_genes: int
    text: int
    tissues: int
    pathways: int

    @classmethod
    def of(cls, inputs: NetworkInputs, graph: FoldGraph) -> NetworkShape:
        """Read the widths off a fold's inputs."""
        return cls(
            genes=inputs.expression.shape[1],
            mutation_genes=inputs.mutation.shape[1],
            copy_number_genes=inputs.copy_number.shape[1],
            text=inputs.cell_text.shape[1],
            tissues=len(graph.tissues),
            pathways=len(graph.pathways),
        )


@dataclass(frozen=True)
class EntityViews:
    """Blocks of n entities by view; ``expression`` (cell lines only) is what their contrastive terms compare."""

    blocks: dict[str, Tensor]
    expression: Tensor | None = None


class CLMTNetwork(nn.Module):
    """Encoders of both sides, predictor and auxiliary heads.

    Parameters
    ----------
    shape
        Input widths.
    views
        Which of attribute, structure and text the network has (an ablation leaves one out).
    center, scale
        Mean and standard deviation of the training ln IC50: the predictor works in these units.
    """

    def __init__(
        self, shape: NetworkShape, views: tuple[str, ...], settings: CLMTSettings, center: float, scale: float
    ) -> None:
        super().__init__()
        self.views, self.temperature = views, settings.temperature or TEMPERATURE
        probability, width = settings.dropout, settings.width or WIDTH
        if "attribute" in views:
            omics = (shape.genes, shape.mutation_genes, shape.copy_number_genes)
            self.cell = CellEncoder(*omics, probability, width)
            live = "live_dropout" in (settings.faults or ())
            self.drug = DrugEncoder(settings.geometry_dropout, probability, settings.drug_attribute, live, width)
            self.drug_projection = nn.Linear(2 * width, width)
            self.tissue_head = nn.Linear(2 * width, max(shape.tissues, 1))
            self.threshold_head = nn.Sequential(nn.Linear(2 * width, 8), nn.ReLU(), nn.Linear(8, 1))
            pathways = max(shape.pathways, 1)
            self.pathway_head = nn.Sequential(nn.Linear(2 * width, 32), nn.ReLU(), nn.Linear(32, pathways))
        if "structure" in views:
            self.structure = StructureEncoder(shape.genes, 2048, width)
        if "text" in views:
            self.cell_text = TextEncoder(shape.text, probability, width)
            self.drug_text = TextEncoder(shape.text, probability, width)
        joined = sum(2 * width if view == "attribute" else width for view in views)
        self.predictor = PairPredictor(joined, joined, probability)
        self.register_buffer("center", torch.tensor(float(center)))
        self.register_buffer("scale", torch.tensor(float(scale)))

    def encode_molecules(self, inputs: NetworkInputs) -> Tensor | None:
        """The drugs' attribute block (d, 512), by far the most expensive part of a step; None without that view."""
        return self.drug(inputs.molecules, inputs.fingerprint) if "attribute" in self.views else None

    def encode(self, inputs: NetworkInputs, molecules: Tensor | None) -> tuple[EntityViews, EntityViews]:
        """Encode every cell line and every drug of ``inputs`` once."""
        cells: dict[str, Tensor] = {}
        drugs: dict[str, Tensor] = {}
        expression = None
        if molecules is not None:
            cells["attribute"], expression = self.cell(inputs.expression, inputs.mutation, inputs.copy_number)
            drugs["attribute"] = molecules
        if "structure" in self.views:
            cells["structure"], drugs["structure"] = self.structure(inputs.structure)
        if "text" in self.views:
            cells["text"], drugs["text"] = self.cell_text(inputs.cell_text), self.drug_text(inputs.drug_text)
        return EntityViews(cells, expression), EntityViews(drugs)

    def predict_pairs(self, cells: EntityViews, drugs: EntityViews, pairs: Tensor) -> Tensor:
        """ln IC50 (uM) of ``pairs``, int64 (n, 2) of [cell line row, drug row]; (n,)."""
        return self.center + self.scale * self.predictor(self._join(cells), self._join(drugs), pairs)

    def predict_in_double(self, cells: EntityViews, drugs: EntityViews, pairs: Tensor) -> Tensor:
        """The same in float64 and evaluation mode, for predictions that are kept; (n,)."""
        scores = self.predictor.in_double(self._join(cells), self._join(drugs), pairs)
        return self.center.double() + self.scale.double() * scores

    def _join(self, side: EntityViews) -> Tensor:
        return torch.cat([side.blocks[view] for view in self.views], dim=1)

    def contrastive_terms(
        self,
        cells: EntityViews,
        drugs: EntityViews,
        terms: tuple[str, ...],
        sample: int,
        repeated: Tensor | None = None,
    ) -> Tensor:
        """Sum of the chosen terms: ``cross`` (attribute, text) and ``intra`` (attribute, structure), both sides.

        At most ``sample`` distinct cell lines and as many drugs are contrasted, drawn anew each time; with pairs
        ``repeated``, int64 (n, 2), those of the first ``sample`` pairs, as often as they stand there.
        """
        total = self.center.new_zeros(())
        partner = {"cross": "text", "intra": "structure"}
        if cells.expression is None:
            return total
        projected = self.drug_projection(drugs.blocks["attribute"])
        if repeated is None:
            counts = len(cells.expression), len(projected)
            some_cells, some_drugs = (choose_rows(count, sample, projected.device) for count in counts)
        else:
            some_cells, some_drugs = repeated[:sample].T
        for term in terms:
            view = partner[term]
            if view in self.views:
                sides = (
                    (cells.expression[some_cells], cells.blocks[view][some_cells]),
                    (projected[some_drugs], drugs.blocks[view][some_drugs]),
                )
                for first, second in sides:
                    total = total + contrastive_loss(first, second, self.temperature)
        return total

    def auxiliary_terms(self, cells: EntityViews, drugs: EntityViews, labels: Labels, tasks: tuple[str, ...]) -> Tensor:
        """Sum of the chosen tasks' losses: tissue, sensitivity threshold, target pathway."""
        total = self.center.new_zeros(())
        if "attribute" not in self.views:
            return total
        if "tissue" in tasks:
            total = total + tissue_loss(self.tissue_head(cells.blocks["attribute"]), labels.tissue)
        if "threshold" in tasks:
            total = total + threshold_loss(self.threshold_head(drugs.blocks["attribute"]).squeeze(1), labels.threshold)
        if "pathway" in tasks and labels.pathway.shape[1]:  # no drug of the dataset may have one
            total = total + pathway_loss(self.pathway_head(drugs.blocks["attribute"]), labels.pathway)
        return total


def choose_rows(count: int, sample: int, device: torch.device) -> Tensor:
    """Draw ``sample`` of ``count`` rows, all in order where there are no more; int64."""
    if count <= sample:
        return torch.arange(count, device=device)
    return torch.randperm(count, device=device)[:sample]


# Unknown labels are weighed with zero rather than selected away: a selection would make a GPU wait for its size.


def tissue_loss(logits: Tensor, tissue: Tensor) -> Tensor:
    """Cross entropy over the cell lines whose tissue is known."""
    total = F.cross_entropy(logits, tissue, ignore_index=-1, reduction="sum")
    return total / (tissue >= 0).sum().clamp_min(1)


def threshold_loss(predicted: Tensor, threshold: Tensor) -> Tensor:
    """Mean squared error over the drugs whose (standardised) threshold is known."""
    known = torch.isfinite(threshold)
    errors = torch.where(known, predicted - threshold.nan_to_num(), 0.0)
    return errors.square().sum() / known.sum().clamp_min(1)


def pathway_loss(logits: Tensor, pathway: Tensor) -> Tensor:
    """Cross entropy against the drug's pathways, each with an equal share: all labels of a drug count."""
    labels = pathway.sum(1, keepdim=True)
    total = F.cross_entropy(logits, pathway / labels.clamp_min(1.0), reduction="sum")
    return total / (labels > 0).sum().clamp_min(1)
