"""Members of zip archives, gzip and plain files: read within bounds, nothing extracted, damage named with its place."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.reading.archive import RATIO, member_names, read_member, read_packed
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
        (zipped({"t.csv": b"12345"}).replace(b"t.csv", b"u.csv", 1), "not a readable archive, member 't.csv'! got: "),
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


TEXT = "".join(f"line {number} of a table\n" for number in range(2000)).encode()


def packed(method: int, content: bytes = TEXT) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("x/t.txt", content)
    return buffer.getvalue()


def change(data: bytes, local: int, central: int, new: bytes) -> bytes:
    """Overwrite bytes of the header in front of the first member, and of its entry in the list at the end."""
    out = bytearray(data)
    for start, offset in ((0, local), (data.index(b"PK\x01\x02"), central)):
        out[start + offset : start + offset + len(new)] = new
    return bytes(out)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (change(packed(zipfile.ZIP_STORED), 6, 8, b"\x01\0"), r"'t\.txt'.* is encrypted"),
        (change(packed(zipfile.ZIP_STORED), 8, 10, b"\x63\0"), r"'t\.txt'.* not supported"),
        (change(packed(zipfile.ZIP_STORED), 4, 6, b"\x63\0"), r"zip file version 9\.9"),
        (change(packed(zipfile.ZIP_STORED), 22, 24, (1 << 20).to_bytes(4, "little")), r"'t\.txt'"),
        (change(packed(zipfile.ZIP_STORED), 22, 24, (99).to_bytes(4, "little")), r"'t\.txt'"),
        (flipped(packed(zipfile.ZIP_STORED), 99), r"'t\.txt'.* Bad CRC-32"),
        (flipped(packed(zipfile.ZIP_DEFLATED), 99), r"'t\.txt'"),
        (flipped(packed(zipfile.ZIP_BZIP2), 99), r"'t\.txt'.* Invalid data stream"),
        (flipped(packed(zipfile.ZIP_LZMA), 99), r"'t\.txt'.* Corrupt input data"),
        (change(change(packed(zipfile.ZIP_STORED), 6, 8, b"\0\x08"), 30, 46, b"\xff"), "not a readable zip archive"),
        (bytes(range(256)) * 40, "not a readable zip archive"),
        (b"", "not a readable zip archive"),
    ],
    ids=[
        "encrypted",
        "method",
        "version",
        "longer",
        "shorter",
        "stored",
        "deflate",
        "bzip2",
        "lzma",
        "name",
        "random",
        "empty",
    ],
)
@pytest.mark.parametrize("read", [read_member, read_packed])
def test_damaged_archives_are_named_with_their_member(
    tmp_path: Path, read: Callable[[Path, str], tuple[str, bytes]], content: bytes, words: str
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=rf"a\.zip: .*{words}") as error:
        read(path, "*.txt")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(TEXT)[:-9], "end-of-stream"),
        (flipped(gzip.compress(TEXT), 99), "got: "),
        (gzip.compress(TEXT) + b"more", "Not a gzipped file"),
        (TEXT, "Not a gzipped file"),
        (gzip.compress(b"\n" * (4 << 20)), "absurd size"),
    ],
    ids=["cut", "flipped", "behind", "plain", "bomb"],
)
def test_damaged_gzip_files_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "t.txt.gz"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=rf"t\.txt\.gz.*{words}"):
        read_packed(path, "*")
    with pytest.raises(ClmtError, match=r"none\.gz: the file does not exist"):
        read_packed(tmp_path / "none.gz", "*")


@pytest.mark.parametrize("name", ["t.zip", "t.gz"])
def test_what_unpacks_to_more_than_a_table_does_is_refused(tmp_path: Path, name: str) -> None:
    def write(noise: int) -> float:
        """Two megabytes of line ends behind bytes that do not pack; returns the ratio."""
        content = os.urandom(noise).ljust(2 << 20, b"\n")
        (tmp_path / name).write_bytes(
            packed(zipfile.ZIP_DEFLATED, content) if name == "t.zip" else gzip.compress(content)
        )
        return len(content) / (tmp_path / name).stat().st_size

    assert RATIO / 2 < write(25_000) < RATIO
    assert len(read_packed(tmp_path / name, "*")[1]) == 2 << 20
    assert RATIO < write(15_000) < 2 * RATIO
    with pytest.raises(ClmtError, match="absurd size"):
        read_packed(tmp_path / name, "*")


@pytest.mark.parametrize("name", ["t.zip", "t.gz", "t.txt"])
def test_a_file_above_the_largest_size_is_refused(tmp_path: Path, name: str) -> None:
    content = {"t.zip": packed(zipfile.ZIP_STORED), "t.gz": gzip.compress(TEXT), "t.txt": TEXT}[name]
    (tmp_path / name).write_bytes(content)
    assert read_packed(tmp_path / name, "*", len(TEXT))[1] == TEXT
    with pytest.raises(ClmtError, match=rf"{name}.* absurd size"):
        read_packed(tmp_path / name, "*", len(TEXT) - 1)


def test_a_size_that_lies_about_packing_is_no_way_in(tmp_path: Path) -> None:
    bomb = packed(zipfile.ZIP_DEFLATED, b"\n" * (4 << 20))
    (tmp_path / "a.zip").write_bytes(change(bomb, 18, 20, (1 << 30).to_bytes(4, "little")))
    with pytest.raises(ClmtError, match="absurd size"):
        read_member(tmp_path / "a.zip", "*")


@pytest.mark.parametrize("name", ["t.zip", "t.gz", "t.txt"])
def test_pipes_devices_and_folders_are_refused_before_they_are_opened(tmp_path: Path, name: str) -> None:
    """Opened, the pipe would wait for ever and the device never end."""
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(ClmtError, match=f"{name}: not a file to read! got: a device, a pipe"):
        read_packed(path, "*")
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ClmtError, match=f"{name}: not a file to read! got: a device, a pipe"):
        read_packed(path, "*")
    path.unlink()
    path.mkdir()
    with pytest.raises(ClmtError, match=f"{name}: not a file to read! got: a folder"):
        read_packed(path, "*")
