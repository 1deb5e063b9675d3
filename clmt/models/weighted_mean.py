"""A mean of other models of the fold, weighted by their validation pairs."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError
from clmt.models.base import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.weighted_mean import WeightedMeanSettings

__all__ = ["STEPS", "WeightedMean", "best_weights"]

STEPS = 20
"""Weights are whole numbers of twentieths."""


def best_weights(predicted: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the mean with the least squared error, among all that are multiples of 1 / `STEPS` and sum to 1.

    Parameters
    ----------
    predicted
        ln IC50 (uM) of m members, (m, n).
    values
        Responses of the same pairs, (n,).

    Returns
    -------
    float64 (m,), 0 or more. Of equals, the one that favours the members that come first.
    """
    errors = predicted - values
    products = errors @ errors.T
    drawn = combinations_with_replacement(range(len(predicted)), STEPS)
    counts = np.array([np.bincount(members, minlength=len(predicted)) for members in drawn])
    losses = np.einsum("km,mo,ko->k", counts, products, counts, optimize=True)
    return np.asarray(counts[int(losses.argmin())] / STEPS, dtype=np.float64)


class WeightedMean(Model):
    """Weighted mean of the predictions of ``members``, which are other models of the same fold.

    The members are frozen before: what is read of them are their predictions of the validation and test pairs. The
    weights, in steps of 0.05 and 0 allowed, are those of the lowest validation RMSE. Pairs of other roles have no
    prediction.

    Notes
    -----
    Breiman, Stacked regressions (Machine Learning 24, 1996): weights that are not negative. A member that chose its
    epoch or its settings on the same validation pairs is favoured a little.
    """

    settings: WeightedMeanSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Choose the weights on the validation pairs; there is no learning curve."""
        pairs, values = (part.numpy() for part in fold.graph.responses("validation"))
        weights = best_weights(self._of_members(fold, pairs), values.astype(np.float64))
        self.weights = dict(zip(self.settings.members, weights.tolist(), strict=True))
        self.digests = {name: fold.members[name].settings_digest for name in self.settings.members}
        return []

    def _of_members(self, fold: FoldData, pairs: np.ndarray) -> NDArray[np.float64]:
        """Predictions of the members, float64 (m, n)."""
        for name in self.settings.members:
            if name not in fold.members:
                there = ", ".join(fold.members) or "none"
                raise ClmtError(f"no predictions of member {name!r}! got: {there}. Give its file with --members")
        return np.stack([fold.members[name].table[pairs[:, 0], pairs[:, 1]] for name in self.settings.members])

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of validation or test pairs int64 (n, 2); returns float64 (n,)."""
        predicted = self._of_members(fold, pairs)
        for name, digest in self.digests.items():
            if fold.members[name].settings_digest != digest:
                raise ClmtError(
                    f"member {name!r} was trained again with other settings! got: "
                    f"{fold.members[name].settings_digest}, expected: {digest}. Run the rule train again"
                )
        # One member after the other, so that a prediction does not depend on which other pairs are asked for.
        total = np.zeros(len(pairs))
        for name, values in zip(self.settings.members, predicted, strict=True):
            total += self.weights[name] * values
        return total

    def state(self) -> dict[str, Any]:
        """Weight and settings' digest of each member."""
        return {"weights": dict(self.weights), "digests": dict(self.digests)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.weights, self.digests = state["weights"], state["digests"]
