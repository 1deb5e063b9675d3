"""Sums over segments against a dense matrix, and their gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from clmt.models import segments
from clmt.models.segments import RowMap, gather_rows, message_sum, sum_rows

SOURCE, TARGET = torch.tensor([4, 0, 2, 2, 0, 2]), torch.tensor([3, 0, 3, 1, 0, 3])
N_SOURCE, N_TARGET = 5, 6  # sources 1 and 3 are in no segment; targets 2, 4 and 5 have an empty one
WEIGHT = torch.tensor([0.5, 2.0, -1.0, 3.0, 0.25, 1.0], dtype=torch.float64)


def row_map(weight: Tensor | None = None) -> RowMap:
    return RowMap.build(SOURCE, TARGET, N_SOURCE, N_TARGET, weight)


def rows(count: int, width: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, width, generator=generator, dtype=torch.float64, requires_grad=True)


def dense(weight: Tensor | None) -> Tensor:
    matrix = torch.zeros(N_TARGET, N_SOURCE, dtype=torch.float64)
    values = torch.ones(len(SOURCE), dtype=torch.float64) if weight is None else weight
    return matrix.index_put((TARGET, SOURCE), values, accumulate=True)


def messages(nodes: Tensor, edges: Tensor) -> Tensor:
    """GINE's aggregation; entry e of the map uses row e % 2 of two edge embeddings."""
    entries = torch.arange(len(SOURCE))
    return message_sum(nodes, edges, row_map(), RowMap.build(entries % 2, entries, 2, len(entries)))


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_sums_equal_the_dense_product(weight: Tensor | None) -> None:
    values = rows(N_SOURCE)
    torch.testing.assert_close(sum_rows(values, row_map(weight)), dense(weight) @ values)
    assert (sum_rows(values, row_map(weight))[[2, 4, 5]] == 0).all()


def test_gathered_rows_are_those_of_the_entries() -> None:
    index = row_map()
    assert index.target.tolist() == sorted(TARGET.tolist())
    assert torch.equal(gather_rows(rows(N_SOURCE), index), rows(N_SOURCE)[index.source])


def test_messages_by_hand() -> None:
    nodes, edges = rows(N_SOURCE), rows(2)
    index = row_map()
    expected = torch.zeros(N_TARGET, 3, dtype=torch.float64)
    for entry, (source, target) in enumerate(zip(index.source.tolist(), index.target.tolist(), strict=True)):
        expected[target] += (nodes[source] + edges[entry % 2]).clamp_min(0.0).detach()
    torch.testing.assert_close(messages(nodes, edges).detach(), expected)


def check_gradients(function: Callable[..., Tensor], *inputs: Tensor) -> None:
    """Values are drawn away from the kink of ReLU."""
    assert torch.autograd.gradcheck(function, inputs, raise_exception=False)


def every_function_passes() -> None:
    for weight in (None, WEIGHT):
        check_gradients(lambda values, weight=weight: sum_rows(values, row_map(weight)), rows(N_SOURCE))
    check_gradients(lambda values: gather_rows(values, row_map()), rows(N_SOURCE))
    check_gradients(messages, rows(N_SOURCE), rows(2))


def test_gradients_equal_finite_differences() -> None:
    every_function_passes()


@pytest.mark.parametrize("kind", ["_SumRows", "_GatherRows", "_MessageSum"])
def test_gradient_check_catches_a_gradient_that_is_off(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = getattr(segments, kind).backward

    def doubled(ctx: object, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return tuple(None if part is None else 2.0 * part for part in ours(ctx, *gradients))

    monkeypatch.setattr(getattr(segments, kind), "backward", staticmethod(doubled))
    with pytest.raises(AssertionError):
        every_function_passes()
