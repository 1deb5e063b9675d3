"""What properties of readers allow: an error of one line that begins with where it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from clmt.errors import ClmtError

__all__ = ["or_one_line"]


@contextlib.contextmanager
def or_one_line(begins: object = "") -> Iterator[None]:
    """Let a `ClmtError` pass that is one line and begins so; anything else is a fault."""
    try:
        yield
    except ClmtError as error:
        text = str(error)
        if not text.startswith(str(begins)) or len(text.splitlines()) != 1:
            raise AssertionError(f"not one line that begins with {begins}: {text!r}") from error
