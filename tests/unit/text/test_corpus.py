"""The corpus as files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.text.corpus import COLUMNS, Sentence, number_sentences, read_corpus, write_corpus
from tests.helpers.text_sources import (
    build,
    entity_texts,
)


def test_an_empty_or_foreign_sentence_or_a_silent_entity_is_refused(tmp_path):
    good = Sentence("a", 0, "A text.", "tables", "a", "own", "2020")
    with pytest.raises(ClmtError, match="1 entities would have no text, the first is 'b'"):
        write_corpus(tmp_path / "c.parquet", [good], ["a", "b"])
    with pytest.raises(ClmtError, match="empty sentence for 'b'"):
        write_corpus(tmp_path / "c.parquet", [good, Sentence("b", 0, " ", "ncit", "C1", "x", "y")], ["a", "b"])
    with pytest.raises(ClmtError, match="unknown entity! got: 'z'"):
        write_corpus(tmp_path / "c.parquet", [Sentence("z", 0, "T.", "ncit", "C1", "x", "y")], ["a"])
    assert not list(tmp_path.iterdir())


def test_a_text_says_nothing_twice_and_its_first_source_is_kept():
    one, two = Sentence("a", 0, "T.", "ncit", "C1", "x", "y"), Sentence("a", 0, "T.", "hub", "1", "x", "y")
    other, last = Sentence("b", 0, "T.", "hub", "1", "x", "y"), Sentence("a", 0, "U.", "hub", "1", "x", "y")
    numbered, repeated = number_sentences([one, one, two, two, other, last])
    assert [(s.entity_id, s.source, s.position, s.repeats) for s in numbered] == [
        ("a", "ncit", 0, False),
        ("a", "hub", 1, True),
        ("b", "hub", 0, False),
        ("a", "hub", 2, False),
    ]
    assert repeated == {"hub": 1}


def test_the_text_is_the_sentences_in_order(world, tmp_path):
    corpora = build(world, tmp_path / "text", repeats=True)
    rows = [s for s in corpora["drug"] if s.entity_id == "Alphanib"]
    assert [s.position for s in rows] == list(range(len(rows)))
    text = " ".join(s.sentence for s in rows if not s.repeats)
    assert entity_texts(tmp_path / "text" / "drugs.parquet")["Alphanib"] == text


def test_the_file_has_the_columns_of_the_documentation(world, tmp_path):
    build(world, tmp_path / "text")
    schema = pq.read_schema(tmp_path / "text" / "drugs.parquet")
    assert tuple(schema.names) == COLUMNS
    assert str(schema.field("position").type) == "int32"


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("sentence", pa.array([None], pa.string()), "missing value in column 'sentence', row 0"),
        ("sentence", pa.array([None]), "column 'sentence' has the wrong type! got: null, expected: string"),
        ("position", pa.array(["10"]), "column 'position' has the wrong type! got: string, expected: int32"),
        ("repeats", pa.array([0]), "column 'repeats' has the wrong type! got: int64, expected: bool"),
    ],
)
def test_a_corpus_of_other_types_is_refused(tmp_path, column, values, message):
    path = tmp_path / "drugs.parquet"
    write_corpus(path, [Sentence("a", 0, "A text.", "tables", "a", "own", "2020")], ["a"])
    assert len(read_corpus(path)) == 1
    table = pq.read_table(path)
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, values), path)
    with pytest.raises(ClmtError, match=message):
        read_corpus(path)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("sentence", " ", "sentence 0 of 'a' is empty! got: ' '"),
        ("position", 1, "sentence 1 of 'a' stands twice!"),
        ("repeats", True, "got: 'a' without a sentence that repeats none"),
    ],
)
def test_a_corpus_that_was_not_written_here_is_refused(tmp_path, column, value, message):
    path = tmp_path / "drugs.parquet"
    rows = [Sentence("a", 0, "T.", "hub", "1", "x", "y"), Sentence("a", 1, "T.", "ncit", "1", "x", "y", repeats=True)]
    write_corpus(path, rows, ["a"])
    table = pq.read_table(path)
    field = table.schema.field(column)
    values = pa.array([value, table.column(column)[1].as_py()], type=field.type)
    pq.write_table(table.set_column(table.schema.get_field_index(column), field, values), path)
    with pytest.raises(ClmtError, match=message):
        read_corpus(path)
    pq.write_table(table.slice(0, 0), path)
    with pytest.raises(ClmtError, match="not the texts of a dataset! got: no sentence"):
        read_corpus(path)
