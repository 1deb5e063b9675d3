"""Names beside points of a scatter plot, placed so that they hide as little as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from clmt.report.style import GREY

__all__ = ["label_points"]


def label_points(panel: Axes, x: np.ndarray, y: np.ndarray, names: Mapping[int, str]) -> None:
    """Write names beside some of the points (n,), each where it covers fewest points and no other name."""
    panel.figure.canvas.draw()  # settles the layout, and with it the panel's size
    size = panel.get_window_extent()
    dots = panel.transAxes.inverted().transform(panel.transData.transform(np.column_stack([x, y])))
    per_point = np.array([1.0 / size.width, 1.0 / size.height]) * panel.figure.dpi / 72
    placed: list[np.ndarray] = []
    for row, name in names.items():
        extent = np.array([5.0 * len(name) + 2, 11.0]) * per_point
        boxes = []
        for rise in (0, 9, -9, 18, -18, 27, -27):
            for side in (1, -1):
                left = dots[row, 0] + (7 * per_point[0] if side > 0 else -7 * per_point[0] - extent[0])
                boxes.append(np.array([[left, dots[row, 1] + rise * per_point[1] - extent[1] / 2], extent]))
        box = min(boxes, key=lambda box: crowding(box, dots, placed))
        placed.append(box)
        at_right = box[0, 0] > dots[row, 0]
        panel.annotate(
            name, dots[row], (box[0, 0] + (0 if at_right else box[1, 0]), box[0, 1] + box[1, 1] / 2),
            xycoords="axes fraction", textcoords="axes fraction", fontsize=8, va="center",
            ha="left" if at_right else "right",
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def crowding(box: np.ndarray, dots: np.ndarray, placed: Sequence[np.ndarray]) -> int:
    """How much a label at ``box`` ((left, bottom), (width, height)) would hide, in points (n, 2) of the panel."""
    low, high = box[0], box[0] + box[1]
    hidden = int(((dots > low) & (dots < high)).all(axis=1).sum())
    names = sum(bool(np.all(low < other.sum(axis=0)) and np.all(other[0] < high)) for other in placed)
    return hidden + 20 * names + 20 * bool((low < 0).any() or (high > 1).any())
