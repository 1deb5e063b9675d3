"""``.pt`` files of tensors and plain containers: written whole, equal bytes for equal content, never unpickled."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
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
    """Read a dictionary of tensors and plain containers; anything else, and a file whose bytes changed, is refused."""
    if not Path(path).is_file():
        raise ClmtError(f"{path}: no such file! Run the rule that makes it")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()  # torch does not look at the checksums of its own files
        content = None if damaged else torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001 - the reader of damaged pickles raises anything
        raise ClmtError(f"{path}: not a file of tensors! Delete it and run the rule that makes it") from None
    if damaged:
        raise ClmtError(
            f"{path}: record {damaged!r} does not fit its checksum: the bytes have changed since they were written! "
            "Delete the file and run the rule that makes it"
        )
    if not isinstance(content, dict):
        raise ClmtError(f"{path}: expected a dictionary of tensors! got: {type(content).__name__}. Delete it and rerun")
    return content
