"""Reading zip archives, gzip files and plain files without trusting what stands in them."""

from __future__ import annotations

import contextlib
import fnmatch
import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

from clmt.errors import ClmtError, expected_one_of
from clmt.files import check_plain

__all__ = ["member_names", "read_member", "read_packed"]

LARGEST = 2 << 30
RATIO = 100
"""Most bytes for each packed byte. Tables of zeros and ones, which pack best of what is published, reach 26."""
FREE = 1 << 20
"""Bytes that any file may unpack to."""


def read_packed(path: Path, pattern: str, largest: int = LARGEST) -> tuple[str, bytes]:
    """Return the bytes of a plain, ``.gz`` or ``.zip`` file, and what to call them in messages.

    Of a zip archive the one member is read that matches ``pattern``, see `read_member`.

    Raises
    ------
    ClmtError
        Where the file is missing, damaged or no plain file, and where it holds more than ``largest`` bytes or a hundred
        for each packed one.
    """
    path = Path(path)
    if path.suffix == ".zip":
        name, content = read_member(path, pattern, largest)
        return f"{path}: {name}", content
    with _readable(path, "file"):
        size, packed = path.stat().st_size, path.suffix == ".gz"
        limit = _limit(size, largest) if packed else largest
        with gzip.open(path) if packed else path.open("rb") as handle:
            content = handle.read(1 + (limit if packed else min(limit, size)))
    if len(content) > limit:
        raise _absurd(path, "more", size, limit)
    return str(path), content


def read_member(path: Path, pattern: str, largest: int = LARGEST) -> tuple[str, bytes]:
    """Return base name and bytes of the one member whose base name matches a shell pattern, such as ``Table_S6_*.csv``.

    Nothing is extracted, so a member's path can point nowhere; its folder and its case do not matter. Raises
    `ClmtError` where the archive is missing or broken, where no member or several match, where the member is encrypted,
    damaged or packed in a way that is not known here, and where it would unpack to more than ``largest`` bytes or to a
    hundred times its packed size.
    """
    path = Path(path)
    with _opened(path) as archive:
        member = _find(path, archive, pattern)
        name = _base_name(member)
        # What the archive says of the packed size may be a lie; it has no more bytes than its file.
        packed = min(member.compress_size, path.stat().st_size)
        limit = _limit(packed, largest)
        if member.file_size > limit:
            raise _absurd(f"{path}: {name!r}", f"{member.file_size:,}", packed, limit)
        with _readable(path, f"archive, member {name!r}"), archive.open(member) as handle:
            content = handle.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise ClmtError(f"{path}: {name!r} has the wrong length! got: {len(content)}, expected: {member.file_size}")
    return name, content


def member_names(path: Path) -> list[str]:
    """Base names of the files in an archive; raises `ClmtError` as `read_member` does."""
    with _opened(Path(path)) as archive:
        return [_base_name(member) for member in _files(archive)]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with contextlib.ExitStack() as stack:
        with _readable(path, "zip archive"):
            archive = stack.enter_context(zipfile.ZipFile(path))
        yield archive


@contextlib.contextmanager
def _readable(path: Path, what: str) -> Iterator[None]:
    """Say on one line why a file cannot be opened or unpacked."""
    check_plain(path, "read")
    try:
        yield
    except FileNotFoundError:
        raise ClmtError(f"{path}: the {what.split(',')[0]} does not exist! Fetch it with 'clmt fetch'") from None
    except Exception as error:  # noqa: BLE001 - each unpacker has its own errors for bytes that are damaged
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ClmtError(f"{path}: not a readable {what}! got: {reason}. Delete it and fetch it again") from None


def _limit(packed: int, largest: int) -> int:
    return min(largest, max(FREE, RATIO * packed))


def _absurd(where: Path | str, got: str, packed: int, limit: int) -> ClmtError:
    return ClmtError(
        f"{where} would unpack to an absurd size! got: {got} bytes from {packed:,}, expected: at most {limit:,}. "
        "Check where it comes from"
    )


def _base_name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").rpartition("/")[2]


def _shown(name: str) -> str:
    return name if name.isprintable() else repr(name)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Members that are files of the archive's maker: Finder adds resource forks, which repeat every name."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    return [
        member
        for member in members
        if not member.filename.startswith("__MACOSX/") and not _base_name(member).startswith("._")
    ]


def _find(path: Path, archive: zipfile.ZipFile, pattern: str) -> zipfile.ZipInfo:
    members = _files(archive)
    found = [member for member in members if fnmatch.fnmatchcase(_base_name(member).lower(), pattern.lower())]
    if not found:
        names = [_shown(_base_name(member)) for member in members[:40]]
        raise expected_one_of(f"{path}: no such file in the archive", pattern, names)
    if len(found) > 1:
        got = ", ".join(_shown(member.filename) for member in found[:4])
        raise ClmtError(f"{path}: more than one file {pattern} in the archive! got: {got}. Fetch the archive again")
    return found[0]
