"""Texts without the names of what they are about."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.text.corpus import Sentence
from clmt.text.entities import CellLine
from clmt.text.facts import NAME, Part, state
from clmt.vectors.names import hide_names


def said(name: str, *texts: str, key: str = "1", others: tuple[str, ...] = ()) -> list[Sentence]:
    """Sentences of an entity, the first of which lists its other names if there are any."""
    facts = [state(CellLine(key, name), Part.IDENTITY, text, "tables", key) for text in texts]
    return [
        Sentence(key, row, fact.text, "tables", key, "x", "y", name_at=fact.name_at, other_names=() if row else others)
        for row, fact in enumerate(facts)
    ]


def test_names_are_hidden_in_all_their_spellings() -> None:
    text = said(
        "AB-001",
        f"{NAME} is also known as Alphanib and AB one.",
        f"{NAME} is an anticancer compound.",
        "Alphanib inhibits zinc.",
        "AB 001 acts.",
        "AB-0012 does not.",
        others=("Alphanib", "AB one"),
    )
    assert hide_names(text, "drug", "AB-001") == [
        "This compound is an anticancer compound.",
        "This compound inhibits zinc.",
        "This compound acts.",
        "AB-0012 does not.",
    ]
    assert hide_names(said("TT", f"{NAME} is a line."), "cell_line", "TT") == ["This cell line is a line."]
    assert hide_names(said("5637", f"{NAME} grows."), "cell_line", "5637") == ["This cell line grows."]


def test_a_sentence_of_a_source_is_kept_whatever_its_words() -> None:
    """Which names a sentence lists is known, not read from its wording."""
    text = said("AB-001", "AB-001 is also known as the first of its kind.")
    assert hide_names(text, "drug", "AB-001") == ["This compound is also known as the first of its kind."]


def test_of_a_list_of_names_alone_a_neutral_sentence_is_left() -> None:
    text = said("AB-001", f"{NAME} is also known as Alphanib.", others=("Alphanib",))
    assert hide_names(text, "drug", "AB-001") == ["This compound is part of the data set."]


@pytest.mark.parametrize("name", ["5637", "697", "T-T", "TK", "DB", "H4", "786-0"])
def test_short_names_and_numbers_are_hidden_where_a_source_writes_them(name: str) -> None:
    text = said(
        name,
        f"{NAME} is a human cancer cell line.",
        f"{NAME} has mutations in H4C1, TK1 and DB.",
        f"Altered genes of {NAME} are over-represented in the pathway H4 acetylation: H4C1, TK1 and DB.",
        f"Altered genes of {NAME} also belong to the pathway B: A{name}, {name}1 and 1{name}.",
        f"{name}1 is another.",
    )
    assert hide_names(text, "cell_line", name) == [
        "This cell line is a human cancer cell line.",
        "This cell line has mutations in H4C1, TK1 and DB.",
        "Altered genes of this cell line are over-represented in the pathway H4 acetylation: H4C1, TK1 and DB.",
        f"Altered genes of this cell line also belong to the pathway B: A{name}, {name}1 and 1{name}.",
        f"{name}1 is another.",
    ]
    drug = said(
        name,
        f"The mechanism of action of {NAME} is X.",
        f"The target pathway of {NAME} is Y.",
        f"{NAME} acts on Z.",
    )
    assert not any(name in sentence for sentence in hide_names(drug, "drug", name))


def test_a_name_that_is_not_where_the_corpus_says_is_refused() -> None:
    with pytest.raises(ClmtError, match=r"1: sentence 0 writes another name .* got: 'A549', expected: 'H460'; build"):
        hide_names(said("A549", f"{NAME} grows."), "cell_line", "H460")
