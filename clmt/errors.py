"""The one exception that users see: a single line that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["ClmtError", "choose", "expected_one_of", "shown"]

_SHOWN = 200  # characters


class ClmtError(Exception):
    """An error of the user's input or of a source; the command line prints it and exits with code 2."""


def shown(value: Any) -> str:
    """A value as Python writes it, cut to what a line can hold; Python itself refuses to write the longest numbers."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"a value too long to write ({type(value).__name__})"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def expected_one_of(what: str, got: Any, options: Iterable[Any], hint: str = "") -> ClmtError:
    """Say what was refused and what there is: ``what! got: X, expected one of: A, B. hint``."""
    names = sorted(str(option) for option in options)
    expected = "expected" if len(names) == 1 else "expected one of"
    tail = f". {hint}" if hint else ""
    return ClmtError(f"{what}! got: {shown(got)}, {expected}: {', '.join(names)}{tail}")


def choose(what: str, name: str, options: Mapping[str, Any]) -> Any:
    """Take the entry of that name, or refuse it with the names there are."""
    if name not in options:
        raise expected_one_of(what, name, options)
    return options[name]
