"""Says what a lock of Snakemake's means, before Snakemake refuses to start.

Snakemake locks a working directory while it runs. A kill, a power loss or a closed terminal leaves the lock behind, and
every later start is refused until someone removes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["lock_hint"]

LOCKS = Path(".snakemake/locks")


def lock_hint(words: Sequence[str], locks: Path = LOCKS) -> str:
    """One line where the directory is locked, "" otherwise; ``words`` are those of the command line."""
    if "--unlock" in words or not any(locks.glob("*.lock")):
        return ""
    return (
        f"note: {locks} is locked: an earlier Snakemake was killed, or one still runs here. If none runs, nor a job of "
        "it on a cluster: snakemake --unlock (with the --snakefile that you give, if any), then start again"
    )
