"""Reading members of downloaded zip archives without trusting what stands in them."""

from __future__ import annotations

import contextlib
import fnmatch
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from clmt.errors import ClmtError, expected_one_of

__all__ = ["member_names", "read_member"]

LARGEST = 8 << 30
RATIO = 1000
FREE = 1 << 20


def read_member(path: Path, pattern: str, largest: int = LARGEST) -> tuple[str, bytes]:
    """Return base name and bytes of the one member whose base name matches a shell pattern, such as ``Table_S6_*.csv``.

    Nothing is extracted, so a member's path can point nowhere; its folder and its case do not matter. Raises
    `ClmtError` where the archive is missing or broken, where no member or several match, and where the member would
    unpack to more than ``largest`` bytes or to a thousand times its packed size.
    """
    path = Path(path)
    with _opened(path) as archive:
        member = _find(path, archive, pattern)
        _refuse_absurd(path, member, largest)
        with archive.open(member) as handle:
            content = handle.read(member.file_size + 1)
    name = _base_name(member)
    if len(content) != member.file_size:
        raise ClmtError(f"{path}: {name!r} has the wrong length! got: {len(content)}, expected: {member.file_size}")
    return name, content


def member_names(path: Path) -> list[str]:
    """Base names of the files in an archive; raises `ClmtError` as `read_member` does."""
    with _opened(Path(path)) as archive:
        return [_base_name(member) for member in _files(archive)]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise ClmtError(f"{path}: the archive does not exist! Fetch it with 'clmt fetch'") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ClmtError(f"{path}: not a readable zip archive! got: {error}. Delete it and fetch it again") from None


def _base_name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").rpartition("/")[2]


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
        raise expected_one_of(f"{path}: no such file in the archive", pattern, map(_base_name, members[:40]))
    if len(found) > 1:
        names = ", ".join(member.filename for member in found[:4])
        raise ClmtError(f"{path}: more than one file {pattern} in the archive! got: {names}. Fetch the archive again")
    return found[0]


def _refuse_absurd(path: Path, member: zipfile.ZipInfo, largest: int) -> None:
    limit = min(largest, max(FREE, RATIO * member.compress_size))
    if member.file_size > limit:
        raise ClmtError(
            f"{path}: {member.filename!r} would unpack to an absurd size! got: {member.file_size:,} bytes from "
            f"{member.compress_size:,}, expected: at most {limit:,}. Check where the archive comes from"
        )
