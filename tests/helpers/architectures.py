"""Settings with which any architecture trains in a moment, and the numbers of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from clmt.planning.architectures import ARCHITECTURES

#: What shortens a training, by the name of the setting; an architecture gets those that it has.
QUICK: dict[str, Any] = {
    "batch": 64,
    "batch_size": 64,
    "blocks": [1, 2],
    "components": 3,
    "encoding_parts": 2,
    "epochs": 1,
    "fits": 1,
    "hidden": [16],
    "leaves": [4],
    "members": ["first", "second"],
    "min_pairs": 5,
    "parts": 2,
    "pseudo_rows": [30.0],
    "rank": 2,
    "ranks": [2],
    "refit": True,
    "sweeps": 2,
    "trees": 5,
    "updates_per_encoding": 2,
}


def quick_settings(arch: str) -> dict[str, Any]:
    known = ARCHITECTURES[arch].settings_class.model_fields
    return {name: value for name, value in QUICK.items() if name in known}


def numbers(state: Any, name: str = "state") -> dict[str, np.ndarray]:
    """Every number and text of a model's state by its place."""
    if isinstance(state, dict):
        return {place: value for key in state for place, value in numbers(state[key], f"{name}.{key}").items()}
    if isinstance(state, list):
        return {
            place: value for row, one in enumerate(state) for place, value in numbers(one, f"{name}[{row}]").items()
        }
    return {name: np.asarray(state)}


def check_same_state(first: Any, second: Any, rows: Mapping[str, np.ndarray] | None = None) -> None:
    """Compare two models bit for bit; of an array that ``rows`` names, these rows alone."""
    before, after = numbers(first.state()), numbers(second.state())
    assert before.keys() == after.keys()
    for name in before:
        compared = (rows or {}).get(name, ...)
        np.testing.assert_array_equal(before[name][compared], after[name][compared], err_msg=name)
