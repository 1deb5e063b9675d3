"""Opening Parquet files: what is missing or broken is named with how to make it."""

from __future__ import annotations

import contextlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.files import write_parquet
from clmt.reading.parquet import read_parquet


def test_columns_are_read_in_the_order_asked(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1], "b": [[0.5]], "c": ["x"]}), path)
    assert read_parquet(path, "the table does", "Make it").column_names == ["a", "b", "c"]
    assert read_parquet(path, "the table does", "Make it", ("c", "b")).to_pydict() == {"c": ["x"], "b": [[0.5]]}
    with pytest.raises(ClmtError, match=r"t\.parquet: missing column 'd'! got: a, b, c\. Make it"):
        read_parquet(path, "the table does", "Make it", ("a", "d"))


def test_missing_and_broken_files_are_told_with_the_remedy(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(ClmtError, match=r"t\.parquet: the vectors do not exist! Make them"):
        read_parquet(path, "the vectors do", "Make them")
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(ClmtError, match=r"t\.parquet: not a readable Parquet file! got: .*\. Make them") as caught:
        read_parquet(path, "the vectors do", "Make them")
    assert "\n" not in str(caught.value)


def test_a_changed_bit_of_the_values_is_noticed(tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table({"a": [float(row) for row in range(100)]})
    for write, noticed in ((write_parquet, True), (pq.write_table, False)):
        write(table, path, compression="none", use_dictionary=False)
        content = bytearray(path.read_bytes())
        content[200] ^= 1
        path.write_bytes(content)
        if noticed:
            with pytest.raises(ClmtError, match=r"t\.parquet: not a readable Parquet file! got: .*(CRC|checksum)"):
                read_parquet(path, "the table does", "Make it")
        else:
            assert read_parquet(path, "the table does", "Make it") != table


def test_what_another_program_wrote_anew_is_another_file(tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table({"a": [1.0, 2.0]}).replace_schema_metadata({"seed": "7"})
    write_parquet(table, path)
    assert pq.read_table(path).equals(table, check_metadata=True)
    assert read_parquet(path, "the table does", "Make it").equals(table, check_metadata=True)
    pq.write_table(pq.read_table(path).slice(1), path)
    assert read_parquet(path, "the table does", "Make it").to_pydict() == {"a": [2.0]}


def test_every_changed_bit_of_the_footer_is_noticed_or_means_nothing(tmp_path):
    """Page checksums do not cover it: a changed type or offset gives other values, or the reader's own error."""
    path = tmp_path / "t.parquet"
    table = pa.table({"a": [0.5, 1.5, 2.5], "b": ["x", "y", "z"]})
    write_parquet(table, path, compression="none")
    content = path.read_bytes()
    for place in range(content.index(b"clmt-crc"), len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        with contextlib.suppress(ClmtError):
            assert read_parquet(path, "the table does", "Make it").equals(table)
