"""Packed files: what was packed is read; a bit that changed is noticed, or meant nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clmt.errors import ClmtError
from clmt.reading.archive import read_packed
from tests.helpers.one_line import or_one_line

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
TEXT = "".join(f"{number},{number**3}\n" for number in range(60)).encode()


def packed(kind: str, content: bytes) -> bytes:
    if kind == "gzip":
        return gzip.compress(content, mtime=0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", METHODS[kind]) as archive:
        archive.writestr("folder/t.txt", content)
    return buffer.getvalue()


def place(folder: Path, kind: str, content: bytes) -> Path:
    path = folder / ("t.gz" if kind == "gzip" else "t.zip")
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", [*METHODS, "gzip"])
@given(content=st.binary(max_size=200))
def test_what_was_packed_is_read(tmp_path: Path, kind: str, content: bytes) -> None:
    assert read_packed(place(tmp_path, kind, packed(kind, content)), "*.txt")[1] == content


@pytest.mark.parametrize("kind", [*METHODS, "gzip"])
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_bit_that_changed_is_noticed_or_means_nothing(tmp_path: Path, kind: str, share: float, bit: int) -> None:
    content = bytearray(packed(kind, TEXT))
    content[int(share * len(content))] ^= 1 << bit
    path = place(tmp_path, kind, bytes(content))
    with or_one_line(path):
        assert read_packed(path, "*.txt")[1] == TEXT


@pytest.mark.parametrize("kind", ["zip", "gzip"])
@given(content=st.binary(max_size=80))
@example(content=b"PK\x05\x06" + bytes(18))
@example(content=b"")
def test_any_bytes_are_refused_on_one_line(tmp_path: Path, kind: str, content: bytes) -> None:
    path = place(tmp_path, kind, content)
    if kind == "gzip" and not content:  # as gzip has it
        assert read_packed(path, "*.txt")[1] == b""
        return
    with pytest.raises(ClmtError) as error:
        read_packed(path, "*.txt")
    assert str(error.value).startswith(str(path))
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("kind", [*METHODS, "gzip"])
@given(share=st.floats(0.01, 1, exclude_max=True))
def test_what_is_cut_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    content = packed(kind, TEXT)
    with pytest.raises(ClmtError):
        read_packed(place(tmp_path, kind, content[: int(share * len(content))]), "*.txt")
