"""The one rule for what a training keeps: the epoch with the lowest value of one monitored quantity."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from clmt.errors import ClmtError

__all__ = ["BestEpoch"]

Weights = TypeVar("Weights")


class BestEpoch(Generic[Weights]):
    """Keeps the weights of the epoch whose validation RMSE is the lowest, the first one of equals.

    Parameters
    ----------
    patience
        Epochs without improvement after which training is to stop.
    """

    def __init__(self, patience: float = math.inf) -> None:
        self.patience = patience
        self.epoch, self.value = 0, math.inf
        self._weights: Weights | None = None

    def offer(self, epoch: int, value: float, weights: Callable[[], Weights]) -> bool:
        """Keep the weights if ``value`` is the lowest so far and say whether it is; NaN never is."""
        if not value < self.value:
            return False
        self.epoch, self.value, self._weights = epoch, value, weights()
        return True

    def out_of_patience(self, epoch: int) -> bool:
        """Whether ``patience`` epochs have passed without improvement."""
        return epoch - self.epoch >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """Best epoch so far, its value and its weights."""
        return {"epoch": self.epoch, "value": self.value, "weights": self._weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.epoch, self.value, self._weights = (state_dict[key] for key in ("epoch", "value", "weights"))

    def weights(self, model: str) -> Weights:
        """Weights of the best epoch; raises `ClmtError` where no epoch had a finite value."""
        if self._weights is None:
            raise ClmtError(
                f"training of {model} diverged: no epoch has a finite validation RMSE! Lower its learning_rate, "
                "or look for values that are not finite in its inputs"
            )
        return self._weights
