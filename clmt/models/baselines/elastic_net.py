"""Elastic nets: one for all pairs, or one a drug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.linear_model import enet_path

from clmt.logs import progress
from clmt.models.base import Model
from clmt.models.baselines.encoding import folded_prints, standard_scales
from clmt.models.baselines.means import MeanEffects, training_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import ElasticNetSettings

__all__ = ["ElasticNet"]

Fits = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


class ElasticNet(Model):
    """Linear in standardised expression and, for all drugs together, in a folded fingerprint of 128 bits.

    With ``scope: drug`` each drug has a fit of its own on expression, and an unseen drug gets the mean effects. The
    penalty is one for all, the best on the validation pairs among each share of L1 with each alpha.

    Notes
    -----
    Zou & Hastie, Regularization and variable selection via the elastic net (JRSS B 67, 2005). Features and choices
    follow the baselines of DrEval, with smaller penalties beside theirs.
    """

    settings: ElasticNetSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit every penalty and keep the best; there is no learning curve."""
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        centre, scale = standard_scales(fold)
        expression = (fold.graph.expression.numpy() - centre) * scale
        fits = self._fit_drugs(fold, expression) if self.settings.scope == "drug" else self._fit_all(fold, expression)
        chosen = self._choose(fold, expression, *fits)
        self.weights = fits[0][chosen] * scale
        self.intercepts = fits[1][chosen] - self.weights @ centre
        known = fold.graph.train_drugs.numpy()
        self.seen = known if self.settings.scope == "drug" else np.ones_like(known)
        return []

    def _path(self, features: NDArray[np.float64], values: NDArray[np.float64]) -> Fits:
        """Weights (k, p) and intercepts (k,) of each share of L1 with each alpha."""
        alphas = np.sort(np.unique(self.settings.alphas))[::-1]
        centre, mean = features.mean(axis=0), values.mean()
        weights = [
            enet_path(features - centre, values - mean, l1_ratio=share, alphas=alphas, tol=1e-4, max_iter=5000)[1].T
            for share in self.settings.l1_shares
        ]
        found = np.vstack(weights)
        return found, mean - found @ centre

    def _fit_drugs(self, fold: FoldData, expression: NDArray[np.float64]) -> Fits:
        """Weights (k, D, G) and intercepts (k, D)."""
        cells, drugs, values = training_arrays(fold)
        count = len(np.unique(self.settings.alphas)) * len(self.settings.l1_shares)
        weights = np.zeros((count, fold.graph.n_drugs, expression.shape[1]))
        intercepts = np.zeros(weights.shape[:2])
        for drug in progress(np.unique(drugs), "drugs"):
            own = drugs == drug
            weights[:, drug], intercepts[:, drug] = self._path(expression[cells[own]], values[own])
        return weights, intercepts

    def _fit_all(self, fold: FoldData, expression: NDArray[np.float64]) -> Fits:
        """Weights (k, 1, G) and intercepts (k, D), which hold what the fingerprints say."""
        cells, drugs, values = training_arrays(fold)
        prints = folded_prints(fold)
        weights, intercepts = self._path(np.hstack([expression[cells], prints[drugs]]), values)
        of_cell, of_drug = np.split(weights, [expression.shape[1]], axis=1)
        return of_cell[:, None], of_drug @ prints.T + intercepts[:, None]

    def _choose(
        self,
        fold: FoldData,
        expression: NDArray[np.float64],
        weights: NDArray[np.float64],
        intercepts: NDArray[np.float64],
    ) -> int:
        """Row of the penalty with the lowest validation RMSE; the middle one where no validation pair has a fit."""
        cells, drugs, values = training_arrays(fold, "validation")
        if self.settings.scope == "drug":
            known = fold.graph.train_drugs.numpy()[drugs]
            cells, drugs, values = cells[known], drugs[known], values[known]
        if len(values) == 0:
            return len(weights) // 2
        tables = ((expression @ one.T + level)[cells, drugs] for one, level in zip(weights, intercepts, strict=True))
        return int(np.argmin([np.square(found - values).mean() for found in tables]))

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        # All cell lines at once, so that a prediction does not depend on which other pairs are asked for.
        table = fold.graph.expression.numpy().astype(np.float64) @ self.weights.T + self.intercepts
        cells, drugs = pairs[:, 0], pairs[:, 1]
        return np.where(self.seen[drugs], table[cells, drugs], self.means.predict(fold, pairs))

    def state(self) -> dict[str, Any]:
        """Weights float64 (D or 1, G) on scaled expression, intercepts (D,), drugs with a fit, and the mean effects."""
        arrays = {name: getattr(self, name) for name in ("weights", "intercepts", "seen")}
        return {"means": self.means.state(), **{name: torch.from_numpy(value.copy()) for name, value in arrays.items()}}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        for name in ("weights", "intercepts", "seen"):
            setattr(self, name, state[name].numpy())
