"""The metric card of a run, ``metrics.json``, read and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.evaluation.metrics import METRICS, REFERENCES
from clmt.files import read_json
from clmt.target import TARGETS

__all__ = ["is_name", "read_card"]

_REMEDY = "Delete it and rerun evaluate"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_name(value: Any) -> bool:
    """Whether a value can be the name of an experiment, dataset, split or model."""
    return isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]*", value) is not None


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.+ ()/-]*", value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _is_fit(value: Any) -> bool:
    return value is None or (_is_number(value) and value <= 1)


def _is_correlation(value: Any) -> bool:
    return _is_fit(value) and (value is None or value >= -1)


Kind = tuple[str, Callable[[Any], bool]]
_NAME: Kind = ("a name of lower case letters, digits and _", is_name)
_COUNT: Kind = ("a whole number that is not negative", _is_count)
_AMOUNT: Kind = ("a number that is not negative", _is_amount)
_LINE: Kind = ("a text of letters, digits and .+-()/", _is_line)
_FIT: Kind = ("a number of at most 1, or null", _is_fit)
_CORRELATION: Kind = ("a number from -1 to 1, or null", _is_correlation)

#: Entry of a card -> what its value is.
_ENTRIES: dict[str, Kind] = {
    **dict.fromkeys(("dataset", "split", "model", "arch"), _NAME),
    **dict.fromkeys(("fold", "n_train", "n_test"), _COUNT),
    **dict.fromkeys(("drugs_used", "drugs_left_out", "cells_used", "cells_left_out"), _COUNT),
    **dict.fromkeys(("seconds", "peak_memory_mb"), _AMOUNT),
    **dict.fromkeys(("device", "clmt_version", "settings_digest"), _LINE),
    **dict.fromkeys(METRICS, _CORRELATION),
    **dict.fromkeys(("rmse", "mae"), _AMOUNT),
    **dict.fromkeys(("r2", *(f"normalized_r2_{name}" for name in REFERENCES)), _FIT),
    "simulated": ("true or false", lambda value: isinstance(value, bool)),
    "target": (f"one of {', '.join(TARGETS)}", lambda value: value in TARGETS),
}

#: Entries that some cards have: entry of ``graphs`` that a run read, and published faults that it repeats.
_OF_VARIANTS: dict[str, Kind] = {"graph": _NAME, "faults": _LINE}


def read_card(path: Path) -> dict[str, Any]:
    """Read ``metrics.json``.

    Raises
    ------
    ClmtError
        Where the file is missing or no JSON object, lacks an entry, or a value cannot be one of that entry.
    """
    card = read_json(path, _REMEDY)
    if not isinstance(card, dict):
        raise ClmtError(f"{path}: expected a JSON object! got: {type(card).__name__}. {_REMEDY}")
    for key, (expected, fits) in _ENTRIES.items():
        if key not in card:
            raise ClmtError(f"{path}: no entry {key!r}! got: {', '.join(sorted(card))[:200]}. {_REMEDY}")
        if not fits(card[key]):
            raise ClmtError(f"{path}: {key}: got: {card[key]!r:.80}, expected: {expected}. {_REMEDY}")
    for key, (expected, fits) in _OF_VARIANTS.items():
        if key in card and not fits(card[key]):
            raise ClmtError(f"{path}: {key}: got: {card[key]!r:.80}, expected: {expected}. {_REMEDY}")
    return card
