"""The precision in which training multiplies matrices."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

__all__ = ["training_precision"]


@contextlib.contextmanager
def training_precision() -> Iterator[None]:
    """Let training multiply float32 matrices by the device's fastest kernels: bf16 on the CPU, TF32 on a GPU.

    Where a CPU has no bf16 matrix unit oneDNN keeps float32, and is still twice as fast on AMD as the default library.
    Predictions are made outside, in full float32. Sums are ordered, so that one seed gives one result on many threads.
    """
    backends = (
        (torch.backends.mkldnn.matmul, "bf16"),
        (torch.backends.cuda.matmul, "tf32"),
        (torch.backends.cudnn.conv, "tf32"),
    )
    before = [(backend, backend.fp32_precision) for backend, _ in backends]
    ordered, filled = torch.get_deterministic_debug_mode(), torch.utils.deterministic.fill_uninitialized_memory
    # `use_deterministic_algorithms` is the same, and imports the compiler, which takes a second.
    torch.set_deterministic_debug_mode("warn")
    torch.utils.deterministic.fill_uninitialized_memory = False  # every tensor is written before it is read
    for backend, precision in backends:
        backend.fp32_precision = precision
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(ordered)
        torch.utils.deterministic.fill_uninitialized_memory = filled
        for backend, precision in before:
            backend.fp32_precision = precision
