"""DeepTTA: a transformer on the substructures of the drug, a multilayer perceptron on expression."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.utils import to_dense_batch

from clmt.models.published.inputs import standard_expression
from clmt.models.published.model import PublishedModel
from clmt.models.published.network import PairNetwork

if TYPE_CHECKING:
    from torch_geometric.data import Batch

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.published import DeepTTASettings

__all__ = ["DeepTTA", "SubstructureEncoder", "substructures"]

CELLS, DRUGS = 256, 128


def substructures(fold: FoldData, frequent: int) -> list[Data]:
    """Substructures of each drug: ``x`` int64 (t,), first 0, which stands for the drug itself, then 1 + bit, rising.

    They are the circular substructures of up to two bonds around an atom (bits of the Morgan fingerprint) that at least
    ``frequent`` training drugs have; about a rarer one nothing can be learnt.
    """
    prints = fold.molecules["morgan2"] > 0
    known = prints & (prints[fold.graph.train_drugs].sum(0) >= frequent)
    return [Data(x=torch.cat([row.new_zeros(1).long(), row.nonzero().squeeze(1) + 1])) for row in known]


class SubstructureEncoder(nn.Module):
    """Embedding of 128, layers of a transformer (8 heads, 512 inside), read at the token of the drug.

    Shapes: Batch of d sets of substructures -> (d, 128).
    """

    def __init__(self, bits: int, layers: int, probability: float) -> None:
        super().__init__()
        self.embedding = nn.Sequential(nn.Embedding(bits + 1, DRUGS), nn.LayerNorm(DRUGS), nn.Dropout(probability))
        layer = nn.TransformerEncoderLayer(DRUGS, 8, 512, probability, "gelu", batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, drugs: Batch) -> Tensor:
        """Encode sets of substructures."""
        tokens, there = to_dense_batch(drugs.x, drugs.batch, batch_size=drugs.num_graphs)
        rows: Tensor = self.transformer(self.embedding(tokens), src_key_padding_mask=~there)
        return rows[:, 0]


class DeepTTA(PublishedModel):
    """DeepTTA: what the transformer makes of the substructures meets what a perceptron makes of expression.

    Notes
    -----
    Jiang, Jiang, Yu, Xie & Xie, DeepTTA: a transformer-based model for predicting cancer drug response (Briefings in
    Bioinformatics 23, 2022). Different from the paper, beside what holds for all published models: substructures are
    bits of the Morgan fingerprint that several training drugs have, without an order, where the paper takes frequent
    pieces of the SMILES in theirs; the drug is read at a token of its own rather than at its first piece; expression is
    that of the fold's genes.
    """

    settings: DeepTTASettings

    def cell_features(self, fold: FoldData) -> Tensor:
        """Standardised expression, (C, G)."""
        return standard_expression(fold)

    def drug_graphs(self, fold: FoldData) -> list[Data]:
        """Sets of substructures."""
        return substructures(fold, self.settings.frequent)

    def build(self, shape: dict[str, int]) -> PairNetwork:
        """The network, with the paper's layers 1,024, 1,024 and 512 on top."""
        settings = self.settings
        widths = (shape["expression"], 1024, 256, 64, CELLS)
        layers = [part for pair in pairwise(widths) for part in (nn.Linear(*pair), nn.ReLU())]
        drugs = SubstructureEncoder(shape["bits"], settings.layers, settings.dropout)
        return PairNetwork(nn.Sequential(*layers), drugs, (CELLS, DRUGS), (1024, 1024, 512), settings.dropout)
