"""Members of zip archives: found by their base name, read within bounds, nothing extracted."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.reading.archive import member_names, read_member
from tests.helpers.survey_archives import zipped


def test_member_is_found_by_its_base_name_only(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"x/Table_S1.csv": b"1", "x/Old_Table_S1.csv": b"2", "../../escaped.csv": b"3"}))
    assert read_member(path, "Table_S1.csv") == ("Table_S1.csv", b"1")
    assert read_member(path, "ESC*.csv") == ("escaped.csv", b"3")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
    assert not (tmp_path.parent.parent / "escaped.csv").exists()
    with pytest.raises(ClmtError, match=r"got: '\.\./\.\./escaped\.csv'"):
        read_member(path, "../../escaped.csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"a/t.csv": b"1", "b/t.csv": b"2"}), "more than one file t.csv in the archive! got: a/t.csv, b/t.csv"),
        (zipped({"a/other.csv": b"1"}), "expected: other.csv"),
        (zipped({"t.csv": b"\0" * (4 << 20)}), "absurd size"),
        (zipped({"t.csv": b"12345"})[:-30], "not a readable zip archive"),
        (zipped({"t.csv": b"12345"}).replace(b"t.csv", b"u.csv", 1), "not a readable zip archive"),
    ],
    ids=["twice", "absent", "bomb", "cut", "lying"],
)
def test_archives_are_not_trusted(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=words):
        read_member(path, "t.csv")


def test_resource_forks_are_no_members(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"x/t.csv": b"1", "__MACOSX/x/t.csv": b"2", "x/._t.csv": b"3"}))
    assert member_names(path) == ["t.csv"]
    assert read_member(path, "t.csv") == ("t.csv", b"1")
