"""What every predictor offers, whether it is a drug mean or the whole of CLMT."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from clmt.errors import expected_one_of

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData

__all__ = ["Model"]


class Model(ABC):
    """A predictor of ln IC50 (uM) of (cell line, drug) pairs, fitted on one fold.

    Parameters
    ----------
    settings
        Values that differ from ``defaults``; an unknown key raises `ClmtError`.
    """

    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        settings = settings or {}
        for key in settings:
            if key not in self.defaults:
                raise expected_one_of(
                    f"unknown setting of {type(self).__name__}",
                    key,
                    self.defaults,
                    "Mend it under models: in the config",
                )
        self.settings: dict[str, Any] = {**self.defaults, **settings}

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
