"""Gaps of the response table are filled from the other responses, and components are parted into blocks."""

from __future__ import annotations

import numpy as np

from clmt.models.effects import fit_mean_effects
from clmt.models.profiles import complete_profiles, component_blocks


def made_up() -> tuple[np.ndarray, np.ndarray]:
    """Responses (30, 20) of mean effects and one interaction, and which are known."""
    random = np.random.default_rng(0)
    interaction = np.outer(random.normal(size=30), random.normal(size=20)) * 3.0
    values = 1.0 + random.normal(size=(30, 1)) + random.normal(size=20) + interaction
    known = random.random(values.shape) < 0.8
    known[4], known[:, 7] = False, False
    return values, known


def completed(values: np.ndarray, known: np.ndarray, **settings: float) -> tuple:
    pairs = np.argwhere(known)
    return complete_profiles(pairs, values[known], values.shape, **settings)


def test_known_responses_stay_and_gaps_are_filled() -> None:
    values, known = made_up()
    effects, departures = completed(values, known, threshold=1.0, rank=3, sweeps=30)
    rows, columns = known.nonzero()
    expected = fit_mean_effects(rows, columns, values[known], *values.shape)
    np.testing.assert_array_equal(effects.drug_effect, expected.drug_effect)
    table = effects.mu + effects.cell_effect[:, None] + effects.drug_effect + departures
    np.testing.assert_allclose(table[known], values[known])
    gap = ~known
    gap[4], gap[:, 7] = False, False
    by_means = (table - departures)[gap]
    assert np.sqrt(np.mean((table[gap] - values[gap]) ** 2)) < 0.5 * np.sqrt(np.mean((by_means - values[gap]) ** 2))


def test_entities_without_a_pair_have_no_departure() -> None:
    _, departures = completed(*made_up(), threshold=1.0)
    np.testing.assert_allclose(departures[4], 0.0, atol=1e-12)
    np.testing.assert_allclose(departures[:, 7], 0.0, atol=1e-12)


def test_one_sweep_leaves_gaps_at_the_mean_effects_where_all_is_taken_off() -> None:
    values, known = made_up()
    _, departures = completed(values, known, threshold=1e6)
    np.testing.assert_array_equal(departures[~known], 0.0)


def test_blocks_end_with_the_components() -> None:
    assert component_blocks((1, 3, 8), 100) == [slice(0, 1), slice(1, 4), slice(4, 12)]
    assert component_blocks((1, 3, 8), 3) == [slice(0, 1), slice(1, 3)]
    assert component_blocks((60,), 24) == [slice(0, 24)]
