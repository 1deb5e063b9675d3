"""Intervals as small drawings in a line of an HTML table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["WIDTH", "Bar", "interval_bar", "reach_of"]

WIDTH = 160
"""Units of the drawing from one end of the axis to the other; zero is in the middle."""


@dataclass(frozen=True)
class Bar:
    """Where the marks of an interval are.

    Attributes
    ----------
    low, high, centre
        Units from the left end; cut at the ends of the axis. No ``centre`` where it lies beyond.
    left, right
        Whether the interval goes on beyond that end: an arrow.
    verdict
        "below", "above" or "around" zero.
    """

    low: float
    high: float
    centre: float | None
    left: bool
    right: bool
    verdict: str


def reach_of(ends: Sequence[tuple[float, float, float]]) -> float:
    """Half of an axis on which most of the intervals fit: one far model does not press the others to dots.

    It has two digits, so that a page can name it.
    """
    found = 1.25 * float(np.median([max(map(abs, each)) for each in ends])) if ends else 1.0
    return float(f"{found:.2g}") or 1.0  # all of them 0


def interval_bar(centre: float, low: float, high: float, reach: float) -> Bar:
    """Place an interval on an axis from ``-reach`` to ``reach``."""

    def place(value: float) -> float:
        return round((min(max(value / reach, -1.0), 1.0) + 1) * WIDTH / 2, 1)

    return Bar(
        low=place(low),
        high=place(high),
        centre=place(centre) if abs(centre) <= reach else None,
        left=low < -reach,
        right=high > reach,
        verdict="below" if high < 0 else "above" if low > 0 else "around",
    )
