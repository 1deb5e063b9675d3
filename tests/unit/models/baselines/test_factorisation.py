"""Alternating least squares: each row is a ridge of its own, and fits are averaged."""

from __future__ import annotations

import numpy as np

from clmt.models.baselines.factorisation import MatrixFactorisation, solve_factors
from clmt.planning.settings.baselines import MatrixFactorisationSettings
from tests.helpers.folds import planted_fold


def test_factors_of_each_row_are_its_own_ridge() -> None:
    random = np.random.default_rng(0)
    known = (random.random((5, 9)) < 0.6).astype(np.float64)
    known[2] = 0.0
    others, residuals = random.normal(size=(9, 3)), random.normal(size=(5, 9)) * known
    solved = solve_factors(residuals, known, others, 2.0)
    assert not solved[2].any()
    seen = others[known[0] == 1]
    exact = np.linalg.solve(seen.T @ seen + 2.0 * np.eye(3), seen.T @ residuals[0][known[0] == 1])
    np.testing.assert_allclose(solved[0], exact, atol=1e-10)


def test_averaged_fits_are_the_mean_of_their_predictions() -> None:
    fold, _ = planted_fold()
    pairs = fold.graph.test_pairs.numpy()
    model = MatrixFactorisation(MatrixFactorisationSettings(rank=3, fits=4, sweeps=2, regularisation=1.0))
    history = model.fit(fold, seed=5, device="cpu")
    assert [row["epoch"] for row in history] == list(range(1, 9))
    seconds = [row["seconds"] for row in history]
    assert seconds == sorted(seconds)  # one clock for all starts: a learning curve does not run backwards
    assert model.cell_factors.shape[1] == 12
    parts = [(model.cell_factors[:, 3 * k : 3 * k + 3] * 4, model.drug_factors[:, 3 * k : 3 * k + 3]) for k in range(4)]
    each = [(cell[pairs[:, 0]] * drug[pairs[:, 1]]).sum(axis=1) for cell, drug in parts]
    assert not np.allclose(each[0], each[1])
    expected = model.means.predict(fold, pairs) + np.mean(each, axis=0)
    np.testing.assert_allclose(model.predict(fold, pairs), expected, atol=1e-9)
