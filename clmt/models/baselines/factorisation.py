"""Matrix factorisation of the table of responses; it reads neither genes nor molecules."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.logs import progress
from clmt.models.base import Model
from clmt.models.baselines.means import MeanEffects, training_arrays
from clmt.models.best_epoch import BestEpoch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import MatrixFactorisationSettings

__all__ = ["MatrixFactorisation", "solve_factors"]


def solve_factors(
    residuals: NDArray[np.float64], known: NDArray[np.float64], others: NDArray[np.float64], regularisation: float
) -> NDArray[np.float64]:
    """Best factors of every row given the factors of the columns: one ridge regression a row, all solved at once.

    Parameters
    ----------
    residuals
        (R, K), 0 where unknown.
    known
        (R, K), 1 where a training pair is, 0 elsewhere.
    others
        (K, rank), factors of the columns.
    regularisation
        Penalty on the squared length of a factor.

    Returns
    -------
    float64 (R, rank); zeros for a row without a known pair.
    """
    rank = others.shape[1]
    squares = (others[:, :, None] * others[:, None, :]).reshape(len(others), rank * rank)
    gram = (known @ squares).reshape(-1, rank, rank) + regularisation * np.eye(rank)
    solved = np.linalg.solve(gram, (residuals @ others)[:, :, None])[:, :, 0]
    return np.asarray(solved, dtype=np.float64)


class MatrixFactorisation(Model):
    """Mean effects plus a low-rank term for the rest, by alternating least squares.

    Prediction is ``mu + cell_effect + drug_effect + <u_cell, v_drug>``, averaged over ``fits`` random starts. Each
    start keeps the sweep with the lowest validation RMSE. An unseen cell line or drug has a factor of zeros, so that
    its pairs get the mean effects.

    Notes
    -----
    Zhou et al., Large-scale parallel collaborative filtering for the Netflix prize (AAIM 2008), with one penalty for
    all rows instead of one weighted by the number of pairs.
    """

    settings: MatrixFactorisationSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the training pairs; returns one history row a sweep, all starts in one sequence."""
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        cells, drugs, values = training_arrays(fold)
        shape = (fold.graph.n_cells, fold.graph.n_drugs)
        self._known, self._residuals = np.zeros(shape), np.zeros(shape)
        self._known[cells, drugs] = 1.0
        self._residuals[cells, drugs] = values - self.means.effects.predict(cells, drugs)
        generator = np.random.default_rng(seed)
        history: list[dict[str, Any]] = []
        began = perf_counter()
        fits = progress(range(self.settings.fits), "random starts")
        starts = [self._fit_start(fold, generator, history, began) for _ in fits]
        # The mean of several fits is itself a factorisation: their factors side by side, scaled.
        self.cell_factors = np.hstack([cell for cell, _ in starts]) / len(starts)
        self.drug_factors = np.hstack([drug for _, drug in starts])
        del self._known, self._residuals
        return history

    def _fit_start(
        self, fold: FoldData, generator: np.random.Generator, history: list[dict[str, Any]], began: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        cells, drugs, values = training_arrays(fold, "validation")
        left = values - self.means.effects.predict(cells, drugs)
        rank, penalty = self.settings.rank, self.settings.regularisation
        cell_factors = generator.normal(0.0, 0.1, (len(self._known), rank)) * self._known.any(axis=1, keepdims=True)
        best: BestEpoch[tuple[NDArray[np.float64], NDArray[np.float64]]] = BestEpoch()
        for sweep in range(1, self.settings.sweeps + 1):
            drug_factors = solve_factors(self._residuals.T, self._known.T, cell_factors, penalty)
            cell_factors = solve_factors(self._residuals, self._known, drug_factors, penalty)
            error = (self._residuals - cell_factors @ drug_factors.T) * self._known
            train_rmse = float(np.sqrt((error**2).sum() / self._known.sum()))
            score = _rmse(left - (cell_factors[cells] * drug_factors[drugs]).sum(axis=1)) if len(left) else train_rmse
            improved = best.offer(sweep, score, lambda: (cell_factors, drug_factors))  # noqa: B023 (called at once)
            history.append(
                {
                    "epoch": len(history) + 1,
                    "seconds": perf_counter() - began,
                    "train_rmse": train_rmse,
                    "validation_rmse": score,
                    "best": improved,
                }
            )
        return best.weights("matrix_factorisation")

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        cells, drugs = pairs[:, 0], pairs[:, 1]
        rest = np.einsum("nr,nr->n", self.cell_factors[cells], self.drug_factors[drugs])
        return self.means.predict(fold, pairs) + rest

    def state(self) -> dict[str, Any]:
        """Mean effects and factors, float64 (C, rank x fits) and (D, rank x fits)."""
        return {
            "means": self.means.state(),
            "cell_factors": torch.from_numpy(self.cell_factors.copy()),
            "drug_factors": torch.from_numpy(self.drug_factors.copy()),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        self.cell_factors = state["cell_factors"].numpy()
        self.drug_factors = state["drug_factors"].numpy()


def _rmse(errors: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(errors**2)))
