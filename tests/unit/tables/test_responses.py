"""Responses and their censoring stay together through every join."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.reading.matrix import Matrix
from clmt.tables.responses import Responses

NAN = np.nan


@pytest.fixture
def responses() -> Responses:
    values = np.array([[1.0, 2.0, NAN], [3.0, NAN, NAN], [2.0, 1.0, NAN]])
    return Responses.of(Matrix("toy", ["b", "a", "c"], ["x", "y", "z"], values), censored_at=2.0)


def test_values_at_the_bound_are_censored_and_none_without_one(responses):
    assert responses.censored.tolist() == [[False, True, False], [True, False, False], [True, False, False]]
    rounded = Matrix("toy", ["a"], ["x"], np.array([[2.079441]]))
    assert Responses.of(rounded, 2.0794415416798357).censored.all()
    assert not Responses.of(rounded, None).censored.any()


def test_what_is_kept_keeps_the_order_of_the_source_and_its_marks(responses):
    kept = responses.keep_cell_lines({"c", "b"}).keep_drugs({"y", "x"})
    assert (kept.cell_lines, kept.drugs) == (["b", "c"], ["x", "y"])
    assert kept.values.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert kept.censored.tolist() == [[False, True], [True, False]]
    assert responses.keep_present().drugs == ["x", "y"]


def test_merged_names_are_averaged_over_what_is_there(responses):
    merged, averaged = responses.merge_drugs([["y", "x"], ["z"]])
    assert merged.drugs == ["y", "z"]
    np.testing.assert_array_equal(merged.values, [[1.5, NAN], [3.0, NAN], [1.5, NAN]])
    assert averaged == 2
    assert merged.censored.tolist() == [[True, False], [True, False], [True, False]]


def test_a_mark_without_a_value_does_not_censor_a_mean():
    values, marks = np.array([[1.0, NAN]]), np.array([[False, True]])
    merged, _ = Responses("toy", ["a"], ["x", "y"], values, marks).merge_drugs([["x", "y"]])
    assert not merged.censored.any()
