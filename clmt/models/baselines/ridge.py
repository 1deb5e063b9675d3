"""Ridge regressions: one a drug on expression (new cell lines), one a cell line on fingerprints (new drugs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.logs import progress
from clmt.models.base import Model
from clmt.models.baselines.linear import principal_axes
from clmt.models.baselines.means import MeanEffects, training_arrays
from clmt.models.kernels import tanimoto

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import DrugRidgeSettings, TanimotoRidgeSettings

__all__ = ["DrugRidge", "TanimotoRidge"]


class DrugRidge(Model):
    """For each drug a ridge regression of its responses on standardised gene expression.

    The intercept is the drug's training mean; alpha is chosen on the validation pairs. An unseen drug gets the mean
    effects, which is the level of the cell line.
    """

    settings: DrugRidgeSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit in closed form; there is no learning curve."""
        from sklearn.linear_model import Ridge  # its import takes a second, which a fit alone has to spend

        alphas = self.settings.alphas
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        mean, scores, to_genes = principal_axes(fold)
        cells, drugs, values = training_arrays(fold)
        n_drugs = fold.graph.n_drugs
        weights = np.zeros((len(alphas), n_drugs, scores.shape[1]))
        intercepts = np.zeros((len(alphas), n_drugs))
        for drug in progress(np.unique(drugs), "drugs"):
            own = drugs == drug
            for row, alpha in enumerate(alphas):
                fitted = Ridge(alpha).fit(scores[cells[own]], values[own])
                weights[row, drug], intercepts[row, drug] = fitted.coef_, fitted.intercept_
        chosen = self._choose(fold, scores, weights, intercepts)
        every = np.arange(n_drugs)
        self.alphas = np.array(alphas)[chosen]
        self.weights = (weights[chosen, every] @ to_genes).astype(np.float32)
        self.intercepts = intercepts[chosen, every] - self.weights.astype(np.float64) @ mean
        self.seen = np.bincount(drugs, minlength=n_drugs) > 0
        return []

    def _choose(
        self,
        fold: FoldData,
        scores: NDArray[np.float64],
        weights: NDArray[np.float64],
        intercepts: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Index of the alpha of each drug, int64 (D,)."""
        cells, drugs, values = training_arrays(fold, "validation")
        known = fold.graph.train_drugs.numpy()[drugs]
        cells, drugs, values = cells[known], drugs[known], values[known]
        n_alphas, n_drugs = intercepts.shape
        if len(drugs) == 0:
            # Drug-blind: every pair to be predicted falls back to the mean effects, whatever is chosen here.
            return np.full(n_drugs, n_alphas // 2)
        errors = np.empty((n_alphas, n_drugs))
        for row in range(n_alphas):
            predicted = (scores @ weights[row].T + intercepts[row])[cells, drugs]
            errors[row] = np.bincount(drugs, weights=(predicted - values) ** 2, minlength=n_drugs)
        overall = np.full(n_drugs, int(errors.sum(axis=1).argmin()))
        if self.settings.choose == "overall":
            return overall
        return np.where(np.bincount(drugs, minlength=n_drugs) > 0, errors.argmin(axis=0), overall)

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        expression = fold.graph.expression.numpy().astype(np.float64)
        # All cell lines at once, so that a prediction does not depend on which other pairs are asked for.
        table = expression @ self.weights.T.astype(np.float64) + self.intercepts
        cells, drugs = pairs[:, 0], pairs[:, 1]
        return np.where(self.seen[drugs], table[cells, drugs], self.means.predict(fold, pairs))

    def state(self) -> dict[str, Any]:
        """Weights float32 (D, G) on scaled expression, intercepts and chosen alphas (D,), and the mean effects."""
        arrays = {name: getattr(self, name) for name in ("weights", "intercepts", "alphas", "seen")}
        return {"means": self.means.state(), **{name: torch.from_numpy(value.copy()) for name, value in arrays.items()}}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        for name in ("weights", "intercepts", "alphas", "seen"):
            setattr(self, name, state[name].numpy())


class TanimotoRidge(Model):
    """For each cell line a kernel ridge regression of its responses on the drugs' fingerprints.

    The kernel is Tanimoto similarity of Morgan fingerprints (radius 2); what is regressed is the departure from the
    cell line's level, one alpha for all, chosen on the validation pairs. An unseen cell line gets the regression of the
    drug effects, or the drug effect itself where the drug has training pairs.
    """

    settings: TanimotoRidgeSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit in closed form; there is no learning curve."""
        import sklearn

        alphas = self.settings.alphas
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        kernel = self._kernel(fold)
        cells, drugs, values = training_arrays(fold, "validation")
        scores, fits = [], []
        for alpha in progress(alphas, "alphas"):
            with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):  # thousands of small fits
                self.duals = self._solve(fold, kernel, alpha)
            error = self._table(kernel)[cells, drugs] - values
            scores.append(float(np.mean(error**2)) if len(values) else abs(np.log(alpha)))
            fits.append(self.duals)
        best = int(np.argmin(scores))
        self.alpha, self.duals = alphas[best], fits[best]
        return []

    def _kernel(self, fold: FoldData) -> NDArray[np.float64]:
        prints = fold.molecules["morgan2"].numpy()
        return tanimoto(prints, prints)

    def _solve(self, fold: FoldData, kernel: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
        """Dual weights float64 (C + 1, D), 0 outside the training pairs; the last row is that of the drug effects."""
        from sklearn.kernel_ridge import KernelRidge

        cells, drugs, values = training_arrays(fold)
        effects = self.means.effects
        targets = np.full((len(effects.cell_effect) + 1, len(kernel)), np.nan)
        targets[cells, drugs] = values - effects.mu - effects.cell_effect[cells]
        self.seen_drugs = np.bincount(drugs, minlength=len(kernel)) > 0
        self.seen_cells = np.bincount(cells, minlength=len(effects.cell_effect)) > 0
        targets[-1, self.seen_drugs] = effects.drug_effect[self.seen_drugs]
        duals = np.zeros(targets.shape)
        for row, target in enumerate(targets):
            known = np.flatnonzero(np.isfinite(target))
            if len(known):
                fitted = KernelRidge(alpha=alpha, kernel="precomputed").fit(kernel[np.ix_(known, known)], target[known])
                duals[row, known] = fitted.dual_coef_
        return duals

    def _table(self, kernel: NDArray[np.float64]) -> NDArray[np.float64]:
        """Predictions of every pair, float64 (C, D)."""
        effects = self.means.effects
        smooth = self.duals @ kernel
        unseen = np.where(self.seen_drugs, effects.drug_effect, smooth[-1])
        departures = np.where(self.seen_cells[:, None], smooth[:-1], unseen)
        return effects.mu + effects.cell_effect[:, None] + departures

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        return self._table(self._kernel(fold))[pairs[:, 0], pairs[:, 1]]

    def state(self) -> dict[str, Any]:
        """Chosen alpha, dual weights float64 (C + 1, D), and the mean effects."""
        arrays = {name: getattr(self, name) for name in ("duals", "seen_cells", "seen_drugs")}
        tensors = {name: torch.from_numpy(value.copy()) for name, value in arrays.items()}
        return {"means": self.means.state(), "alpha": self.alpha, **tensors}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        self.alpha = state["alpha"]
        for name in ("duals", "seen_cells", "seen_drugs"):
            setattr(self, name, state[name].numpy())
