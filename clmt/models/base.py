"""What every predictor offers, whether it is a drug mean or the whole of CLMT."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from clmt.graph.fold_data import FoldData
    from clmt.models.resume import Saver
    from clmt.planning.settings.base import Settings

__all__ = ["Model"]


class Model(ABC):
    """A predictor of ln IC50 (uM) of (cell line, drug) pairs, fitted on one fold.

    Parameters
    ----------
    settings
        Of the class that `clmt.planning.architectures` names for the architecture, which has checked them.

    Attributes
    ----------
    saver
        What keeps a training on its way, for a model that trains epoch by epoch; see `clmt.models.resume`.
    """

    saver: Saver | None = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the fold's training pairs, with its validation pairs for choices; return learning-curve rows."""

    @abstractmethod
    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 of ``pairs``, int64 (n, 2) of [cell line row, drug row]; returns float64 (n,)."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Everything that `load_state` needs: tensors, numbers, strings, lists and dicts only."""

    @abstractmethod
    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
