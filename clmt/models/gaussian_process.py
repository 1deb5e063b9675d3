"""Gaussian processes with a weighted sum of kernels; weights and noise are those of the largest marginal likelihood.

All columns of the targets share the weights, so that one Cholesky factor serves them, and many noisy columns settle the
weights together. Our own rather than a library's: scikit-learn's ``GaussianProcessRegressor`` wants a kernel as a
function of features, and forms the products of residuals of every pair of rows for every column in each step (260 MB
for 734 cell lines and 60 columns); GPyTorch would be a dependency, and no shorter, in place of `marginal_likelihood`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Process", "fit_process", "marginal_likelihood", "predict_table"]

#: Natural logarithms of the least and the largest weight, beside targets of variance 1.
_BOUNDS = (-9.0, 3.0)
_STEPS = 40


def marginal_likelihood(
    log_weights: NDArray[np.float64], kernels: NDArray[np.float64], targets: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Log marginal likelihood of targets of mean 0, and its gradient.

    Parameters
    ----------
    log_weights
        Float64 (J + 1,): of the kernels, and of the noise.
    kernels
        Float64 (J, n, n).
    targets
        Float64 (n, m); the columns are independent given the weights.

    Returns
    -------
    The likelihood, and its derivative by each of ``log_weights``, float64 (J + 1,).

    Notes
    -----
    Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), equations 5.8 and 5.9.
    """
    weights = np.exp(log_weights)
    n, m = targets.shape
    covariance = np.tensordot(weights[:-1], kernels, axes=1)
    covariance[np.diag_indices(n)] += weights[-1]
    factor = cho_factor(covariance, lower=True, overwrite_a=True, check_finite=False)
    inverse = cho_solve(factor, np.eye(n), check_finite=False)
    duals = inverse @ targets
    value = -0.5 * (targets * duals).sum() - m * np.log(np.diag(factor[0])).sum() - 0.5 * n * m * np.log(2 * np.pi)
    slope = duals @ duals.T - m * inverse
    by_kernel = kernels.reshape(len(kernels), -1) @ slope.ravel()
    return float(value), 0.5 * weights * np.append(by_kernel, np.trace(slope))


@dataclass(frozen=True)
class Process:
    """A fitted process over entities whose m outputs are spread over q columns of a table.

    Attributes
    ----------
    kernels
        Names of the J kernels that are summed.
    weights
        float64 (J,), beside targets of variance 1.
    noise
        Variance that no kernel explains.
    duals
        float64 (n, m), a row for each training entity.
    loadings
        float64 (m, q).
    offset
        float64 (q,), what an entity like no other gets.
    """

    kernels: tuple[str, ...]
    weights: NDArray[np.float64]
    noise: float
    duals: NDArray[np.float64]
    loadings: NDArray[np.float64]
    offset: NDArray[np.float64]

    def state(self) -> dict[str, Any]:
        """Fields as tensors, numbers and lists."""
        arrays = {name: getattr(self, name) for name in ("weights", "duals", "loadings", "offset")}
        tensors = {name: torch.from_numpy(value.copy()) for name, value in arrays.items()}
        return {"kernels": list(self.kernels), "noise": self.noise, **tensors}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Process:
        """Restore what `state` returned."""
        arrays = {name: state[name].numpy() for name in ("weights", "duals", "loadings", "offset")}
        return cls(tuple(state["kernels"]), noise=state["noise"], **arrays)


def fit_process(
    kernels: Mapping[str, NDArray[np.float64]],
    names: Sequence[str],
    targets: NDArray[np.float64],
    loadings: NDArray[np.float64],
) -> Process:
    """Fit one process.

    Parameters
    ----------
    kernels
        Kernels between the training entities by name, float64 (n, n) each.
    names
        Those to sum.
    targets
        float64 (n, m), centred and scaled here, each column by its own spread.
    loadings
        float64 (m, q): what a unit of each target is in the columns of the table.
    """
    centre, spread = targets.mean(axis=0), targets.std(axis=0)
    scaled = np.divide(targets - centre, spread, out=np.zeros_like(targets), where=spread > 0)
    with threadpool_limits(1):  # several threads add up in another order, and the last digits would depend on them
        parts = np.stack([kernels[name] for name in names])
        start = np.log(np.append(np.full(len(parts), 0.5 / len(parts)), 0.5))

        def loss(log_weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            value, slope = marginal_likelihood(log_weights, parts, scaled)
            return -value / scaled.size, -slope / scaled.size

        found = minimize(
            loss, start, jac=True, method="L-BFGS-B", bounds=[_BOUNDS] * len(start), options={"maxiter": _STEPS}
        )
        weights = np.exp(found.x)
        covariance = np.tensordot(weights[:-1], parts, axes=1) + weights[-1] * np.eye(len(scaled))
        duals = cho_solve(cho_factor(covariance, lower=True), scaled)
        # In the one memory layout that a checkpoint knows, as the last digits of a product depend on it.
        duals, axes = np.ascontiguousarray(duals), np.ascontiguousarray(spread[:, None] * loadings)
        return Process(tuple(names), weights[:-1], float(weights[-1]), duals, axes, centre @ loadings)


def predict_table(processes: Sequence[Process], kernels: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Sum of the processes' means, float64 (N, q); ``kernels`` (N, n) are of every entity by those of training."""
    with threadpool_limits(1):
        tables = [
            process.offset
            + sum(w * kernels[name] for w, name in zip(process.weights, process.kernels, strict=True))
            @ process.duals
            @ process.loadings
            for process in processes
        ]
        return np.sum(tables, axis=0)
