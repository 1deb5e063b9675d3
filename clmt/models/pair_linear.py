"""A linear layer over the concatenation of a cell line and a drug, computed once for each of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from clmt.models.segments import RowMap, gather_rows

__all__ = ["PairLinear"]


class PairLinear(nn.Module):
    """``W [cell, drug] + b`` of pairs, as the sum of a map of the cell line and a map of the drug.

    n pairs of c cell lines and d drugs then cost a matrix multiplication of c + d rows, and n additions.

    Parameters
    ----------
    cells, drugs
        Widths of the two sides.
    width
        Of the result.
    """

    def __init__(self, cells: int, drugs: int, width: int) -> None:
        super().__init__()
        self.cell = nn.Linear(cells, width)
        self.drug = nn.Linear(drugs, width, bias=False)

    def start_as_one(self) -> None:
        """Draw the weights that one linear layer over the concatenation would start with."""
        bound = (self.cell.in_features + self.drug.in_features) ** -0.5
        for parameter in (self.cell.weight, self.cell.bias, self.drug.weight):
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """Result (n, width) of ``pairs`` int64 (n, 2), rows of (c, cells) and of (d, drugs)."""
        return self.join(self.cell(cells), self.drug(drugs), pairs)

    @staticmethod
    def join(cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """Add the mapped rows (c, width) and (d, width) of each pair; (n, width)."""
        rows = torch.arange(len(pairs), device=pairs.device)
        of_cell = RowMap.build(pairs[:, 0], rows, len(cells), len(pairs))
        of_drug = RowMap.build(pairs[:, 1], rows, len(drugs), len(pairs))
        return gather_rows(cells, of_cell).add_(gather_rows(drugs, of_drug))
