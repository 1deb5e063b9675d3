"""``.pt`` files of tensors and plain containers: written whole, equal bytes for equal content, never unpickled."""

from __future__ import annotations

import io
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from clmt.errors import ClmtError
from clmt.files import atomic_path

__all__ = ["load_tensors", "save_tensors"]


def save_tensors(path: Path, content: dict[str, Any]) -> None:
    """Write a dictionary atomically; a buffer keeps the file's name, which torch stores, out of the bytes."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic_path(Path(path)) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load_tensors(path: Path) -> dict[str, Any]:
    """Read a dictionary of tensors and plain containers; anything else is refused."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such file! Run the rule that makes it") from None
    except (UnpicklingError, RuntimeError, EOFError, OSError, ValueError):
        raise ClmtError(f"{path}: not a file of tensors! Delete it and run the rule that makes it") from None
    if not isinstance(content, dict):
        raise ClmtError(f"{path}: expected a dictionary of tensors! got: {type(content).__name__}. Delete it and rerun")
    return content
