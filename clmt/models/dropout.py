"""Dropout whose random bits are cheap on the CPU, where drawing them would cost more than the layers around it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Dropout", "dropout"]


def dropout(values: Tensor, probability: float, training: bool) -> Tensor:
    """Zero each element with ``probability`` and scale the rest, as `torch.nn.functional.dropout`.

    On the CPU one 64-bit draw serves eight elements, so the probability is rounded to 1/256 and the scale follows the
    rounded value: the expectation stays exact.
    """
    if not training or probability == 0.0:
        return values
    if values.device.type != "cpu":
        return F.dropout(values, probability, training=True)
    limit = round(probability * 256)
    draws = torch.empty((values.numel() + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
    keep = draws.view(torch.uint8)[: values.numel()].view(values.shape) >= limit
    return values * keep.to(values.dtype).mul_(256 / (256 - limit))


class Dropout(nn.Module):
    """Module form of `dropout`."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, values: Tensor) -> Tensor:
        """Apply in training mode only."""
        return dropout(values, self.probability, self.training)

    def extra_repr(self) -> str:
        """Show the probability."""
        return f"p={self.probability}"
