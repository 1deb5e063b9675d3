"""Which sentences an encoder reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.text.corpus import KINDS, WORDING, Sentence, number_sentences, write_corpus, write_wording
from clmt.vectors.texts import NEUTRAL, corpus_texts

#: Of each drug: what it inhibits, said by two sources alike; synonyms, listed by two; and one sentence of one source.
SAID = {
    "cell_line": [("C1", "C1 comes from the lung.", "tables", ())],
    "drug": [
        ("D1", "D1 inhibits a kinase.", "hub", ()),
        ("D1", "D1 inhibits a kinase.", "chembl", ()),
        ("D1", "D1 is also known as first.", "hub", ("first",)),
        ("D1", "D1 is also known as second.", "chembl", ("second",)),
        ("D1", "It is given by mouth.", "ncit", ()),
        ("D2", "D2 is a drug of the hub.", "hub", ()),
    ],
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    worded = {}
    for kind, rows in SAID.items():
        sentences = [
            Sentence(
                entity, 0, text, source, "r", "x", "y", name_at=0 if text[:2] == entity else None, other_names=others
            )
            for entity, text, source, others in rows
        ]
        worded[kind], _ = number_sentences(sentences)
        write_corpus(tmp_path / KINDS[kind], worded[kind], list(dict.fromkeys(entity for entity, *_ in rows)))
    write_wording(tmp_path / WORDING, worded)
    return tmp_path


def drugs(corpus: Path, **settings: Any) -> dict[str, str]:
    keys, texts, _ = corpus_texts(settings, corpus, None)
    assert keys == [("cell_line", "C1"), ("drug", "D1"), ("drug", "D2")]
    return {key.removeprefix("drug "): text for key, text in texts.items() if key.startswith("drug ")}


def test_what_several_sources_say_stays_where_one_of_them_is_left_out(corpus: Path) -> None:
    whole = drugs(corpus)
    assert whole["D1"] == "D1 inhibits a kinase. D1 is also known as first. It is given by mouth."
    assert drugs(corpus, without_sources=["chembl"]) == whole
    assert drugs(corpus, without_sources=["hub"])["D1"] == (
        "D1 inhibits a kinase. D1 is also known as second. It is given by mouth."
    )
    assert drugs(corpus, without_sources=["hub", "chembl"])["D1"] == "It is given by mouth."


def test_a_drug_of_which_nothing_is_left_tells_nothing_and_is_counted(corpus: Path) -> None:
    _, texts, gone = corpus_texts({"without_sources": ["hub"]}, corpus, None)
    assert texts["drug D2"] == NEUTRAL["drug"]
    assert gone == 1
    _, texts, gone = corpus_texts({"without_sources": ["hub", "tables"]}, corpus, None)
    assert texts["cell_line C1"] == NEUTRAL["cell_line"]
    assert gone == 2


def test_a_source_that_says_nothing_is_refused(corpus: Path) -> None:
    """Leaving it out would change nothing, and the table would say that the source is worth nothing."""
    with pytest.raises(ClmtError) as refused:
        drugs(corpus, without_sources=["hub", "kegg"])
    assert str(refused.value) == (
        f"{corpus}: without_sources names a source of no sentence! got: 'kegg', expected one of: chembl, hub, ncit, "
        "tables. Leave it out of the list or add it to text.sources"
    )
