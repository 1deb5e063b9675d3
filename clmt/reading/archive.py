"""Reading members of downloaded zip archives without trusting the paths in them."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from clmt.errors import ClmtError, expected_one_of

__all__ = ["read_zip_member"]

LARGEST = 8 << 30
RATIO = 1000
FREE = 1 << 20


def read_zip_member(path: Path, suffix: str, largest: int = LARGEST) -> bytes:
    """Return the bytes of the one member whose base name is ``suffix`` (its folder does not matter).

    Nothing is extracted, so a member's path can point nowhere. Raises `ClmtError` where the archive is broken, where
    no member or several have the name, and where the member would unpack to more than ``largest`` bytes or to a
    thousand times its packed size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _find(path, archive, suffix)
            _refuse_absurd(path, member, largest)
            with archive.open(member) as handle:
                content = handle.read(member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ClmtError(f"{path}: broken zip archive, reading {suffix!r}: {error}. Remove it and fetch again") from None
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such archive. Fetch it with 'clmt fetch'") from None
    if len(content) != member.file_size:
        raise ClmtError(f"{path}: {suffix!r} has the wrong length! got: {len(content)}, expected: {member.file_size}")
    return content


def _find(path: Path, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir()]
    # Finder's resource forks repeat every name with a prefix and a folder of their own.
    members = [info for info in members if not info.filename.startswith("__MACOSX/")]
    found = [info for info in members if info.filename.rsplit("/", 1)[-1].rsplit("\\", 1)[-1] == name]
    if not found:
        names = sorted(info.filename.rsplit("/", 1)[-1] for info in members)[:40]
        raise expected_one_of(f"{path}: no such table in the archive", name, names)
    if len(found) > 1:
        raise ClmtError(f"{path}: {len(found)} members are named {name!r}, expected: one. Fetch the archive again")
    return found[0]


def _refuse_absurd(path: Path, member: zipfile.ZipInfo, largest: int) -> None:
    limit = min(largest, max(FREE, RATIO * member.compress_size))
    if member.file_size > limit:
        raise ClmtError(
            f"{path}: {member.filename!r} would unpack to an absurd size! got: {member.file_size:,} bytes from "
            f"{member.compress_size:,}, expected: at most {limit:,}. Check where the archive comes from"
        )
