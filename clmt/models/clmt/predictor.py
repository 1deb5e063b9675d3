"""From two encoded entities to ln IC50: concatenation - 512 - 128 - 1, ELU, dropout."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from clmt.models.dropout import Dropout
from clmt.models.pair_linear import PairLinear

__all__ = ["PairPredictor"]

#: Pairs that meet at a time: 512 float64 numbers each, which the processor's cache holds.
CHUNK = 2048


class PairPredictor(nn.Module):
    """The published predictor; its first layer is a `PairLinear`.

    Parameters
    ----------
    cells, drugs
        Widths of the two sides.
    probability
        Of dropout.
    """

    def __init__(self, cells: int, drugs: int, probability: float) -> None:
        super().__init__()
        self.first = PairLinear(cells, drugs, 512)
        self.first.start_as_one()
        self.head = nn.Sequential(
            nn.ELU(), Dropout(probability), nn.Linear(512, 128), nn.ELU(), Dropout(probability), nn.Linear(128, 1)
        )

    def forward(self, cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """Predict standardised ln IC50 of ``pairs`` int64 (n, 2) from (c, cells) and (d, drugs); (n,)."""
        result: Tensor = self.head(self.first(cells, drugs, pairs)).squeeze(1)
        return result

    def in_double(self, cells: Tensor, drugs: Tensor, pairs: Tensor, chunk: int = CHUNK) -> Tensor:
        """The same in float64 and evaluation mode: what a pair gets then does not depend on how many are asked for.

        Each side is mapped once; ``chunk`` pairs meet at a time.
        """
        double = copy.deepcopy(self).double().eval()
        of_cells, of_drugs = double.first.cell(cells.double()), double.first.drug(drugs.double())
        parts = [double.head(of_cells[part[:, 0]].add_(of_drugs[part[:, 1]])) for part in pairs.split(chunk)]
        return torch.cat(parts).squeeze(1)
