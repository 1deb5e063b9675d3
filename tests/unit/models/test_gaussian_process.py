"""Marginal likelihood and predictions of a sum of kernels, beside the closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal
from threadpoolctl import threadpool_limits

from clmt.models.gaussian_process import Process, fit_process, marginal_likelihood, predict_table
from clmt.models.kernels import gaussian_kernel, linear_kernel

N, TRAIN = 40, np.arange(40) % 5 > 0
LOG_WEIGHTS = np.log([0.7, 0.2, 0.4])


def made_up(seed: int = 0, noise: float = 0.1) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Kernels (N, n) of two sets of features, and targets (N, 3) that are linear in the first of them."""
    random = np.random.default_rng(seed)
    first, second = random.normal(size=(2, N, 4))
    kernels = {"first": linear_kernel(first, TRAIN), "second": gaussian_kernel(second, TRAIN)}
    return kernels, first @ random.normal(size=(4, 3)) + noise * random.normal(size=(N, 3))


def gram(kernels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: kernel[TRAIN] for name, kernel in kernels.items()}


def test_likelihood_is_that_of_the_multivariate_normal() -> None:
    kernels, targets = made_up()
    parts, known = np.stack(list(gram(kernels).values())), targets[TRAIN]
    value, slope = marginal_likelihood(LOG_WEIGHTS, parts, known)
    covariance = 0.7 * parts[0] + 0.2 * parts[1] + 0.4 * np.eye(len(known))
    expected = multivariate_normal(cov=covariance).logpdf(known.T).sum()
    assert value == pytest.approx(expected, rel=1e-10)
    numeric = approx_fprime(LOG_WEIGHTS, lambda at: marginal_likelihood(at, parts, known)[0], 1e-6)
    np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-3)


def test_the_weights_are_those_of_the_largest_likelihood() -> None:
    kernels, targets = made_up()
    fitted = fit_process(gram(kernels), ("first", "second"), targets[TRAIN], np.eye(3))
    assert fitted.weights[0] > 20 * fitted.weights[1]
    parts, known = np.stack(list(gram(kernels).values())), targets[TRAIN]
    scaled = (known - known.mean(axis=0)) / known.std(axis=0)
    at = np.log(np.append(fitted.weights, fitted.noise))
    best = marginal_likelihood(at, parts, scaled)[0]
    for step in np.vstack([np.eye(3), -np.eye(3)]):
        assert marginal_likelihood(np.clip(at + 0.3 * step, -9, 3), parts, scaled)[0] <= best + 1e-3


def test_prediction_is_the_closed_form() -> None:
    kernels, targets = made_up()
    loadings = np.random.default_rng(1).normal(size=(3, 5))
    known = targets[TRAIN]
    processes = [fit_process(gram(kernels), names, known, loadings) for names in (("first",), ("second", "first"))]
    expected = np.zeros((N, 5))
    for process in processes:
        mean = sum(w * kernels[name] for w, name in zip(process.weights, process.kernels, strict=True))
        scaled = (known - known.mean(axis=0)) / known.std(axis=0)
        solved = np.linalg.solve(mean[TRAIN] + process.noise * np.eye(TRAIN.sum()), scaled)
        expected += (mean @ solved * known.std(axis=0) + known.mean(axis=0)) @ loadings
    np.testing.assert_allclose(predict_table(processes, kernels), expected, atol=1e-8)
    held = ~TRAIN
    found = predict_table(processes[:1], kernels) @ np.linalg.pinv(loadings)
    assert np.sqrt(np.mean((found[held] - targets[held]) ** 2)) < 0.3 * targets.std()


def test_an_entity_like_no_other_gets_the_mean() -> None:
    kernels, targets = made_up()
    fitted = fit_process(gram(kernels), ("first",), targets[TRAIN], np.eye(3))
    alone = predict_table([fitted], {"first": np.zeros((1, TRAIN.sum()))})
    np.testing.assert_allclose(alone[0], targets[TRAIN].mean(axis=0))


def test_constant_targets_and_kernels_of_zeros_are_no_fault() -> None:
    kernels, targets = made_up()
    known = np.column_stack([targets[TRAIN][:, 0], np.full(TRAIN.sum(), 2.5)])
    nothing = {"nothing": np.zeros((N, TRAIN.sum()))}
    fitted = fit_process(gram(nothing), ("nothing",), known, np.eye(2))
    np.testing.assert_allclose(predict_table([fitted], nothing), np.tile(known.mean(axis=0), (N, 1)))
    one = fit_process({"one": np.ones((1, 1))}, ("one",), np.array([[3.0]]), np.eye(1))
    np.testing.assert_allclose(predict_table([one], {"one": np.ones((2, 1))}), 3.0)
    fitted = fit_process(gram(kernels), ("first",), known, np.eye(2))
    np.testing.assert_allclose(predict_table([fitted], kernels)[:, 1], 2.5)


def test_threads_change_no_bit_and_the_state_is_whole() -> None:
    kernels, targets = made_up()
    tables = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            fitted = fit_process(gram(kernels), ("first", "second"), targets[TRAIN], np.eye(3))
            tables.append(predict_table([fitted], kernels))
    tables.append(predict_table([Process.of_state(fitted.state())], kernels))
    np.testing.assert_array_equal(tables[0], tables[1])
    np.testing.assert_array_equal(tables[0], tables[2])
