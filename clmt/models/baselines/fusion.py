"""The network of the early-fusion baseline."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from clmt.models.dropout import Dropout

__all__ = ["FusionNetwork"]


class FusionNetwork(nn.Module):
    """The network on a pair's concatenated inputs, with its first layer split into a cell and a drug half.

    A linear layer on a concatenation is the sum of two linear layers, so each distinct cell line and drug goes through
    the wide first layer once and a pair only adds two rows.

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
        self.cell = nn.Linear(n_genes, hidden[0])
        self.drug = nn.Linear(n_bits, hidden[0], bias=False)
        layers: list[nn.Module] = [nn.ReLU(), Dropout(dropout)]
        for inputs, outputs in pairwise(hidden):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), Dropout(dropout)]
        self.rest = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))
        self.cell_factors = nn.Sequential(nn.ReLU(), nn.Linear(hidden[0], factors)) if factors else None
        self.drug_factors = nn.Sequential(nn.ReLU(), nn.Linear(hidden[0], factors)) if factors else None

    def forward(self, expression: torch.Tensor, prints: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        """Standardised response (n,) of ``pairs`` (n, 2) of rows of ``expression`` (C, G) and ``prints`` (D, bits)."""
        cell, drug = self.cell(expression), self.drug(prints)
        # index_select rather than indexing: its gradient is a plain sum, fast and in a fixed order on the CPU.
        both = cell.index_select(0, pairs[:, 0]) + drug.index_select(0, pairs[:, 1])
        output = self.rest(both).squeeze(1)
        if self.cell_factors is not None and self.drug_factors is not None:
            table = self.cell_factors(cell) @ self.drug_factors(drug).T
            output = output + table[pairs[:, 0], pairs[:, 1]]
        return output
