"""Names that other programs read as text: theirs for each of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["other_names"]

_BLANK = frozenset(
    {"", "na", "nan", "n/a", "#n/a", "<na>", "null", "none", "-nan", "1.#ind", "1.#qnan", "true", "false"}
)
"""What pandas reads as no value, or as another one, in small letters."""


def other_names(ids: Sequence[str], word: str) -> dict[str, str]:
    """Name of each id in tables that pandas reads and folders that are named by it.

    An id that would be read as a number, a truth value or nothing gets ``word`` in front, and slashes are underscores.
    Names stay apart from each other.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for own in sorted(ids):
        name = re.sub(r"[/\\]", "_", own).strip()
        if name.lower() in _BLANK or _is_number(name):
            name = f"{word}_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        names[own] = name
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
