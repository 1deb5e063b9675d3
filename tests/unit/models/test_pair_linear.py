"""The split first layer equals one linear layer over the concatenation."""

from __future__ import annotations

import torch

from clmt.models.pair_linear import PairLinear


def test_equals_the_layer_on_the_concatenation() -> None:
    torch.manual_seed(0)
    layer, cells, drugs = PairLinear(5, 7, 8), torch.rand(3, 5), torch.rand(2, 7)
    pairs = torch.tensor([[0, 1], [2, 0], [0, 0]])
    joined = torch.cat([cells[pairs[:, 0]], drugs[pairs[:, 1]]], dim=1)
    weight = torch.cat([layer.cell.weight, layer.drug.weight], dim=1)
    torch.testing.assert_close(layer(cells, drugs, pairs), joined @ weight.T + layer.cell.bias)


def test_starts_as_one_layer_would() -> None:
    layer = PairLinear(5, 95, 1000)
    assert layer.cell.weight.abs().max() > 0.15  # on its own the narrow side would start with larger weights
    layer.start_as_one()
    assert max(part.abs().max() for part in (layer.cell.weight, layer.drug.weight)) <= 0.1
