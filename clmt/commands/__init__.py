"""Commands by stage: each module adds its own in ``register`` and imports what they need only when they run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["THREADS", "Subparsers", "whole_number"]

#: What `argparse.ArgumentParser.add_subparsers` returns.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Type of an option that takes a whole number of this range, both ends included."""

    def read(text: str) -> int:
        if not re.fullmatch("-?[0-9]{1,15}", text) or not low <= int(text) <= high:
            got = text if len(text) <= 40 else f"{text[:40]}..."
            raise argparse.ArgumentTypeError(f"got: {got!r}, expected: a whole number from {low} to {high}")
        return int(text)

    return read


#: Type of --threads.
THREADS = whole_number(1, 1024)
