"""Atomic writing: a file is there whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.files import atomic_path, read_json, write_json, write_text


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "table.tsv"
    with atomic_path(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
        assert temporary.parent == target.parent
        assert temporary.suffix == ".tsv"
    assert target.read_text() == "whole"
    assert [path.name for path in target.parent.iterdir()] == ["table.tsv"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "table.tsv"
    target.write_text("old")

    def write_half() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_text_has_the_same_line_ends_everywhere(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "µM\nln IC50\n")
    assert (tmp_path / "a.txt").read_bytes() == "µM\nln IC50\n".encode()


def test_json_is_sorted_and_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": [1.5, None], "a": "x"})
    assert (tmp_path / "a.json").read_text().index('"a"') < (tmp_path / "a.json").read_text().index('"b"')
    assert read_json(tmp_path / "a.json") == {"a": "x", "b": [1.5, None]}


def test_nan_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"rmse": float("nan")})
    assert list(tmp_path.iterdir()) == []
    assert json.dumps({"rmse": float("nan")}) == '{"rmse": NaN}'  # what would have been written


def test_what_is_no_plain_file_is_not_renamed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, kind in (("pipe", "a device, a pipe or a socket"), ("folder", "a folder")):
        with pytest.raises(ClmtError, match=f"{name}: not a file to write! got: {kind}"):
            write_text(tmp_path / name, "x")
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_json_file_is_told_with_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ClmtError, match=r"a\.json: not a JSON file \(.*\)! Run evaluate"):
        read_json(tmp_path / "a.json", "Run evaluate")
    with pytest.raises(ClmtError, match=r"b\.json: no such file! Run the rule"):
        read_json(tmp_path / "b.json")


def test_a_full_disk_names_the_output(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught, atomic_path(tmp_path / "table.tsv"):
        raise OSError(28, "No space left on device")
    assert caught.value.filename == str(tmp_path / "table.tsv")


def test_a_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Opened, it would wait for ever."""
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(ClmtError, match=r"a\.json: not a file to read! got: a device, a pipe or a socket"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ENOLCK, errno.EROFS])
def test_a_fault_of_an_open_file_gets_its_name(tmp_path: Path, number: int) -> None:
    with pytest.raises(OSError, match=r"table\.tsv") as fault, atomic_path(tmp_path / "table.tsv"):
        raise OSError(number, "refused")
    assert fault.value.filename == str(tmp_path / "table.tsv")
    assert list(tmp_path.iterdir()) == []
