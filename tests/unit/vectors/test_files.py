"""The reader of text vectors: only those of the encoder asked for, each entity once, float32 and finite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.vectors.files import read_vectors, write_vectors

KEYS = [("cell_line", "683665"), ("drug", "Afatinib"), ("drug", "Imatinib")]
VECTORS = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_vectors(tmp_path / "text_lsa.parquet", KEYS, VECTORS, {"encoder": "lsa"})
    return tmp_path / "text_lsa.parquet"


def changed(file: Path, column: str, values: pa.Array) -> Path:
    table = pq.read_table(file)
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, values), file)
    return file


def test_what_was_written_is_read(file: Path) -> None:
    vectors, facts = read_vectors(file, "lsa")
    assert {key: vectors[key[0]][key[1]].tolist() for key in KEYS} == dict(zip(KEYS, VECTORS.tolist(), strict=True))
    assert facts == {"encoder": "lsa"}
    assert read_vectors(file)[1] == facts


def test_vectors_of_another_encoder_are_refused(file: Path) -> None:
    with pytest.raises(ClmtError, match=r"text_lsa\.parquet: vectors of another encoder! got: 'lsa', expected: 'x'"):
        read_vectors(file, "x")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_a_vector_that_is_not_finite_is_refused_with_its_entity(file: Path, value: float) -> None:
    values = VECTORS.copy()
    values[1, 1] = value
    write_vectors(file, KEYS, values, {"encoder": "lsa"})
    with pytest.raises(ClmtError, match=r"the vector of drug 'Afatinib' is not finite \(row 1\)"):
        read_vectors(file)


def test_an_entity_with_two_vectors_and_an_unknown_kind_are_refused(file: Path) -> None:
    write_vectors(file, [*KEYS[:2], KEYS[1]], VECTORS, {})
    with pytest.raises(ClmtError, match="drug 'Afatinib' has two vectors! got: the second in row 2"):
        read_vectors(file)
    write_vectors(file, [*KEYS[:2], ("gene", "TP53")], VECTORS, {})
    with pytest.raises(ClmtError, match="unknown kind in row 2! got: 'gene', expected one of: cell_line, drug"):
        read_vectors(file)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("vector", pa.array([[1, 2]] * 3, pa.list_(pa.int64(), 2)), "column 'vector' has the wrong type"),
        ("vector", pa.array([[1.0], [1.0, 2.0], []]), "column 'vector' has the wrong type"),
        ("vector", pa.array([[1.0, 2.0], [1.0, None], [1.0, 2.0]], pa.list_(pa.float32(), 2)), "a number is missing"),
        ("vector", pa.array([[1.0, 2.0], None, None], pa.list_(pa.float32(), 2)), "missing value .*'vector', row 1"),
        ("entity_id", pa.array([1, 2, 3]), "column 'entity_id' has the wrong type! got: int64, expected: string"),
        ("entity_id", pa.array(["a", "b", None]), "missing value in column 'entity_id', row 2"),
        ("kind", pa.array([None] * 3), "column 'kind' has the wrong type! got: null"),
    ],
)
def test_columns_of_other_types_are_refused(file: Path, column: str, values: pa.Array, message: str) -> None:
    with pytest.raises(ClmtError, match=message):
        read_vectors(changed(file, column, values))


def test_no_rows_and_metadata_of_other_bytes_are_refused(file: Path) -> None:
    table = pq.read_table(file)
    pq.write_table(table.slice(0, 0), file)
    with pytest.raises(ClmtError, match="no vectors! expected: one of each cell line and drug"):
        read_vectors(file)
    pq.write_table(table.replace_schema_metadata({b"encoder": b"\xff"}), file)
    with pytest.raises(ClmtError, match="what it says of itself is not UTF-8"):
        read_vectors(file)
