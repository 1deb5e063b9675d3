"""The three degrees of saying nothing: each set holds the one before it, all in the form in which they are compared."""

from __future__ import annotations

from clmt.reading.unknown import MISSING, UNKNOWN_LABELS, VAGUE_LABELS


def test_each_set_holds_the_one_before_it():
    assert MISSING < UNKNOWN_LABELS < VAGUE_LABELS
    assert all(word == word.strip().lower() for word in VAGUE_LABELS)


def test_a_word_is_no_missing_number_and_other_is_a_label_of_the_tables():
    assert "unknown" not in MISSING
    assert "other" not in UNKNOWN_LABELS
