"""Open the downloaded files of text sources: plain, gzip or zip, in UTF-8 or not, refusing web pages."""

from __future__ import annotations

import gzip
import logging
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError

__all__ = ["decode", "file_date", "numbered_lines", "read_lines", "read_member", "require_columns"]

log = logging.getLogger(__name__)


def decode(data: bytes, name: str) -> str:
    """Decode bytes as UTF-8, line by line as Windows-1252 where they are not; a byte order mark is dropped.

    The number of such lines is logged: one odd byte must not spoil the other lines of a file.
    """
    if data.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ClmtError(f"{name} holds a web page, got: {data.lstrip()[:40]!r}; delete it and fetch it again")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    lines, odd = [], 0
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
            odd += 1
    log.warning("%s: %d lines are not UTF-8 and were read as Windows-1252", name, odd)
    return "\n".join(lines)


def read_member(path: Path, suffix: str) -> bytes:
    """Return the bytes of the one member of a zip file whose name ends with ``suffix``."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith(suffix) and not n.startswith("__MACOSX")]
            if len(names) != 1:
                raise ClmtError(f"{path}: got: {len(names)} members ending with {suffix!r}, expected: one")
            return archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ClmtError(f"{path} is not a readable zip file ({error}); delete it and fetch it again") from None


def read_lines(path: Path) -> list[str]:
    """Return the lines of a plain, ``.gz`` or ``.zip`` text file, without line ends, empty lines left out."""
    return [line for _, line in numbered_lines(path)]


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Return what `read_lines` does, each line with its number in the file, from 1."""
    path = Path(path)
    try:
        if path.suffix == ".zip":
            data = read_member(path, ".txt")
        elif path.suffix == ".gz":
            data = gzip.decompress(path.read_bytes())
        else:
            data = path.read_bytes()
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such file; fetch the source or take it out of text.sources") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ClmtError(f"{path} cannot be read ({error}); delete it and fetch it again") from None
    # Not splitlines(): prose may hold other Unicode line ends inside a field
    lines = (line.rstrip("\r") for line in decode(data, str(path)).split("\n"))
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def file_date(path: Path) -> str:
    """What stands for the date of a file without a fixed release: the start of its checksum.

    Not a date of the file system or of a zip's members: those differ between machines and time zones, and the same
    bytes must make the same corpus.
    """
    return f"rolling, sha256 {file_sha256(Path(path))[:12]}"


def require_columns(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column, naming it."""
    missing = [name for name in needed if name not in header]
    if missing:
        raise ClmtError(f"{path}: column {missing[0]!r} is missing; got: {', '.join(header)}; the layout has changed")
