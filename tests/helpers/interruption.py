"""Trainings that end in the middle, as by a kill, and what they kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import torch


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class MemorySaver:
    """A `clmt.models.resume.Saver` that keeps the last state in memory and ends the training after ``epochs`` saves."""

    def __init__(self, epochs: int) -> None:
        self.left = epochs
        self.kept: bytes | None = None

    def load(self) -> dict[str, Any] | None:
        return None if self.kept is None else torch.load(io.BytesIO(self.kept), weights_only=True)

    def save(self, state: Callable[[], dict[str, Any]]) -> None:
        buffer = io.BytesIO()
        torch.save(state(), buffer)
        self.kept = buffer.getvalue()
        self.left -= 1
        if self.left == 0:
            raise Killed


def timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A learning curve without its times."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def equal_tensors(one: Any, other: Any) -> bool:
    """Whether two states are equal to the last bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal_tensors(value, other[key]) for key, value in one.items())
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else bool(one == other)
