"""A cell line's missing responses from its omics and from its other responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.base import Model
from clmt.models.baselines.conditional_normal import ConditionalNormal
from clmt.models.baselines.left_out import LeftOutProcesses
from clmt.models.baselines.means import training_arrays
from clmt.models.normal_scores import NormalScores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import ResidualNormalSettings

    Map = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]], NDArray[np.float64]]

__all__ = ["ResidualNormal"]


class ResidualNormal(Model):
    """Conditional normals of what Gaussian processes from omics leave of the responses.

    Every cell line is predicted from its omics by processes that were fitted without its responses
    (`clmt.models.baselines.left_out`), as one to be predicted is. Two normals of the residuals, each as of
    `clmt.models.baselines.conditional_normal`, are averaged: of themselves, and of their normal scores. A cell line
    without training responses gets the processes and the mean residual of each drug.
    """

    settings: ResidualNormalSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit the processes, then the normals; returns the history of that of the residuals themselves."""
        self.processes = LeftOutProcesses.fit(fold, self.settings, parts=self.settings.parts, seed=seed)
        rest = _residuals(fold, self.processes.predict_all(fold))
        _, drugs, values = training_arrays(rest)
        self.curves = NormalScores.fit(drugs, values, fold.graph.n_drugs)
        self.plain, self.scored = ConditionalNormal(self.settings), ConditionalNormal(self.settings)
        self.scored.fit(self._scores(rest), seed=seed, device=device)
        return self.plain.fit(rest, seed=seed, device=device)

    def _scores(self, rest: FoldData) -> FoldData:
        """The fold of residuals with their normal scores."""
        return _with_responses(rest, lambda _, drugs, values: self.curves.scores(drugs, values))

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        base = self.processes.predict_all(fold)
        rest = _residuals(fold, base)
        plain, scored = self.plain.expect_unseen(rest), self.scored.expect_unseen(self._scores(rest))
        table = base + (plain.mean + self.curves.expect(scored.mean, scored.variance)) / 2.0
        return table[pairs[:, 0], pairs[:, 1]]

    def state(self) -> dict[str, Any]:
        """The processes, the curves of the scores float64 (D, 200), and the normals."""
        return {
            "processes": self.processes.state(),
            "curves": torch.from_numpy(self.curves.curves.copy()),
            "plain": self.plain.state(),
            "scored": self.scored.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.processes = LeftOutProcesses.of_state(state["processes"], self.settings)
        self.curves = NormalScores(state["curves"].numpy())
        self.plain, self.scored = ConditionalNormal(self.settings), ConditionalNormal(self.settings)
        self.plain.load_state(state["plain"])
        self.scored.load_state(state["scored"])


def _residuals(fold: FoldData, base: NDArray[np.float64]) -> FoldData:
    """The fold with ``base`` (C, D) taken off its responses."""
    return _with_responses(fold, lambda cells, drugs, values: values - base[cells, drugs])


def _with_responses(fold: FoldData, change: Map) -> FoldData:
    """The fold with other training and validation responses, a function of cell line rows, drug rows and responses."""
    changed = {
        f"{role}_ln_ic50": torch.from_numpy(change(*training_arrays(fold, role))).float()
        for role in ("train", "validation")
    }
    return replace(fold, graph=replace(fold.graph, **changed))
