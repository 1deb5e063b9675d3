"""Features of pairs do not know the response, nor what is held out."""

from __future__ import annotations

import numpy as np

from clmt.models.baselines.encoding import encode_out_of_fold, principal_components
from clmt.models.effects import fit_mean_effects


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
