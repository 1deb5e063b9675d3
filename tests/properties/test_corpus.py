"""The corpus: what was written is read, in the order of the entities and of the sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from clmt.text.corpus import (
    Sentence,
    number_sentences,
    read_corpus,
    read_wording,
    write_corpus,
    write_wording,
)

ENTITIES = ["A549", "MCF-7", "T-T"]
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=6).filter(str.strip)
SENTENCES = st.lists(
    st.builds(
        Sentence,
        entity_id=st.sampled_from(ENTITIES),
        position=st.just(0),
        sentence=st.one_of(st.sampled_from(["It grows.", "It is a drug."]), WORDS),
        source=st.sampled_from(["tables", "reactome", "ncit"]),
        record_id=WORDS,
        licence=WORDS,
        retrieved=st.just("2026-01-01"),
        part=st.sampled_from(["identity", "mechanism"]),
        name_at=st.one_of(st.none(), st.integers(0, 9)),
        other_names=st.lists(WORDS, max_size=2).map(tuple),
    ),
    max_size=12,
)
ONE_EACH = [Sentence(name, 0, "It is told.", "tables", name, "CC0", "2026-01-01", part="identity") for name in ENTITIES]


@given(SENTENCES)
def test_sentences_are_numbered_and_marked_once(sentences: list[Sentence]) -> None:
    numbered, repeated = number_sentences(sentences)
    for name in ENTITIES:
        rows = [item for item in numbered if item.entity_id == name]
        assert [item.position for item in rows] == list(range(len(rows)))
        said = [item.sentence for item in rows if not item.repeats]
        assert len(set(said)) == len(said), "a text says the same twice"
    said_by = Counter((item.entity_id, item.sentence, item.source) for item in numbered)
    assert set(said_by) == {(item.entity_id, item.sentence, item.source) for item in sentences}
    assert set(said_by.values()) <= {1}
    assert sum(repeated.values()) == len(numbered) - len({(item.entity_id, item.sentence) for item in numbered})


@given(SENTENCES)
@example([])
def test_what_was_written_is_read(tmp_path: Path, sentences: list[Sentence]) -> None:
    numbered, _ = number_sentences([*ONE_EACH, *sentences])
    corpus, wording = tmp_path / "drugs.parquet", tmp_path / "wording.parquet"
    write_corpus(corpus, numbered, ENTITIES)
    write_wording(wording, {"drug": numbered})
    expected = sorted(numbered, key=lambda item: (ENTITIES.index(item.entity_id), item.position))
    plain = [replace(item, part="", name_at=None, other_names=()) for item in expected]
    assert read_corpus(corpus, repeats=True) == plain
    assert read_corpus(corpus) == [item for item in plain if not item.repeats]
    assert read_wording(wording, "drug", plain) == expected
