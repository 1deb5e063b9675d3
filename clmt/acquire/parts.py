"""Files that grow while they are downloaded, beside the file that they will be."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from clmt.scratch import scratch_file

__all__ = ["part_of"]


@contextlib.contextmanager
def part_of(out: Path, keep: bool) -> Iterator[tuple[Path, bool]]:
    """Yield the name under which ``out`` grows, and whether what stands there may be continued.

    Parameters
    ----------
    out
        The file to be.
    keep
        Whether a part that breaks off is kept for the next attempt, of this process or another: then its name is fixed,
        ``.NAME.part``, and the file is locked. Where another process holds it, or the file system has no locks, the
        part is this process's alone and is not kept.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    if keep:
        with _locked(out.with_name(f".{out.name}.part")) as part:
            if part is not None:
                yield part, True
                return
    with scratch_file(out) as own:
        yield own, False


@contextlib.contextmanager
def _locked(part: Path) -> Iterator[Path | None]:
    """Hold a part; None where that is not possible. One that is empty in the end is removed."""
    import fcntl

    with part.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking it may have been finished by another process, and be a whole file by now.
            held = os.path.samestat(os.fstat(handle.fileno()), part.stat())
            others = not held
        except BlockingIOError:
            held, others = False, True
        except OSError:
            held, others = False, False
        try:
            yield part if held else None
        finally:
            with contextlib.suppress(FileNotFoundError):
                if not others and part.stat().st_size == 0:
                    part.unlink()
