"""Files that steps leave for one another: a bit that changed on the disk is noticed, or means nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from clmt.files import write_parquet
from clmt.reading.parquet import read_parquet
from clmt.tensors import load_tensors, save_tensors
from tests.helpers.one_line import or_one_line

TABLE = pa.table(
    {
        "cell_line_id": [f"{number}" for number in range(40)],
        "ln_ic50": [number / 7 for number in range(40)],
        "censored": [number % 3 == 0 for number in range(40)],
        "vector": pa.array([[number, 0.5] for number in range(40)], pa.list_(pa.float32(), 2)),
    }
).replace_schema_metadata({"dataset": "gdsc", "seed": "7"})
TENSORS = {"values": torch.arange(30.0), "names": ["a", "b"], "fold": 3, "nested": {"weight": torch.ones(2, 2)}}
SHARE, BIT = st.floats(0, 1, exclude_max=True), st.integers(0, 7)


def flip(path: Path, whole: bytes, share: float, bit: int) -> None:
    content = bytearray(whole)
    content[int(share * len(content))] ^= 1 << bit
    path.write_bytes(content)


@pytest.mark.parametrize("compression", ["none", "zstd"])
@given(share=SHARE, bit=BIT)
@example(share=0.421875, bit=0)
def test_a_bit_of_a_parquet_file(tmp_path: Path, compression: str, share: float, bit: int) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(TABLE, path, compression=compression)
    whole = read_parquet(path, "the table does", "Make it")
    assert whole.equals(TABLE)
    flip(path, path.read_bytes(), share, bit)
    with or_one_line(path):
        assert read_parquet(path, "the table does", "Make it").equals(whole, check_metadata=True)


@given(share=SHARE, bit=BIT)
def test_a_bit_of_a_file_of_tensors(tmp_path: Path, share: float, bit: int) -> None:
    path = tmp_path / "t.pt"
    save_tensors(path, TENSORS)
    flip(path, path.read_bytes(), share, bit)
    with or_one_line(path):
        assert same(load_tensors(path), TENSORS)


def same(first: Any, second: Any) -> bool:
    if isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in second)
    if isinstance(second, torch.Tensor):
        return first.dtype == second.dtype and torch.equal(first, second)
    return bool(type(first) is type(second) and first == second)


@pytest.mark.parametrize("name", ["t.parquet", "t.pt"])
@given(data=st.data())
def test_what_is_cut_or_other_bytes(tmp_path: Path, name: str, data: st.DataObject) -> None:
    path = tmp_path / name
    if name == "t.pt":
        save_tensors(path, TENSORS)
    else:
        write_parquet(TABLE, path)
    whole = path.read_bytes()
    cut = st.integers(0, len(whole) - 1).map(lambda size: whole[:size])
    path.write_bytes(data.draw(st.one_of(cut, st.binary(max_size=60))))
    with or_one_line(path):
        read = load_tensors(path) if name == "t.pt" else read_parquet(path, "the table does", "Make it")
        raise AssertionError(f"read: {read}")
