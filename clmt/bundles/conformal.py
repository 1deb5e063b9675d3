"""Split-conformal intervals, normalised by the spread over seeds, from held-out pairs of one kind.

The pairs of a new cell line (drug) share what is unlike in it, so that it is whole cell lines (drugs), not pairs, that
are exchangeable with the next one. Each group therefore weighs the same, and a group of its own at infinity stands for
the next one ("pooling CDFs" of Dunn, Wasserman and Ramdas, Distribution-free prediction sets for two-layer hierarchical
models, JASA 2023). With few groups the intervals are conservative, and at a level that they cannot carry there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from clmt.errors import ClmtError

__all__ = ["Calibration", "calibrate"]


@dataclass(frozen=True)
class Calibration:
    """Scores of held-out pairs: absolute errors divided by `scale`.

    Attributes
    ----------
    scores
        Float64 (n,), rising.
    reached
        Float64 (n,): share of the groups' weight up to each score; the last one is m / (m + 1) of m groups.
    floor
        Added to the spread over seeds, so that seeds that agree by chance promise nothing; 1 without a spread.
    normalised
        Whether the spread over seeds is known of these pairs.
    groups
        How many cell lines, drugs or pairs they are.
    source
        Split whose held-out pairs they are.
    """

    scores: np.ndarray
    reached: np.ndarray
    floor: float
    normalised: bool
    groups: int
    source: str

    def scale(self, spread: np.ndarray) -> np.ndarray:
        """What an error is measured in: the spread over seeds (n,) and the floor, or 1."""
        return spread + self.floor if self.normalised else np.full(len(spread), self.floor)

    def half_width(self, spread: np.ndarray, level: float) -> np.ndarray:
        """Half the interval's width, ln IC50 (n,), at a level between 0 and 1; infinite where groups are too few."""
        place = int(np.searchsorted(self.reached, level - 1e-12))
        bound = self.scores[place] if place < len(self.scores) else np.inf
        return np.asarray(bound * self.scale(spread), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Plain containers and tensors, for a file."""
        arrays = {name: torch.from_numpy(getattr(self, name)) for name in ("scores", "reached")}
        return {**arrays, **{name: getattr(self, name) for name in ("floor", "normalised", "groups", "source")}}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Calibration:
        """Restore what `state` returned."""
        return cls(**{**state, **{name: state[name].numpy() for name in ("scores", "reached")}})


def calibrate(errors: np.ndarray, spread: np.ndarray | None, groups: np.ndarray, source: str) -> Calibration:
    """Calibrate on held-out pairs.

    Parameters
    ----------
    errors
        Observed minus predicted ln IC50, float64 (n,), n > 0.
    spread
        Standard deviation over the seeds' predictions, float64 (n,); None where there is one seed.
    groups
        Name of each pair's group, (n,): what is exchangeable with the next one.
    source
        For the record.
    """
    if len(errors) == 0:
        raise ClmtError(f"calibration on {source}: no held-out pair! got: 0, expected: at least 1")
    normalised = spread is not None and bool(np.median(spread) > 0)
    floor = float(np.median(spread)) if spread is not None and normalised else 1.0
    scale = spread + floor if spread is not None and normalised else np.ones(len(errors))
    names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    scores = np.abs(errors) / scale
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(1.0 / sizes[codes[order]]) / (len(names) + 1)
    return Calibration(scores[order], reached, floor, normalised, len(names), source)
