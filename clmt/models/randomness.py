"""The one way a model seeds PyTorch: for its own training only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

__all__ = ["torch_seed"]


@contextlib.contextmanager
def torch_seed(seed: int, device: str) -> Iterator[None]:
    """Draw from ``seed`` inside, on the CPU and on ``device``; outside, PyTorch goes on as if nothing was drawn."""
    with torch.random.fork_rng(devices=[device] if device.startswith("cuda") else []):
        torch.manual_seed(seed)
        yield
