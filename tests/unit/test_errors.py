"""The form of a refusal."""

from __future__ import annotations

from clmt.errors import ClmtError, expected_one_of


def test_choices_are_sorted_and_the_value_is_quoted() -> None:
    error = expected_one_of("unknown protocol", "mixd", ["mixed", "cell_blind"], "Change it in the config")
    assert isinstance(error, ClmtError)
    assert str(error) == ("unknown protocol! got: 'mixd', expected one of: cell_blind, mixed. Change it in the config")


def test_no_hint_leaves_no_full_stop() -> None:
    assert str(expected_one_of("unknown fold", 7, range(2))) == "unknown fold! got: 7, expected one of: 0, 1"


def test_a_single_choice_is_no_list() -> None:
    assert (
        str(expected_one_of("unknown layout", "x", ["survey_gdsc"]))
        == "unknown layout! got: 'x', expected: survey_gdsc"
    )
