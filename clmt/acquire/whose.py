"""Whether a download is what its publisher has."""

from __future__ import annotations

from pathlib import Path

from clmt.acquire.checks import Expectation, inspect
from clmt.acquire.registry import Source

__all__ = ["whose_bytes"]


def whose_bytes(path: Path, source: Source) -> str:
    """Say in words whether a file has the bytes that the publisher's checksum is of."""
    expected = Expectation.of(source)
    if inspect(path, expected):
        return "bytes of a mirror, not the published ones"
    return "the published bytes" if expected.pinned else "bytes of their day, as the publisher replaces the file"
