"""What this machine has, asked without importing torch: the workflow is planned by it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["has_gpu"]

#: Device files of NVIDIA's driver, of AMD's, and of Windows' driver in its Linux subsystem.
GPU_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


def has_gpu(files: Sequence[str] = GPU_FILES) -> bool:
    """Whether a driver of a GPU shows its device file; which device a run takes is torch's answer, not this one."""
    return any(Path(file).exists() for file in files)
