"""Atomic writing: a file appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clmt.errors import ClmtError, shown
from clmt.scratch import scratch_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DISK_FAULTS",
    "atomic_path",
    "check_plain",
    "optional_path",
    "parse_settings",
    "put",
    "read_json",
    "replace_folder",
    "replaceable_folder",
    "seal_fits",
    "unique_keys",
    "write_json",
    "write_parquet",
    "write_text",
]

_SEAL = b"clmt-crc"
#: What the system says where a disk is full, over its quota, too small a file or broken.
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path``; rename it to ``path`` on success, remove it on failure.

    Raises `ClmtError` where ``path`` is a folder, a device or a pipe, which the renaming would replace.
    """
    path = Path(path)
    check_plain(path)
    with scratch_file(path) as temporary:
        try:
            yield temporary
            temporary.chmod(0o644)
            put(temporary, path)
        except OSError as error:
            if error.filename is None and error.errno is not None:
                error.filename = str(path)  # a write through an open file, or a lock, does not say which
            raise


def put(temporary: Path, path: Path) -> None:
    """Rename a finished file to ``path`` once its bytes are on the disk: a power loss leaves no empty file there."""
    _flush(temporary)
    temporary.replace(path)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in DISK_FAULTS:  # any other: a file system that knows no such call
            raise
    finally:
        os.close(handle)


def check_plain(path: Path, use: Literal["read", "write"] = "write") -> None:
    """Refuse a path that exists and is no plain file: a folder, or a pipe or device, whose reading may never end."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        try:
            mode = Path(path).stat().st_mode
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise ClmtError(f"{path}: not a file to {use}! got: a link to itself. Give another") from None
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
            expected = "a plain file" if use == "read" else "a new or a plain file"
            raise ClmtError(f"{path}: not a file to {use}! got: {kind}, expected: {expected}. Give another")


def replaceable_folder(folder: Path, mark: str, made: Collection[str], what: str) -> Path:
    """Resolve a folder that a command may write as a whole: absent, empty, or made by an earlier run of the command.

    Parameters
    ----------
    folder
        What the user gave.
    mark
        File that each folder made by the command holds.
    made
        Paths below the folder that an earlier run wrote; any other file is the user's.
    what
        What the command makes, for the message: "demo mirror".

    Raises
    ------
    ClmtError
        Where it is no folder, holds the working directory, or holds a file that the command did not make.
    """
    folder = Path(folder).resolve()
    if not folder.exists():
        return folder
    hint = "Give a new folder with --out"
    if not folder.is_dir():
        raise ClmtError(f"{folder}: not an earlier {what}! got: a file, expected: a folder. {hint}")
    if Path.cwd().is_relative_to(folder):
        raise ClmtError(f"{folder}: is, or holds, the working directory, and would be replaced as a whole! {hint}")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}
    odd = sorted(found - set(made)) if mark in found else sorted(found)
    if odd:
        raise ClmtError(f"{folder}: not an earlier {what}! got: a folder with other files ({odd[0]}). {hint}")
    return folder


def replace_folder(new: Path, folder: Path) -> None:
    """Put ``new`` in the place of ``folder``, which `replaceable_folder` has looked at."""
    for path in new.rglob("*"):
        if path.is_file():
            _flush(path)
    if folder.exists():
        shutil.rmtree(folder)
    new.chmod(0o755)
    new.rename(folder)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with ``\\n`` line ends, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with sorted keys, atomically; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def write_parquet(table: pa.Table, path: Path, **options: Any) -> None:
    """Write a Parquet file with checksums, so that `clmt.reading.parquet` notices bits that changed.

    Its pages carry their own. That of the whole file stands between the pages and the footer, where no reader looks:
    what is read and written anew by other programs loses it and is another file.

    Not atomic: give the name that `clmt.files.atomic_path` yields. ``options`` are those of pyarrow.
    """
    import pyarrow.parquet as pq

    pq.write_table(table, path, write_page_checksum=True, **options)
    content = Path(path).read_bytes()
    footer = _footer(content)
    seal = _SEAL + zlib.crc32(content).to_bytes(4, "little")
    Path(path).write_bytes(content[:footer] + seal + content[footer:])


def seal_fits(content: bytes) -> bool:
    """Whether the bytes of a Parquet file are those that `write_parquet` wrote, or of a file without its checksum."""
    end = _footer(content)
    begin = max(0, end - len(_SEAL) - 4)
    seal = content[begin:end]
    if not seal.startswith(_SEAL):
        return True
    return zlib.crc32(content[:begin] + content[end:]).to_bytes(4, "little") == seal[len(_SEAL) :]


def _footer(content: bytes) -> int:
    """Where the footer of a Parquet file begins: its length stands in front of the last four bytes."""
    return max(0, len(content) - 8 - int.from_bytes(content[-8:-4], "little"))


def optional_path(text: str) -> Path | None:
    """Path of an option that may be empty, which stands for none; ``Path("")`` would be the working directory."""
    return Path(text) if text else None


def read_json(path: Path, remedy: str = "Run the rule that makes it") -> Any:
    """Read a JSON file; one that is missing or broken raises `ClmtError` with its path and the remedy."""
    check_plain(path, "read")
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such file! {remedy}") from None
    except OSError as error:
        raise ClmtError(f"{path}: cannot be read ({error.strerror})! {remedy}") from None
    except (ValueError, RecursionError) as error:
        raise ClmtError(f"{path}: not a JSON file ({error})! {remedy}") from None


def parse_settings(text: str) -> dict[str, Any]:
    """Read the JSON object of a command's ``--settings``; a key that stands twice is refused."""
    try:
        values = json.loads(text, object_pairs_hook=unique_keys)
    except (ValueError, RecursionError) as error:  # the latter where brackets are nested without end
        reason = str(error).splitlines()[0][:100]
        raise ClmtError(f"--settings is not JSON ({reason})! got: {shown(text)}. Give a JSON object") from None
    if not isinstance(values, dict):
        raise ClmtError(f"--settings must be a JSON object! got: {shown(text)}")
    return values


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object, for `json.loads`; raises ValueError for a key that stands twice."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return values
