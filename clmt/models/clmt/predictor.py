"""From two encoded entities to ln IC50: concatenation - 512 - 128 - 1, ELU, dropout."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from clmt.models.dropout import Dropout
from clmt.models.segments import RowMap, gather_rows

__all__ = ["PairPredictor"]


class PairPredictor(nn.Module):
    """The published predictor, its first layer applied to each distinct cell line and drug once.

    The first layer is linear in the concatenation [cell, drug], so it is the sum of a map of the cell line and a map of
    the drug: n pairs cost n additions instead of n rows of a 2,048-wide product.

    Parameters
    ----------
    cells, drugs
        Widths of the two sides.
    """

    def __init__(self, cells: int, drugs: int, probability: float) -> None:
        super().__init__()
        self.cell_map = nn.Linear(cells, 512)
        self.drug_map = nn.Linear(drugs, 512, bias=False)
        bound = (cells + drugs) ** -0.5  # as one linear layer over the concatenation would start
        for parameter in (self.cell_map.weight, self.cell_map.bias, self.drug_map.weight):
            nn.init.uniform_(parameter, -bound, bound)
        self.head = nn.Sequential(
            nn.ELU(), Dropout(probability), nn.Linear(512, 128), nn.ELU(), Dropout(probability), nn.Linear(128, 1)
        )

    def forward(self, cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """Predict standardised ln IC50 of ``pairs`` int64 (n, 2) from (c, cells) and (d, drugs); (n,)."""
        rows = torch.arange(len(pairs), device=pairs.device)
        cell_rows = RowMap.build(pairs[:, 0], rows, len(cells), len(pairs))
        drug_rows = RowMap.build(pairs[:, 1], rows, len(drugs), len(pairs))
        joined = gather_rows(self.cell_map(cells), cell_rows) + gather_rows(self.drug_map(drugs), drug_rows)
        result: Tensor = self.head(joined).squeeze(1)
        return result

    def in_double(self, cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """The same in float64 and evaluation mode: what a pair gets then does not depend on how many are asked for."""
        double = copy.deepcopy(self).double().eval()
        result: Tensor = double(cells.double(), drugs.double(), pairs)
        return result
