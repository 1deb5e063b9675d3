"""The early-fusion network against its formula, written out on the concatenation of a pair's inputs."""

from __future__ import annotations

import pytest
import torch

from clmt.models.baselines.fusion import FusionNetwork


def written_out(network: FusionNetwork, inputs: torch.Tensor, *, rectified: int = 2) -> torch.Tensor:
    """Output (n,) for ``inputs`` (n, genes + bits); the first ``rectified`` of the layers are followed by a ReLU."""
    of = dict(network.named_parameters())
    first = torch.cat([of["first.cell.weight"], of["first.drug.weight"]], dim=1), of["first.cell.bias"]
    others = [(of[f"rest.{layer}.weight"], of[f"rest.{layer}.bias"]) for layer in (2, 5)]
    for layer, (weight, bias) in enumerate([first, *others]):
        inputs = inputs @ weight.T + bias
        inputs = torch.relu(inputs) if layer < rectified else inputs
    return inputs.squeeze(1)


@pytest.fixture
def cells_drugs_pairs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(4, 7), torch.randn(3, 5), torch.tensor([[0, 1], [2, 0], [3, 2], [0, 0]])


def test_every_hidden_layer_is_rectified(cells_drugs_pairs: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> None:
    cells, drugs, pairs = cells_drugs_pairs
    network = FusionNetwork(7, 5, [16, 8], dropout=0.5, factors=0).eval()
    joined = torch.cat([cells[pairs[:, 0]], drugs[pairs[:, 1]]], dim=1)
    output = network(cells, drugs, pairs)
    torch.testing.assert_close(output, written_out(network, joined))
    assert not torch.allclose(output, written_out(network, joined, rectified=1))


def test_factors_add_a_product_of_the_rectified_sides(
    cells_drugs_pairs: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    cells, drugs, pairs = cells_drugs_pairs
    network = FusionNetwork(7, 5, [16, 8], dropout=0.5, factors=3).eval()
    joined = torch.cat([cells[pairs[:, 0]], drugs[pairs[:, 1]]], dim=1)
    of, first = dict(network.named_parameters()), network.first
    cell = torch.relu(first.cell(cells)) @ of["cell_factors.1.weight"].T + of["cell_factors.1.bias"]
    drug = torch.relu(first.drug(drugs)) @ of["drug_factors.1.weight"].T + of["drug_factors.1.bias"]
    product = (cell[pairs[:, 0]] * drug[pairs[:, 1]]).sum(dim=1)
    torch.testing.assert_close(network(cells, drugs, pairs), written_out(network, joined) + product)
