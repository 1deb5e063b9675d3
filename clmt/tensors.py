"""``.pt`` files of tensors and plain containers: written whole with a digest of their content, never unpickled.

The digest tells a file that clmt wrote from one that was changed: a booster cut in half or a weight of another shape
would end deep in a library, in an abort of the process even, and other values would be scored. Equal content has an
equal digest; the bytes may differ where strings are shared.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from clmt.errors import ClmtError
from clmt.files import atomic_path

__all__ = ["content_digest", "load_tensors", "save_tensors"]

_DIGEST = "digest"
_REMEDY = "Delete it and run the rule that makes it"


def save_tensors(path: Path, content: dict[str, Any]) -> None:
    """Write a dictionary atomically; a buffer keeps the file's name, which torch stores, out of the bytes."""
    buffer = io.BytesIO()
    torch.save({**content, _DIGEST: content_digest(content)}, buffer)
    with atomic_path(Path(path)) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load_tensors(path: Path) -> dict[str, Any]:
    """Read a dictionary that `save_tensors` wrote; anything else, and a file that changed since, is refused."""
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
    written = content.pop(_DIGEST, None)
    if written is None:
        raise ClmtError(f"{path}: has no digest of its content: another program or an earlier clmt wrote it! {_REMEDY}")
    if written != content_digest(content):
        raise ClmtError(f"{path}: its content does not fit its digest: it was changed since it was written! {_REMEDY}")
    return content


def content_digest(content: Any) -> str:
    """SHA-256 of tensors and plain containers by type, shape and value, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    _feed(digest, content)
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, part: Any) -> None:
    if isinstance(part, dict):
        digest.update(f"dict {len(part)}\0".encode())
        for key, value in part.items():
            _feed(digest, key)
            _feed(digest, value)
    elif isinstance(part, list | tuple):
        digest.update(f"list {len(part)}\0".encode())
        for value in part:
            _feed(digest, value)
    elif isinstance(part, torch.Tensor):
        digest.update(f"{part.dtype} {tuple(part.shape)}\0".encode())
        # A view that repeats its elements could stand for more than the memory holds.
        dense = part if part.nbytes <= part.untyped_storage().nbytes() else part[:0]
        digest.update(dense.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    else:
        digest.update(f"{type(part).__name__} {part!r}\0".encode())
