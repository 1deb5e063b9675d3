"""A last fit to training and validation pairs, for models that choose nothing on the validation pairs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.base import Model

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import RefittedSettings

__all__ = ["Refitted", "with_validation"]


class Refitted(Model):
    """A model with the setting ``refit``: a second fit, to training and validation pairs, predicts the test pairs.

    The validation pairs keep the prediction of the first fit, which has not seen them, for whatever chooses by them.
    """

    settings: RefittedSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit once, or twice with ``refit``; returns the history of the first fit."""
        history = self.fit_once(fold, seed=seed, device=device)
        self.last = self._another() if self.settings.refit else None
        if self.last is not None:
            self.last.fit_once(with_validation(fold), seed=seed, device=device)
        return history

    def _another(self) -> Refitted:
        return type(self)(self.settings)

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        predicted = self.predict_once(fold, pairs)
        if self.last is None:
            return predicted
        held = np.zeros((fold.graph.n_cells, fold.graph.n_drugs), dtype=bool)
        held[tuple(fold.graph.validation_pairs.numpy().T)] = True
        return np.where(held[pairs[:, 0], pairs[:, 1]], predicted, self.last.predict_once(with_validation(fold), pairs))

    def state(self) -> dict[str, Any]:
        """What the first fit needs, and under ``last`` the same of the last one."""
        return {**self.state_once(), **({} if self.last is None else {"last": self.last.state_once()})}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.load_once(state)
        self.last = self._another() if "last" in state else None
        if self.last is not None:
            self.last.load_once(state["last"])

    @abstractmethod
    def fit_once(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the training pairs."""

    @abstractmethod
    def predict_once(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict by the fit to the training pairs."""

    @abstractmethod
    def state_once(self) -> dict[str, Any]:
        """What `load_once` needs."""

    @abstractmethod
    def load_once(self, state: dict[str, Any]) -> None:
        """Restore what `state_once` returned."""


def with_validation(fold: FoldData) -> FoldData:
    """The fold with its validation pairs as training pairs, too."""
    graph = fold.graph
    pairs = torch.cat([graph.train_pairs, graph.validation_pairs])
    return fold.trained_on(pairs, torch.cat([graph.train_ln_ic50, graph.validation_ln_ic50]))
