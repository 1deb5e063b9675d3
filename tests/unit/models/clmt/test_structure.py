"""The structure view against PyTorch Geometric's HeteroConv of SAGEConv."""

from __future__ import annotations

import torch

from benchmarks.plain import plain_sage
from clmt.models.clmt.structure import SageLayer, mean_map, mean_matrix
from clmt.models.segments import sum_rows

TYPES = (("cell_line", "similar_to", "cell_line"), ("drug", "similar_to", "drug"), ("cell_line", "response", "drug"))


def edges() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)

    def draw(targets: int, sources: int) -> torch.Tensor:
        matrix = torch.rand(targets, sources, generator=generator) < 0.4
        matrix[0] = False  # a node without neighbours
        target, source = matrix.nonzero(as_tuple=True)
        return torch.stack([source, target])

    return {"cell_similar": draw(6, 6), "drug_similar": draw(4, 4), "response": draw(4, 6)}


def test_layer_equals_plain_formulation() -> None:
    torch.manual_seed(0)
    layer, cells, drugs, index = SageLayer(5, 7, 3), torch.randn(6, 5), torch.randn(4, 7), edges()
    means = (
        mean_matrix(index["cell_similar"], 6, 6) @ cells,
        mean_matrix(index["drug_similar"], 4, 4) @ drugs,
        mean_matrix(index["response"], 4, 6) @ cells,
    )
    types = dict(zip(TYPES, index.values(), strict=True))
    plain = plain_sage(layer, {"cell_line": cells, "drug": drugs}, types)
    for ours, kind in zip(layer(cells, drugs, means), ("cell_line", "drug"), strict=True):
        torch.testing.assert_close(ours, plain[kind])


def test_sparse_mean_equals_dense() -> None:
    matrix = mean_matrix(edges()["response"], 4, 6)
    values = torch.randn(6, 3)
    torch.testing.assert_close(sum_rows(values, mean_map(matrix)), matrix @ values)


def test_rows_add_up_to_one_or_nothing() -> None:
    totals = mean_matrix(edges()["response"], 4, 6).sum(1)
    torch.testing.assert_close(totals, torch.tensor([0.0, 1.0, 1.0, 1.0]))
