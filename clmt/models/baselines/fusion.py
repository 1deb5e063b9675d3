"""The network of the early-fusion baseline."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from clmt.models.dropout import Dropout
from clmt.models.pair_linear import PairLinear

__all__ = ["FusionNetwork"]


class FusionNetwork(nn.Module):
    """The network on a pair's concatenated inputs; its first layer is a `PairLinear`.

    Parameters
    ----------
    n_genes, n_bits
        Widths of the inputs.
    hidden
        Widths of the hidden layers.
    dropout
        After each hidden layer.
    factors
        Length of the factors of a bilinear drug-cell term on top of the first layer; 0 for none.
    """

    def __init__(self, n_genes: int, n_bits: int, hidden: list[int], dropout: float, factors: int) -> None:
        super().__init__()
        self.first = PairLinear(n_genes, n_bits, hidden[0])
        layers: list[nn.Module] = [nn.ReLU(inplace=True), Dropout(dropout)]
        for inputs, outputs in pairwise(hidden):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True), Dropout(dropout)]
        self.rest = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))
        self.cell_factors = nn.Sequential(nn.ReLU(), nn.Linear(hidden[0], factors)) if factors else None
        self.drug_factors = nn.Sequential(nn.ReLU(), nn.Linear(hidden[0], factors)) if factors else None

    def forward(self, expression: torch.Tensor, prints: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        """Standardised response (n,) of ``pairs`` (n, 2) of rows of ``expression`` (C, G) and ``prints`` (D, bits)."""
        cell, drug = self.first.cell(expression), self.first.drug(prints)
        output = self.rest(self.first.join(cell, drug, pairs)).squeeze(1)
        if self.cell_factors is not None and self.drug_factors is not None:
            table = self.cell_factors(cell) @ self.drug_factors(drug).T
            output = output + table[pairs[:, 0], pairs[:, 1]]
        return output
