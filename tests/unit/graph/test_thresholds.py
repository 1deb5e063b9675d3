from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde, norm

from clmt.errors import ClmtError
from clmt.graph.thresholds import drug_threshold, grid_density, sensitivity_thresholds


def direct_threshold(responses: np.ndarray, draws: int, seed: int, spread: str) -> float:
    """Follow the recipe word by word with scipy's density estimate."""
    noise = np.random.default_rng(seed).standard_normal((draws, len(responses)))
    samples = (responses + 0.2 * noise).ravel()
    grid = np.linspace(samples.min(), samples.max(), 1000)
    density = gaussian_kde(samples, bw_method=0.5 / samples.std(ddof=1))(grid)
    mode = int(density.argmax())
    sign = np.sign(np.gradient(density))
    turn = int(np.flatnonzero(sign[:-1] != sign[1:])[0])
    theta = samples.min()
    if turn < mode - 1 and density[:turn].sum() / density.sum() > 0.05:
        theta = grid[turn]
    sigma = abs(np.mean([theta, grid[mode]]))
    if spread == "distance":
        sigma = np.median(grid[mode] - samples[(samples >= theta) & (samples <= grid[mode])])
    return float(grid[mode] + norm.ppf(0.05) * sigma)


RANDOM = np.random.default_rng(3)
SHAPES = {
    "one mode": RANDOM.normal(2.0, 1.0, 60),
    "sensitive minority": np.concatenate([RANDOM.normal(-4.0, 0.7, 20), RANDOM.normal(3.0, 0.8, 60)]),
    "few outliers": np.concatenate([[-6.0], RANDOM.normal(3.0, 0.8, 80)]),
    "sensitive majority": np.concatenate([RANDOM.normal(-4.0, 0.7, 60), RANDOM.normal(3.0, 0.8, 20)]),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("spread", ["position", "distance"])
def test_agrees_with_the_recipe_done_directly(shape: str, spread: str) -> None:
    responses = np.sort(SHAPES[shape])
    ours = drug_threshold(responses, draws=50, seed=1, spread=spread)
    step = 0.02  # one grid point may be the neighbour's
    assert ours == pytest.approx(direct_threshold(responses, 50, 1, spread), abs=2 * step)


def test_a_sensitive_minority_moves_theta() -> None:
    both = drug_threshold(np.sort(SHAPES["sensitive minority"]), draws=50, seed=1)
    # theta is the sensitive mode (about -4), not the lowest draw (about -6): |(-4 + 3) / 2|, not |(-6 + 3) / 2|
    assert both == pytest.approx(3.0 - 1.645 * 0.5, abs=0.5)


def test_distance_moves_with_the_unit_and_position_does_not() -> None:
    responses = np.sort(SHAPES["one mode"])
    for spread, moves_along in (("distance", True), ("position", False)):
        low = drug_threshold(responses, draws=20, seed=1, spread=spread)
        high = drug_threshold(responses + 7.0, draws=20, seed=1, spread=spread)
        assert (abs(high - low - 7.0) < 0.05) == moves_along


def test_one_mode_does_not_pass_for_a_turning_point_below_itself() -> None:
    """A slope that turns one grid point before the mode turns for the mode: theta stays the lowest draw."""
    responses = np.sort(SHAPES["one mode"])
    distance = [drug_threshold(responses, draws=20, seed=seed, spread="distance") for seed in range(12)]
    assert max(distance) < responses.mean() - 0.5 * responses.std()
    position = [drug_threshold(responses, draws=20, seed=seed) for seed in range(12)]
    assert np.ptp(position) < 0.8  # theta at the mode, for some seeds, would be 2 ln IC50 below the others


def test_density_agrees_with_scipy_and_integrates_to_one() -> None:
    samples = np.random.default_rng(0).normal(0.0, 2.0, 500)
    grid = np.linspace(samples.min(), samples.max(), 1000)
    expected = gaussian_kde(samples, bw_method=0.5 / samples.std(ddof=1))(grid)
    np.testing.assert_allclose(grid_density(samples, grid), expected, rtol=1e-3, atol=1e-6)


def test_drugs_do_not_depend_on_each_other_nor_on_the_order_of_pairs() -> None:
    random = np.random.default_rng(5)
    values, rows = random.normal(size=80), np.repeat([0, 1, 3, 3], 20)
    full = sensitivity_thresholds(values, rows, ["a", "b", "c", "d"], draws=10, seed=1)
    assert np.isnan(full[2])
    assert np.isfinite(full[[0, 1, 3]]).all()
    shuffled = random.permutation(80)
    np.testing.assert_array_equal(
        sensitivity_thresholds(values[shuffled], rows[shuffled], ["a", "b", "c", "d"], draws=10, seed=1), full
    )
    only = sensitivity_thresholds(values[rows == 1], np.zeros(20, dtype=int), ["b"], draws=10, seed=1)
    assert only[0] == full[1]
    assert sensitivity_thresholds(values, rows, ["a", "b", "c", "d"], draws=10, seed=2)[0] != full[0]


def test_one_response_is_enough_and_bad_settings_are_refused() -> None:
    assert np.isfinite(sensitivity_thresholds(np.array([1.0]), np.array([0]), ["a"], draws=1, seed=0)[0])
    with pytest.raises(ClmtError, match="got: 0"):
        sensitivity_thresholds(np.array([1.0]), np.array([0]), ["a"], draws=0, seed=0)
    with pytest.raises(ClmtError, match="got: 'mean', expected one of: distance, position"):
        sensitivity_thresholds(np.array([1.0]), np.array([0]), ["a"], draws=1, seed=0, spread="mean")
