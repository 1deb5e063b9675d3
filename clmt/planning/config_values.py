"""Checks of single values of the configuration: what YAML reads must be JSON, a model's setting must be of its kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError

__all__ = ["check_setting", "refuse_what_json_lacks"]

MEND = "Mend it in config/config.yaml or in the overlay"
#: Settings of architectures that 0 switches off; any other that is positive by default has no meaning at 0.
MAY_BE_ZERO = frozenset(
    {
        "alteration_components",
        "auxiliary_weight",
        "average",
        "contrastive_weight",
        "dropout",
        "expression_components",
        "fingerprint_components",
        "geometry_dropout",
        "min_pairs",
        "shrinkage",
        "warm_up",
        "weight_decay",
    }
)


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


def check_setting(where: str, key: str, value: Any, default: Any) -> None:
    """Refuse a value that is not of the kind of the architecture's default, or below what the setting can mean.

    A default of null allows anything. Entries of a list are held against the first entry of the default.
    """
    wanted, got = _kind(default), _kind(value)
    if default is None:
        return
    if got != wanted and not (got == "whole number" and wanted == "number"):
        hint = "; YAML reads 1e-4 as text: write 1.0e-4" if "number" in wanted and got == "text" else ""
        raise ClmtError(f"config: {where} is no {wanted}! got: {value!r}, such as: {default!r}{hint}. {MEND}")
    if wanted == "list" and default:
        for row, entry in enumerate(value):
            check_setting(f"{where}[{row}]", key, entry, default[0])
    if "number" in wanted and default > 0 and (value < 0 or (value == 0 and key not in MAY_BE_ZERO)):
        least = "0 or more" if key in MAY_BE_ZERO else "more than 0"
        raise ClmtError(
            f"config: {where} is too small! got: {value!r}, expected: {least}, such as: {default!r}. {MEND}"
        )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "whole number"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list | tuple) else "mapping"
