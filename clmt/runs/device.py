"""Which device computes, and how much memory it took."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import torch

from clmt.errors import ClmtError, expected_one_of

__all__ = ["Device", "choose_device", "peak_memory_mb", "peak_resident_mb"]

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
    # Read when cuBLAS starts: without it, its matrix multiplications differ from run to run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.conv.fp32_precision = "ieee"  # torch's own default is TF32, in predictions too
    torch.cuda.reset_peak_memory_stats()
    return Device("cuda", torch.cuda.get_device_name())


def peak_memory_mb(device: str) -> float:
    """Peak memory in MiB: the card's allocations on a GPU, the process's resident set on the CPU."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated() / 2**20
    return peak_resident_mb(sys.platform)


def peak_resident_mb(platform: str) -> float:
    """Peak resident memory of this process in MiB; ``platform`` as `sys.platform` says it."""
    if platform == "win32":  # has no module `resource`
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    unit = 1 if platform == "darwin" else 1024  # bytes on macOS, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
