"""The bytes of an answer: as they were sent or decoded, within a limit of size."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import requests

from clmt.acquire.checks import ANSWERS, MAGIC, Expectation
from clmt.scratch import scratch_file

__all__ = ["CHUNK", "largest", "read_body", "take_off_gzip"]

CHUNK = 1 << 18
#: Bytes of an answer of a look-up service, and of a file whose size is not published: more is no such thing.
LARGEST_ANSWER = 64 << 20
LARGEST_FLOATING = 4 << 30


def largest(expected: Expectation) -> int:
    """Bytes after which reading ends: one more than expected shows already that it is another file."""
    if expected.kind in ANSWERS:
        return LARGEST_ANSWER
    if expected.bytes is None:
        return LARGEST_FLOATING
    return expected.bytes * (2 if expected.any_line_ends else 1)


def read_body(response: requests.Response, kind: str, limit: int) -> Iterator[bytes]:
    """Yield the body in pieces, as soon as they come.

    Parameters
    ----------
    response
        An answer opened with ``stream=True``.
    kind
        What the file is: a zip or gzip file is kept as it was sent, since servers call a ``.gz`` file's own compression
        a Content-Encoding; anything else is decoded.
    limit
        Bytes, after decoding, above which reading ends: the body may be endless, and its size tells that it is wrong.
    """
    received = 0
    while chunk := response.raw.read1(CHUNK, decode_content=kind not in MAGIC):
        received += len(chunk)
        yield chunk
        if received > limit:
            return


def take_off_gzip(path: Path, kind: str, limit: int) -> None:
    """Unpack a zip or gzip file that was compressed once more for its way; judged by the first bytes, else left."""
    if kind not in MAGIC:
        return
    magic = MAGIC[kind][0]
    with contextlib.suppress(gzip.BadGzipFile, EOFError, zlib.error), scratch_file(path) as inner:
        with gzip.open(path) as packed:
            if packed.read(len(magic)) != magic:
                return
            packed.seek(0)
            with inner.open("wb") as handle:
                while chunk := packed.read(CHUNK):
                    handle.write(chunk)
                    if handle.tell() > limit:
                        return
        inner.replace(path)
