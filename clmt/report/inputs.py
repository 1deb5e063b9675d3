"""The files that results were made of: where each comes from, which bytes were read, and under which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.acquire.folder import file_sha256
from clmt.acquire.registry import Registry, Source
from clmt.acquire.whose import whose_bytes
from clmt.errors import ClmtError

__all__ = ["Input", "read_inputs"]


@dataclass(frozen=True)
class Input:
    """One file.

    Attributes
    ----------
    path
        Where it lies.
    source
        Its entry in the registry; None for a file of the user's own.
    sha256
        Of the bytes that were read.
    whose
        Whether they are the published bytes.
    """

    path: Path
    source: Source | None
    sha256: str
    whose: str

    @property
    def name(self) -> str:
        """Of the entry, or of the file."""
        return self.source.name if self.source else self.path.name


def read_inputs(paths: Sequence[Path], registry: Registry, downloads: Path) -> list[Input]:
    """Look at each file; those below ``downloads`` at the address of an entry are of that entry."""
    known = {downloads / source.address: source for source in registry.sources.values()}
    found = []
    for path in paths:
        if not path.is_file():
            raise ClmtError(f"{path}: no such input of the results! Rerun the workflow for it")
        source = known.get(path)
        found.append(
            Input(path, source, file_sha256(path), whose_bytes(path, source) if source else "a file of the user's own")
        )
    return found
