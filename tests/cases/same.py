"""Outputs compared with those of the sound files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch

from tests.cases.case import Place
from tests.cases.child import Done

#: Keys of a card that differ from run to run.
_OF_A_RUN = ("seconds", "peak_memory_mb", "device")


def same_scores(model: str) -> Any:
    """Metric card and predictions equal those of the world's run of that model."""

    def check(place: Place, done: Done) -> str | None:
        right = place.world.folder / f"results/demo/demo_mixed/{model}/fold0"
        cards = [_card(folder / "metrics.json") for folder in (place.out, right)]
        different = [key for key in cards[1] if cards[0].get(key) != cards[1][key]]
        if different:
            return f"other numbers: {different[0]} {cards[1][different[0]]} -> {cards[0].get(different[0])}"
        equal = pq.read_table(place.out / "predictions.parquet").equals(pq.read_table(right / "predictions.parquet"))
        return None if equal else "other predictions"

    return check


def same_graph(place: Place, done: Done) -> str | None:
    made, right = (
        torch.load(path, weights_only=True)
        for path in (place.out / "graph.pt", place.world.folder / "results/demo/demo_mixed/fold0/graph.pt")
    )
    different = [key for key in right if not _equal(made.get(key), right[key])]
    return f"another graph: {', '.join(different)}" if different else None


def same_parquet(out: str, path: str) -> Any:
    """A Parquet file equals the world's."""

    def check(place: Place, done: Done) -> str | None:
        made, right = pq.read_table(place.out / out), pq.read_table(place.world.folder / path)
        return None if made.equals(right) else f"{out} differs from {path}"

    return check


def same_text(out: str, path: str, but: str = "$^") -> Any:
    """A text file equals the world's, but for lines with a pattern."""

    def check(place: Place, done: Done) -> str | None:
        made, right = (
            [line for line in file.read_text().splitlines() if not re.search(but, line)]
            for file in (place.out / out, place.world.folder / path)
        )
        return None if made == right else f"{out} differs from {path}"

    return check


def any_output(place: Place, done: Done) -> str | None:
    """Nothing is asked of what was accepted."""
    return None


def _card(path: Path) -> dict[str, Any]:
    return {key: value for key, value in json.loads(path.read_text()).items() if key not in _OF_A_RUN}


def _equal(one: Any, other: Any) -> bool:
    if isinstance(other, torch.Tensor):
        return isinstance(one, torch.Tensor) and np.array_equal(
            one.numpy(), other.numpy(), equal_nan=other.is_floating_point()
        )
    return bool(one == other)
