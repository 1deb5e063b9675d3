"""DeepCDR: graph convolutions on the molecule, a branch of its own for each layer of omics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch_geometric.nn import BatchNorm, GCNConv, global_max_pool

from clmt.models.dropout import Dropout
from clmt.models.published.inputs import ATOM_WIDTH, alterations, atom_graphs, standard_expression
from clmt.models.published.model import PublishedModel
from clmt.models.published.network import PairNetwork

if TYPE_CHECKING:
    from torch_geometric.data import Batch, Data

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.published import DeepCDRSettings

__all__ = ["ConvolutionEncoder", "DeepCDR", "OmicsEncoder"]

WIDTH = 100


class ConvolutionEncoder(nn.Module):
    """Four GCN layers (256, 256, 256, 100) with batch norm and dropout, maximum over the atoms.

    Shapes: Batch of d molecules -> (d, 100).
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        widths = (256, 256, 256, WIDTH)
        self.layers = nn.ModuleList(
            GCNConv(inputs, outputs) for inputs, outputs in zip((ATOM_WIDTH, *widths), widths, strict=False)
        )
        self.norms = nn.ModuleList(BatchNorm(width, allow_single_element=True) for width in widths)
        self.dropout = Dropout(probability)

    def forward(self, drugs: Batch) -> Tensor:
        """Encode molecules."""
        rows = drugs.x.to(next(self.parameters()).dtype)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            rows = self.dropout(norm(F.relu(layer(rows, drugs.edge_index))))
        return global_max_pool(rows, drugs.batch, drugs.num_graphs)


class OmicsEncoder(nn.Module):
    """A branch (256, tanh, batch norm, dropout, 100, ReLU) for each layer of omics, side by side.

    Shapes: (c, sum of ``widths``) -> (c, 100 a layer).
    """

    def __init__(self, widths: tuple[int, ...], probability: float) -> None:
        super().__init__()
        self.widths = widths
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, 256),
                nn.Tanh(),
                BatchNorm(256, allow_single_element=True),
                Dropout(probability),
                nn.Linear(256, WIDTH),
                nn.ReLU(),
            )
            for width in widths
        )

    def forward(self, omics: Tensor) -> Tensor:
        """Encode cell lines."""
        parts = zip(self.branches, omics.split(self.widths, dim=1), strict=True)
        return torch.cat([branch(part) for branch, part in parts], dim=1)


class DeepCDR(PublishedModel):
    """DeepCDR for regression.

    Notes
    -----
    Liu, Hu, Jiang & Jiang, DeepCDR: a hybrid graph convolutional network for predicting cancer drug response
    (Bioinformatics 36, 2020). Different from the paper, beside what holds for all published models: copy number stands
    in for methylation, which the tables lack; mutations are one number a gene, whose order means nothing, so that their
    branch is that of the others and no convolution along the genome; the convolutions along the joined 300 numbers,
    whose order means nothing either, are a layer of 128; atoms have the categories of `clmt.features.vocabulary`.
    """

    settings: DeepCDRSettings

    def cell_features(self, fold: FoldData) -> Tensor:
        """The three omics side by side, (C, G + M + K)."""
        return torch.cat([standard_expression(fold), alterations(fold)], dim=1)

    def drug_graphs(self, fold: FoldData) -> list[Data]:
        """Molecular graphs."""
        return atom_graphs(fold)

    def build(self, shape: dict[str, int]) -> PairNetwork:
        """The network, with layers of 300 and 128 on top."""
        probability = self.settings.dropout
        widths = tuple(shape[name] for name in ("expression", "mutation", "copy_number"))
        cells = OmicsEncoder(widths, probability)
        drugs = ConvolutionEncoder(probability)
        return PairNetwork(cells, drugs, (WIDTH * len(widths), WIDTH), (300, 128), probability)
