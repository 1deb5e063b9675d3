"""A network of two encoders, as all published models are: a cell line and a drug meet in the layers on top."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch_geometric.data import Batch, Data

from clmt.models.dropout import Dropout
from clmt.models.pair_linear import PairLinear

__all__ = ["PairNetwork", "join_drugs"]


def join_drugs(drugs: Sequence[Data], rows: Sequence[int] | None = None) -> Batch:
    """The graphs of the drugs of these rows (of all drugs without) as one."""
    return Batch.from_data_list(list(drugs) if rows is None else [drugs[row] for row in rows])


class PairNetwork(nn.Module):
    """Encoders of both sides, and a multilayer perceptron on their concatenation.

    The first layer of the perceptron is a `PairLinear`, so that its cost is that of the entities, not of the pairs.

    Parameters
    ----------
    cells
        From features (c, ...) to (c, ``widths[0]``).
    drugs
        From a `torch_geometric.data.Batch` of d drugs to (d, ``widths[1]``).
    widths
        Of both encodings.
    hidden
        Widths of the layers on top.
    probability
        Of dropout after each of them.
    activation
        Class of the activation after each of them.
    """

    def __init__(
        self,
        cells: nn.Module,
        drugs: nn.Module,
        widths: tuple[int, int],
        hidden: Sequence[int],
        probability: float,
        activation: type[nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self.cells, self.drugs = cells, drugs
        self.first = PairLinear(*widths, hidden[0])
        self.first.start_as_one()
        layers: list[nn.Module] = [activation(), Dropout(probability)]
        for inputs, outputs in pairwise(hidden):
            layers += [nn.Linear(inputs, outputs), activation(), Dropout(probability)]
        self.rest = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))

    def encode(self, cells: Tensor, drugs: Batch) -> tuple[Tensor, Tensor]:
        """Encode each cell line (c, ...) and each of d drugs once: (c, hidden) and (d, hidden), up to the first sum."""
        return self.first.cell(self.cells(cells)), self.first.drug(self.drugs(drugs))

    def join(self, cells: Tensor, drugs: Tensor, pairs: Tensor) -> Tensor:
        """Standardised response (n,) of ``pairs`` int64 (n, 2) of encoded entities."""
        result: Tensor = self.rest(self.first.join(cells, drugs, pairs)).squeeze(1)
        return result

    def forward(self, cells: Tensor, drugs: Batch, pairs: Tensor) -> Tensor:
        """Standardised response (n,) of ``pairs`` int64 (n, 2), rows of ``cells`` and of ``drugs``."""
        return self.join(*self.encode(cells, drugs), pairs)

    def in_double(self) -> PairNetwork:
        """A copy in float64 and evaluation mode, for predictions that are kept."""
        return copy.deepcopy(self).double().eval()
