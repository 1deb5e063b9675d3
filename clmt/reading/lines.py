"""Lines of downloaded text files: plain, gzip or zip, in UTF-8 or not, refusing web pages."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError
from clmt.reading.archive import read_packed

__all__ = ["control_character", "decode", "file_date", "number_lines", "numbered_lines", "read_lines", "tell_odd"]

logger = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(data: bytes, name: str) -> str:
    """Decode bytes as UTF-8, line by line as Windows-1252 where they are not; a byte order mark is dropped.

    The number of such lines is logged: one odd byte must not spoil the other lines of a file. Raises `ClmtError` for a
    web page, UTF-16 and, naming the line, control characters: an id that holds one matches nothing, unseen.
    """
    start = data[:4096].lstrip()[:40]
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ClmtError(f"{name} holds a web page, got: {start!r}; delete it and fetch it again")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ClmtError(f"{name} is UTF-16! got: {data[:2].hex(' ')} at its start, expected: UTF-8. Save it as UTF-8")
    text = _decode(data, name)
    if odd := control_character(text):
        line = text.count("\n", 0, text.index(odd)) + 1
        raise ClmtError(
            f"{name}: line {line} holds the control character {odd!r}! expected: text. It may be damaged, or UTF-16: "
            "correct the file or fetch it again"
        )
    return text


def control_character(text: str) -> str:
    """Return the first control character of a text, tabs and line ends left out; empty where there is none."""
    found = _CONTROL.search(text)
    return found.group(0) if found else ""


def _decode(data: bytes, name: str) -> str:
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
    logger.warning("%s: %d lines are not UTF-8 and were read as Windows-1252", name, odd)
    return "\n".join(lines)


def number_lines(data: bytes, name: str) -> list[tuple[int, str]]:
    """Decode and cut into lines with their numbers from 1, without line ends; empty lines are left out."""
    text = decode(data, name)
    if "\n" not in text:  # as old spreadsheets on a Mac end their lines
        text = text.replace("\r", "\n")
    # Not splitlines(): prose may hold other Unicode line ends inside a field
    lines = (line.rstrip("\r") for line in text.split("\n"))
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def numbered_lines(path: Path, member: str = "*.txt") -> list[tuple[int, str]]:
    """Return the numbered lines of a plain, ``.gz`` or ``.zip`` text file, of which ``member`` is read."""
    source, data = read_packed(path, member)
    return number_lines(data, source)


def read_lines(path: Path, member: str = "*.txt") -> list[str]:
    """Return what `numbered_lines` does, without the numbers."""
    return [line for _, line in numbered_lines(path, member)]


def tell_odd(source: Path | str, odd: int, total: int, expected: str) -> None:
    """Log how many of the lines of a file are not as ``expected``, and were left out; refuse it where most are not."""
    if 2 * odd > total:
        raise ClmtError(
            f"{source}: most lines have another layout! got: {odd} of {total}, expected: {expected}. Delete the file "
            "and fetch it again"
        )
    if odd:
        logger.warning("%s: %d of %d lines were left out, expected: %s", source, odd, total, expected)


def file_date(path: Path) -> str:
    """What stands for the date of a file without a fixed release: the start of its checksum.

    Not a date of the file system or of a zip's members: those differ between machines and time zones, and the same
    bytes must make the same corpus.
    """
    return f"rolling, sha256 {file_sha256(Path(path))[:12]}"
