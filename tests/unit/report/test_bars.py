"""Intervals in a line of a table."""

from __future__ import annotations

import pytest

from clmt.report.bars import WIDTH, Bar, interval_bar, reach_of


def test_an_interval_lies_where_its_values_are() -> None:
    assert interval_bar(-0.05, -0.1, 0.0, 0.1) == Bar(0.0, WIDTH / 2, WIDTH / 4, False, False, "around")


def test_what_lies_beyond_the_axis_is_cut_and_marked() -> None:
    bar = interval_bar(0.3, 0.05, 0.4, 0.1)
    assert (bar.low, bar.high, bar.centre, bar.left, bar.right) == (0.75 * WIDTH, WIDTH, None, False, True)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(-0.2, -0.1, "below"), (0.1, 0.2, "above"), (-0.1, 0.2, "around")]
)
def test_the_verdict_is_that_of_the_interval(low: float, high: float, verdict: str) -> None:
    assert interval_bar((low + high) / 2, low, high, 1.0).verdict == verdict


def test_one_far_model_does_not_stretch_the_axis() -> None:
    near = [(0.01, 0.0, 0.02), (0.02, 0.01, 0.03), (-0.01, -0.02, 0.0)]
    assert reach_of([*near, (2.0, 1.9, 2.1)]) < 0.1
    assert reach_of([]) == 1.0
    assert reach_of([(0.01234, 0.0, 0.1111111)]) == 0.14  # with as many digits as a page shows
