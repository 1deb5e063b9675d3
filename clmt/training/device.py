"""Which device computes, and how much memory it took."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from clmt.errors import ClmtError, expected_one_of

__all__ = ["Device", "choose_device", "fast_products", "peak_memory_mb"]

CHOICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Device:
    """A device for torch and the name of its card ("" on the CPU)."""

    name: str
    card: str


def choose_device(wanted: str, gpu_helps: bool = True) -> Device:
    """Resolve ``auto``, ``cpu`` or ``cuda``; which one was taken goes into the run's record.

    What computes on the CPU whatever it is given (``gpu_helps`` false) takes the CPU, and does not touch a GPU that
    another job may be holding for itself.
    """
    if wanted not in CHOICES:
        raise expected_one_of("unknown device", wanted, CHOICES)
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ClmtError("device 'cuda' was requested but torch sees no GPU! Use device auto or cpu to train on the CPU")
    if wanted == "cpu" or not gpu_helps or not torch.cuda.is_available():
        return Device("cpu", "")
    # Read when cuBLAS starts: without it, sums of its products differ from run to run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.conv.fp32_precision = "ieee"  # torch's own default is TF32, in predictions too
    torch.cuda.reset_peak_memory_stats()
    return Device("cuda", torch.cuda.get_device_name())


def peak_memory_mb(device: str) -> float:
    """Peak memory in MiB: the card's allocations on a GPU, the process's resident set on the CPU."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def fast_products() -> Iterator[None]:
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
    ordered, filled = torch.are_deterministic_algorithms_enabled(), torch.utils.deterministic.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # every tensor is written before it is read
    for backend, precision in backends:
        backend.fp32_precision = precision
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(ordered)
        torch.utils.deterministic.fill_uninitialized_memory = filled
        for backend, precision in before:
            backend.fp32_precision = precision
