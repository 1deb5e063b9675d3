"""Gaussian processes from omics for cell lines whose own responses they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.baselines.omics_gp import OmicsGP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import OmicsGPSettings

__all__ = ["LeftOutProcesses"]


@dataclass(frozen=True)
class LeftOutProcesses:
    """One `OmicsGP` for each part of the training cell lines, fitted to the other parts, weights included.

    Features for whatever is stacked on top: a process that has seen a cell line's responses is far too good for it.

    Attributes
    ----------
    part
        int64 (C,), -1 for a cell line without training pairs.
    models
        In the order of the parts.
    """

    part: NDArray[np.int64]
    models: list[OmicsGP]

    @classmethod
    def fit(cls, fold: FoldData, settings: OmicsGPSettings, *, parts: int, seed: int) -> LeftOutProcesses:
        """Deal the training cell lines into ``parts``, drawn with ``seed``, and fit the processes of each."""
        rows = fold.graph.training_rows()[0]
        parts = min(parts, len(rows))
        part = np.full(fold.graph.n_cells, -1, dtype=np.int64)
        part[rows] = np.random.default_rng(seed).permutation(len(rows)) % parts
        models = [OmicsGP(settings) for _ in range(parts)]
        for left_out, model in enumerate(models):
            model.fit_once(_without(fold, part == left_out), seed=seed, device="cpu")
        return cls(part, models)

    def predict_all(self, fold: FoldData) -> NDArray[np.float64]:
        """Predict ln IC50 (uM) of every pair, float64 (C, D), none from responses of its own cell line.

        A cell line without training pairs gets the mean of all parts.
        """
        tables = np.stack(
            [model.predict_all(_without(fold, self.part == left_out)) for left_out, model in enumerate(self.models)]
        )
        own = tables[self.part, np.arange(len(self.part))]
        return np.where(self.part[:, None] < 0, tables.mean(axis=0), own)

    def state(self) -> dict[str, Any]:
        """Parts and processes."""
        return {"part": torch.from_numpy(self.part.copy()), "models": [model.state_once() for model in self.models]}

    @classmethod
    def of_state(cls, state: Mapping[str, Any], settings: OmicsGPSettings) -> LeftOutProcesses:
        """Restore what `state` returned."""
        models = [OmicsGP(settings) for _ in state["models"]]
        for model, one in zip(models, state["models"], strict=True):
            model.load_once(one)
        return cls(state["part"].numpy(), models)


def _without(fold: FoldData, cells: NDArray[np.bool_]) -> FoldData:
    """The fold without the training pairs of these cell lines, bool (C,)."""
    graph = fold.graph
    kept = torch.from_numpy(~cells)[graph.train_pairs[:, 0]]
    return fold.trained_on(graph.train_pairs[kept], graph.train_ln_ic50[kept])
