"""Temporary files and folders beside what they become; those of processes that were killed are removed.

A name says which machine and process made it: ``.<target>.clmt-<machine>-<process>-<random>``. Nothing of another name
is ever removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from platform import node

__all__ = ["scratch_file", "scratch_folder"]

_FORM = re.compile(r"\..*\.clmt-(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]+)-[0-9a-f]{8}(\.\w+)?", re.DOTALL)
#: Seconds after which what another machine left is taken for a leaving: whether its process lives cannot be asked.
_ABANDONED = 86_400.0
_STARTED = time.time()
_swept: set[Path] = set()


@contextlib.contextmanager
def scratch_file(target: Path) -> Iterator[Path]:
    """Make an empty file beside ``target``, with its suffix; remove it at the end if it is still there."""
    path = _name(target)
    path.touch(mode=0o600, exist_ok=False)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Make an empty folder beside ``target``; remove it with its content at the end if it is still there."""
    path = _name(target)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _name(target: Path) -> Path:
    """Name that nothing has, in the folder of ``target``, which is made and swept."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    # Short, since a name has 255 bytes at most and the target's may have most of them.
    suffix = target.suffix if re.fullmatch(r"\.\w{1,9}", target.suffix) else ""
    return target.with_name(f".{target.name[:40]}.clmt-{_machine()}-{os.getpid()}-{uuid.uuid4().hex[:8]}{suffix}")


def _machine() -> str:
    return f"{zlib.crc32(node().encode()):08x}"


def _sweep(folder: Path) -> None:
    """Remove leavings from a folder, the first time that this process writes there."""
    place = folder.resolve()
    if place in _swept:
        return
    _swept.add(place)
    with contextlib.suppress(OSError):  # what cannot be listed or removed is in nobody's way
        for path in place.iterdir():
            if (named := _FORM.fullmatch(path.name)) and _is_leaving(path, named["machine"], int(named["process"])):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def _is_leaving(path: Path, machine: str, process: int) -> bool:
    changed = path.lstat().st_mtime
    if machine != _machine():
        return time.time() - changed > _ABANDONED
    if process == os.getpid():
        return changed < _STARTED  # numbers of processes come again, in a container the same one each time
    return not _is_alive(process)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # of another user
    return True
