"""Checks of single values of the configuration: what YAML reads must be JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError

__all__ = ["refuse_what_json_lacks"]

MEND = "Mend it in config/config.yaml or in the overlay"


def refuse_what_json_lacks(value: Any, where: str = "") -> None:
    """Refuse dates, NaN, infinity and other values of YAML that JSON has no word for; ``where`` is the key, dotted.

    Settings travel to the commands as JSON, so that such a value could not be told to a job.
    """
    place = f"config: {where}" if where else "config"
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if not isinstance(key, str):
                raise ClmtError(f"{place} has a key that is no text! got: {key!r}, expected: '{key}' in quotes. {MEND}")
            refuse_what_json_lacks(entry, f"{where}.{key}" if where else key)
    elif isinstance(value, list | tuple):
        for row, entry in enumerate(value):
            refuse_what_json_lacks(entry, f"{where}[{row}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ClmtError(f"{place} is no finite number! got: {value}, expected: a number such as 1.0. {MEND}")
    elif not (value is None or isinstance(value, str | bool | int | float)):
        raise ClmtError(
            f"{place} is no plain value! got: {value} ({type(value).__name__}), expected: text, a number, true, false, "
            f"null, a list or a mapping; quotes make it text. {MEND}"
        )
