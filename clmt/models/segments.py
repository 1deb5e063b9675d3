"""Gathering and summing rows by segments, with a backward pass that sorts nothing and adds nothing atomically.

A sum over edges is kept as (indices, offsets) in both directions. Forward and backward are then the same fused
gather-and-sum kernel, which is faster than PyTorch Geometric's scatter and adds in the same order on the CPU and on a
GPU; autograd's `index_add_` does not. Our own for this measured gain (``benchmarks/training.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["RowMap", "gather_rows", "message_sum", "sum_rows"]


@dataclass(frozen=True)
class RowMap:
    """A sparse 0/1 (or weighted) matrix between ``n_source`` and ``n_target`` rows, kept in both directions.

    Attributes
    ----------
    source, target
        int64 (e,): the source and target row of each entry, ordered by target.
    offsets
        int64 (n_target + 1,): where each target's entries begin.
    by_source, source_offsets
        The same entries ordered by source: positions into ``source``/``target``, and offsets (n_source + 1,).
    weight
        float32 (e,) or None for ones.
    """

    source: Tensor
    target: Tensor
    offsets: Tensor
    by_source: Tensor
    source_offsets: Tensor
    weight: Tensor | None

    @classmethod
    def build(
        cls, source: Tensor, target: Tensor, n_source: int, n_target: int, weight: Tensor | None = None
    ) -> RowMap:
        """Sort the entries once; ``source`` and ``target`` are int64 (e,) in any order."""
        order = torch.argsort(target, stable=True)
        source, target = source[order], target[order]
        by_source = torch.argsort(source, stable=True)
        return cls(
            source,
            target,
            _offsets(target, n_target),
            by_source,
            _offsets(source[by_source], n_source),
            None if weight is None else weight[order].contiguous(),
        )

    @property
    def n_target(self) -> int:
        """Number of target rows."""
        return len(self.offsets) - 1

    def to(self, device: str | torch.device) -> RowMap:
        """Copy to a device."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return RowMap(**{name: None if value is None else value.to(device) for name, value in fields.items()})


def _offsets(sorted_rows: Tensor, size: int) -> Tensor:
    """Where the entries of each row begin. `torch.bincount` would make the program wait for the GPU; this does not."""
    return torch.searchsorted(sorted_rows, torch.arange(size + 1, device=sorted_rows.device))


def _bag(rows: Tensor, indices: Tensor, offsets: Tensor, weight: Tensor | None) -> Tensor:
    """Sum ``rows[indices]`` over segments; (n_segments, width)."""
    weight = None if weight is None else weight.to(rows.dtype)
    return F.embedding_bag(indices, rows, offsets, mode="sum", per_sample_weights=weight, include_last_offset=True)


class _SumRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, index: RowMap) -> Tensor:
        ctx.index = index
        return _bag(rows, index.source, index.offsets, index.weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        index: RowMap = ctx.index
        weight = None if index.weight is None else index.weight[index.by_source]
        return _bag(gradients[0].contiguous(), index.target[index.by_source], index.source_offsets, weight), None


class _GatherRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, index: RowMap) -> Tensor:
        ctx.index = index
        return rows.index_select(0, index.source)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        index: RowMap = ctx.index
        return _bag(gradients[0].contiguous(), index.by_source, index.source_offsets, None), None


class _MessageSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, nodes: Tensor, edges: Tensor, node_map: RowMap, edge_map: RowMap) -> Tensor:
        messages = nodes.index_select(0, node_map.source)
        messages.add_(edges.index_select(0, edge_map.source)).relu_()
        ctx.maps = (node_map, edge_map)
        ctx.save_for_backward(messages)
        return _bag(messages, torch.arange(len(messages), device=messages.device), node_map.offsets, None)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        (messages,) = ctx.saved_tensors
        node_map, edge_map = ctx.maps
        # Zero where the ReLU cut; a product with a mask would first make numbers of it.
        gradient = torch.ops.aten.threshold_backward(gradients[0].index_select(0, node_map.target), messages, 0.0)
        return (
            _bag(gradient, node_map.by_source, node_map.source_offsets, None),
            _bag(gradient, edge_map.by_source, edge_map.source_offsets, None),
            None,
            None,
        )


def sum_rows(rows: Tensor, index: RowMap) -> Tensor:
    """``out[t] = sum of weight * rows[source]`` over the entries of target t; (n_target, width)."""
    result: Tensor = _SumRows.apply(rows, index)
    return result


def gather_rows(rows: Tensor, index: RowMap) -> Tensor:
    """``rows[index.source]``, one row an entry; (e, width)."""
    result: Tensor = _GatherRows.apply(rows, index)
    return result


def message_sum(nodes: Tensor, edges: Tensor, node_map: RowMap, edge_map: RowMap) -> Tensor:
    """Sum over incoming edges of ``relu(nodes[source] + edges[edge])``, the aggregation of GINE (Hu et al. 2020).

    ``node_map`` holds one entry an edge (source node, target node); ``edge_map`` holds, in the same order of entries,
    the row of ``edges`` that each edge uses, so that equal edges are embedded once.
    """
    result: Tensor = _MessageSum.apply(nodes, edges, node_map, edge_map)
    return result
