from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch

from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.models.base import Model
from clmt.models.create import create_model
from tests.helpers.folds import every_pair, planted_fold, rmse, with_graph

SMALL: dict[str, dict[str, Any]] = {
    "global_mean": {},
    "drug_mean": {},
    "cell_mean": {},
    "tissue_drug_mean": {},
    "mean_effects": {},
    "tissue_mean_effects": {},
    "matrix_factorisation": {"rank": 4, "regularisation": 3.0, "fits": 2},
    "conditional_normal": {"ranks": [1, 3], "pseudo_rows": [30.0, 300.0], "sweeps": 10},
    "residual_normal": {"ranks": [3], "pseudo_rows": [100.0], "sweeps": 10, "blocks": [3], "components": 3, "parts": 3},
    "drug_ridge": {"alphas": [1.0, 10.0, 100.0]},
    "tanimoto_ridge": {},
    "omics_gp": {"blocks": [1, 3], "components": 4},
    "drug_gp": {"blocks": [1, 3]},
    "drug_gp_no_text": {"blocks": [1, 3]},
    "gradient_boosting": {"leaves": [4, 8], "trees": 40, "patience": 10, "min_pairs": 5},
    "elastic_net": {"alphas": [0.01, 0.1]},
    "random_forest": {"trees": 5, "depths": [3, 6]},
    "mlp": {"hidden": [32, 16], "epochs": 6, "batch": 64, "interaction": "bilinear", "factors": 4},
}
PROTOCOLS = ["mixed", "cell_blind", "drug_blind"]


def fitted(arch: str, fold: FoldData, seed: int = 1, **settings: Any) -> Model:
    model = create_model(arch, {**SMALL[arch], **settings})
    model.fit(fold, seed=seed, device="cpu")
    return model


def score_on_test(arch: str, protocol: str, **settings: Any) -> float:
    fold, observed = planted_fold(protocol)
    return rmse(fitted(arch, fold, **settings).predict(fold, fold.graph.test_pairs.numpy()), observed)


@pytest.mark.parametrize("arch", SMALL)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_pair_gets_a_finite_number(arch: str, protocol: str) -> None:
    fold, _ = planted_fold(protocol)
    predicted = fitted(arch, fold).predict(fold, every_pair())
    assert predicted.dtype == np.float64
    assert predicted.shape == (len(every_pair()),)
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("arch", SMALL)
def test_same_seed_same_bits_and_state_round_trip(arch: str) -> None:
    fold, _ = planted_fold()
    first, second = fitted(arch, fold), fitted(arch, fold)
    predicted = first.predict(fold, every_pair())
    np.testing.assert_array_equal(predicted, second.predict(fold, every_pair()))
    buffer = io.BytesIO()
    torch.save(first.state(), buffer)
    buffer.seek(0)
    restored = create_model(arch, SMALL[arch])
    restored.load_state(torch.load(buffer, weights_only=True))
    np.testing.assert_array_equal(predicted, restored.predict(fold, every_pair()))


@pytest.mark.parametrize("arch", SMALL)
def test_prediction_does_not_depend_on_other_pairs(arch: str) -> None:
    fold, _ = planted_fold()
    model, pairs = fitted(arch, fold), every_pair()
    whole = model.predict(fold, pairs)
    order = np.random.default_rng(0).permutation(len(pairs))
    np.testing.assert_array_equal(whole[order], model.predict(fold, pairs[order]))
    for row in (0, 17, len(pairs) - 1):
        assert model.predict(fold, pairs[row : row + 1])[0] == whole[row]
    assert model.predict(fold, pairs[:0]).shape == (0,)


@pytest.mark.parametrize("arch", ["matrix_factorisation", "mlp", "gradient_boosting", "random_forest"])
def test_seed_matters(arch: str) -> None:
    fold, _ = planted_fold()
    pairs = every_pair()
    settings = {"sweeps": 1} if arch == "matrix_factorisation" else {}
    first, second = (fitted(arch, fold, seed, **settings).predict(fold, pairs) for seed in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("arch", SMALL)
def test_unknown_setting_is_refused(arch: str) -> None:
    with pytest.raises(ClmtError, match="got: 'no_such'"):
        create_model(arch, {"no_such": 3})


def test_mixed_ladder() -> None:
    global_mean, drug, both = (score_on_test(arch, "mixed") for arch in ("global_mean", "drug_mean", "mean_effects"))
    assert drug < 0.8 * global_mean
    assert both < 0.95 * drug
    assert score_on_test("matrix_factorisation", "mixed") < 0.9 * both
    assert score_on_test("conditional_normal", "mixed") < 0.9 * both
    assert score_on_test("residual_normal", "mixed") < 0.9 * both
    assert score_on_test("gradient_boosting", "mixed") < 0.95 * both
    assert score_on_test("elastic_net", "mixed", scope="drug") < 0.95 * drug
    assert score_on_test("random_forest", "mixed") < 0.95 * global_mean
    assert score_on_test("mlp", "mixed", epochs=80, patience=80, dropout=0.0) < 0.9 * both


def test_blind_ladder() -> None:
    assert score_on_test("drug_ridge", "cell_blind") < 0.9 * score_on_test("drug_mean", "cell_blind")
    for arch in ("omics_gp", "residual_normal"):
        assert score_on_test(arch, "cell_blind") < 0.9 * score_on_test("drug_mean", "cell_blind")
    for arch in ("tanimoto_ridge", "drug_gp", "drug_gp_no_text"):
        assert score_on_test(arch, "drug_blind") < 0.97 * score_on_test("cell_mean", "drug_blind")


def test_tissue_drug_mean_finds_a_tissue_and_shrinks_to_the_drug() -> None:
    fold, _ = planted_fold()
    cells, drugs = fold.graph.train_pairs.T
    special = (fold.graph.tissue[cells] == 1) & (drugs == 2)
    fold = with_graph(fold, train_ln_ic50=fold.graph.train_ln_ic50 - 8.0 * special)
    pair = np.array([[int(cells[special][0]), 2]])
    close = fitted("tissue_drug_mean", fold).predict(fold, pair)[0]
    far = fitted("tissue_drug_mean", fold, shrinkage=1e9).predict(fold, pair)[0]
    assert close < far - 2.0
    assert far == pytest.approx(fitted("drug_mean", fold).predict(fold, pair)[0], abs=1e-5)


def test_tissue_drug_mean_of_an_unseen_cell_line_is_that_of_its_tissue() -> None:
    fold, _ = planted_fold("cell_blind")
    cells, drugs = fold.graph.train_pairs.numpy().T
    values = fold.graph.train_ln_ic50.numpy().astype(np.float64)
    asked = fold.graph.test_pairs.numpy()
    assert not set(asked[:, 0]) & set(cells)
    stranger, known = asked[0, 0], asked[asked[:, 0] != asked[0, 0]]
    fold.graph.cell_tissue[stranger] = -1
    expected = []
    for cell, drug in known:
        mean = values[drugs == drug].mean()
        of_tissue = values[(drugs == drug) & (cells % 3 == cell % 3)]
        expected.append(mean + (of_tissue - mean).sum() / (len(of_tissue) + 3.0))  # shrunk by 3 pairs of the drug mean
    model, plain = fitted("tissue_drug_mean", fold), fitted("drug_mean", fold)
    np.testing.assert_allclose(model.predict(fold, known), expected, atol=1e-5)
    assert np.abs(model.predict(fold, known) - plain.predict(fold, known)).max() > 0.1
    unknown = asked[asked[:, 0] == stranger]
    np.testing.assert_array_equal(model.predict(fold, unknown), plain.predict(fold, unknown))


@pytest.mark.parametrize(
    ("arch", "settings", "message"),
    [
        ("drug_ridge", {"alphas": []}, r"alphas is of another form! got: \[\], expected: an entry or more"),
        ("tanimoto_ridge", {"alphas": [0.0]}, r"alphas\[0\] is too small! got: 0.0, expected: more than 0"),
        ("omics_gp", {"blocks": [0]}, r"blocks\[0\] is too small! got: 0, expected: 1 to 10000"),
        ("drug_gp", {"blocks": []}, r"blocks is of another form! got: \[\], expected: an entry or more"),
        ("drug_ridge", {"choose": "cell"}, "expected one of: drug, overall"),
        ("gradient_boosting", {"leaves": [1]}, r"leaves\[0\] is too small! got: 1, expected: 2 to 131072"),
        ("mlp", {"interaction": "cubic"}, "expected one of: bilinear, none"),
    ],
)
def test_bad_value_is_refused(arch: str, settings: dict[str, Any], message: str) -> None:
    fold, _ = planted_fold()
    with pytest.raises(ClmtError, match=message):
        fitted(arch, fold, **settings)


@pytest.mark.parametrize("arch", SMALL)
def test_validation_responses_only_choose(arch: str) -> None:
    """With nothing left to choose, other validation responses leave the fit as it is."""
    settings: dict[str, dict[str, Any]] = {
        "matrix_factorisation": {"sweeps": 1},
        "conditional_normal": {"ranks": [2], "pseudo_rows": [30.0], "sweeps": 1},
        "residual_normal": {"ranks": [2], "pseudo_rows": [30.0], "sweeps": 1, "refit": False},
        "drug_ridge": {"alphas": [10.0]},
        "tanimoto_ridge": {"alphas": [1.0]},
        "gradient_boosting": {"leaves": [4], "trees": 1},
        "elastic_net": {"alphas": [0.1], "l1_shares": [0.5]},
        "random_forest": {"depths": [3]},
        "mlp": {"epochs": 1},
    }
    fold, _ = planted_fold()
    before = fitted(arch, fold, **settings.get(arch, {})).predict(fold, every_pair())
    fold = with_graph(fold, validation_ln_ic50=fold.graph.validation_ln_ic50.flip(0) + 1.0)
    after = fitted(arch, fold, **settings.get(arch, {})).predict(fold, every_pair())
    np.testing.assert_array_equal(before, after)
