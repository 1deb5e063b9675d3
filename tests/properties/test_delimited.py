"""Delimited tables: what was written is read, and any other bytes are refused on one line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clmt.reading.delimited import parse_records, read_rows
from clmt.reading.matrix import parse_matrix
from tests.helpers.one_line import or_one_line

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)
NAMES = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TABLE = b'id,A,B\n1,0.5,x\n2,1.5,"y, z"\n3,2.5,w\n'


def written(rows: list[list[str]], end: str) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode()


@given(st.data(), st.lists(NAMES, min_size=2, max_size=5, unique=True), st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_read(data: st.DataObject, header: list[str], end: str) -> None:
    rows = data.draw(st.lists(st.lists(WORDS, min_size=len(header), max_size=len(header)), min_size=1, max_size=5))
    assume(all(any(cell.strip() for cell in row) for row in rows))
    content = written([header, *rows], end)
    assume(not content.lstrip().startswith(b"<"))
    records = parse_records(content, "t.csv")
    assert records.header == header
    assert records.rows == rows
    assert records.lines == list(range(2, len(rows) + 2))


@given(st.dictionaries(st.integers(1, 10**6), st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6))
def test_numbers_are_read_as_they_were_written(values: dict[int, tuple[float, float]]) -> None:
    rows = [["", "TP53", "KRAS"], *([str(key), *map(repr, row)] for key, row in values.items())]
    matrix = parse_matrix(parse_records(written(rows, "\n"), "t.csv"), what="gene")
    assert matrix.ids == [str(key) for key in values]
    np.testing.assert_array_equal(matrix.values, np.array(list(values.values())))


@st.composite
def changed(draw: st.DrawFn, content: bytes) -> bytes:
    """Replace, insert or delete a few bytes."""
    for _ in range(draw(st.integers(1, 3))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(0, 3))
        content = content[:place] + draw(st.binary(max_size=3)) + content[place + length :]
    return content


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), changed(TABLE)), st.booleans())
@example(b"", False)
@example(b"\xff\xfea\0,\0", False)
@example(b'\n\n,\n"\n', True)
def test_any_bytes_are_a_table_or_one_line(content: bytes, ragged: bool) -> None:
    with or_one_line("t.csv"):
        records = parse_records(content, "t.csv", ragged=ragged)
        if not ragged:
            assert all(len(row) == len(records.header) for row in records.rows)
            parse_matrix(records, what="gene", missing=True)


@given(st.one_of(st.binary(max_size=60), changed(TABLE)), st.sampled_from([",", "\t"]), st.booleans())
def test_any_bytes_are_a_list_or_one_line(tmp_path: Path, content: bytes, delimiter: str, quoted: bool) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with or_one_line(str(path)):
        rows = read_rows(path, ("id",), delimiter=delimiter, quoted=quoted, comment="!")
        assert all(row["id"] for row in rows)
