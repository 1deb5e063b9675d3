"""Split-conformal intervals cover as often as they say, by group, and promise nothing that few groups cannot carry."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.bundles.conformal import Calibration, calibrate


def pairs(count: int) -> np.ndarray:
    return np.arange(count).astype(str)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_intervals_of_exchangeable_pairs_cover_as_they_say(level: float) -> None:
    random = np.random.default_rng(1)
    spread = random.gamma(2.0, size=8000)
    errors = random.normal(size=8000) * (0.2 + spread)
    calibration = calibrate(errors[:4000], spread[:4000], pairs(4000), "mixed")
    half = calibration.half_width(spread[4000:], level)
    assert np.mean(np.abs(errors[4000:]) <= half) == pytest.approx(level, abs=0.015)
    # Wide where the seeds disagree.
    assert half[spread[4000:] > 4].mean() > 2 * half[spread[4000:] < 1].mean()


def test_the_quantile_is_that_of_split_conformal_prediction() -> None:
    calibration = calibrate(np.arange(1.0, 20.0), None, pairs(19), "mixed")
    assert calibration.half_width(np.zeros(1), 0.9)[0] == 18.0  # the 18th of 19: ceil(0.9 * 20)
    assert calibration.half_width(np.zeros(1), 0.95)[0] == 19.0
    assert np.isinf(calibration.half_width(np.zeros(1), 0.96)[0])


def test_groups_weigh_the_same_and_few_are_conservative() -> None:
    """A cell line with a hundred pairs and small errors does not outvote those with one."""
    errors = np.concatenate([np.full(100, 0.1), np.arange(1.0, 10.0)])
    groups = np.array(["large"] * 100 + [f"small {row}" for row in range(9)])
    grouped = calibrate(errors, None, groups, "cell_blind")
    assert (grouped.groups, grouped.half_width(np.zeros(1), 0.8)[0]) == (10, 8.0)
    assert calibrate(errors, None, pairs(109), "mixed").half_width(np.zeros(1), 0.8)[0] == 0.1
    assert np.isinf(grouped.half_width(np.zeros(1), 0.95)[0])


def test_seeds_that_agree_everywhere_are_no_reason_for_an_interval_without_width() -> None:
    calibration = calibrate(np.ones(50), np.zeros(50), pairs(50), "mixed")
    assert not calibration.normalised
    assert calibration.half_width(np.zeros(2), 0.9).tolist() == [1.0, 1.0]


def test_state_is_restored() -> None:
    calibration = calibrate(np.arange(1.0, 30.0), np.ones(29), pairs(29), "mixed")
    again = Calibration.of_state(calibration.state())
    assert np.array_equal(again.half_width(np.arange(3.0), 0.9), calibration.half_width(np.arange(3.0), 0.9))
