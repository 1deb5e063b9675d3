from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

from clmt.models.baselines.encoding import encode_out_of_fold, principal_components
from clmt.models.baselines.factorisation import MatrixFactorisation, solve_factors
from clmt.models.baselines.linear import principal_axes, tanimoto
from clmt.models.effects import fit_mean_effects
from clmt.planning.settings.baselines import MatrixFactorisationSettings
from tests.helpers.folds import planted_fold


def test_rotated_ridge_is_the_ridge_on_genes() -> None:
    fold, _ = planted_fold()
    mean, scores, to_genes = principal_axes(fold)
    genes = fold.graph.expression.numpy().astype(np.float64)
    y = np.random.default_rng(0).normal(size=len(genes))
    standard = (genes - mean) / genes[fold.graph.train_cells.numpy()].std(axis=0)
    direct = Ridge(3.0).fit(standard, y).predict(standard)
    fitted = Ridge(3.0).fit(scores, y)
    rotated = (genes - mean) @ (fitted.coef_ @ to_genes) + fitted.intercept_
    np.testing.assert_allclose(rotated, direct, atol=1e-8)


def test_tanimoto_by_hand() -> None:
    prints = np.array([[1, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0]], dtype=np.uint8)
    np.testing.assert_allclose(tanimoto(prints, prints), [[1.0, 0.25, 0.0], [0.25, 1.0, 0.0], [0.0, 0.0, 0.0]])


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


def noise_pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pure noise, six pairs a drug: nothing in it can be predicted from other pairs."""
    random = np.random.default_rng(0)
    drugs = np.repeat(np.arange(50), 6)
    return random.integers(0, 40, len(drugs)), drugs, random.normal(size=len(drugs))


def test_out_of_fold_encoding_does_not_know_the_response() -> None:
    cells, drugs, values = noise_pairs()
    encoded = encode_out_of_fold(cells, drugs, values, (40, 50), 5, np.random.default_rng(1))
    honest = np.corrcoef(encoded.sum(axis=1), values)[0, 1]
    # The wrong variant, means that hold the pair's own response, gives it away.
    leaky = np.corrcoef(fit_mean_effects(cells, drugs, values, 40, 50).predict(cells, drugs), values)[0, 1]
    assert honest < 0.1
    assert leaky > 0.4


def test_changing_a_response_leaves_its_own_encoding() -> None:
    cells, drugs, values = noise_pairs()
    changed = values.copy()
    changed[7] += 100.0
    before, after = (
        encode_out_of_fold(cells, drugs, target, (40, 50), 5, np.random.default_rng(1)) for target in (values, changed)
    )
    np.testing.assert_allclose(before[7], after[7], atol=1e-12)
    assert not np.allclose(before, after)
    wrong = [fit_mean_effects(cells, drugs, target, 40, 50).drug_effect[drugs[7]] for target in (values, changed)]
    assert abs(wrong[0] - wrong[1]) > 1.0


def test_components_come_from_training_rows_only() -> None:
    random = np.random.default_rng(0)
    table, marks = random.normal(size=(20, 6)), np.arange(20) < 15
    centre, axes = principal_components(table, marks, 3)
    table[~marks] += 1000.0
    again = principal_components(table, marks, 3)
    np.testing.assert_array_equal(centre, again[0])
    np.testing.assert_array_equal(axes, again[1])
    assert (axes[np.arange(3), np.abs(axes).argmax(axis=1)] > 0).all()
