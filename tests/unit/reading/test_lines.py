"""Lines of text files: odd bytes, line ends and packing make no difference, and a web page is no table."""

from __future__ import annotations

import gzip

import pytest

from clmt.errors import ClmtError
from clmt.reading.delimited import parse_records
from clmt.reading.lines import decode, number_lines, numbered_lines
from tests.helpers.survey_archives import zipped

TEXT = "\ufeffa,b\r\n\r\n1,2\r\n"
LINES = [(1, "a,b"), (3, "1,2")]


def test_packing_makes_no_difference(tmp_path):
    for name, data in (("t.csv", TEXT.encode()), ("t.gz", gzip.compress(TEXT.encode()))):
        (tmp_path / name).write_bytes(data)
        assert numbered_lines(tmp_path / name) == LINES
    (tmp_path / "t.zip").write_bytes(zipped({"x/t.txt": TEXT, "x/readme.md": "no"}))
    assert numbered_lines(tmp_path / "t.zip") == LINES


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(end):
    assert number_lines(f"a,b{end}1,2{end}".encode(), "t") == [(1, "a,b"), (2, "1,2")]


def test_one_odd_line_leaves_the_others_alone(caplog):
    assert decode("é\n".encode() + b"\x93x\x94\n", "t.csv") == "é\n“x”\n"
    assert "t.csv: 1 lines are not UTF-8" in caplog.text


@pytest.mark.parametrize("odd", ["\0", "\x01", "\x0b", "\x0c", "\x1a", "\x1b", "\x7f"])
@pytest.mark.parametrize("rest", [b"", b"\n\x93x\x94"], ids=["UTF-8", "Windows-1252"])
def test_a_control_character_is_refused_by_line(odd, rest):
    assert decode(b"a\tb\r\n1,2" + rest, "t.csv")
    with pytest.raises(ClmtError, match=r"t\.csv: line 3 holds the control character ") as error:
        decode(b"a\tb\r\n1,2\r\n3,x" + odd.encode() + b"y\n4,5" + rest, "t.csv")
    assert repr(odd) in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT, r"t\.csv is UTF-16! got: f[ef] f[ef] at its start"),
        ("\ufeff\u4e2d\u6587", r"t\.csv is UTF-16! got: f[ef] f[ef] at its start"),
        (TEXT.removeprefix("\ufeff"), "line 1 holds the control character .*UTF-16"),
    ],
    ids=["mark", "no zeros", "no mark"],
)
def test_utf_16_is_refused(encoding, text, words):
    with pytest.raises(ClmtError, match=words):
        decode(text.encode(encoding), "t.csv")


def test_a_web_page_is_no_table():
    with pytest.raises(ClmtError, match=r"t\.csv holds a web page"):
        parse_records(b"  <!DOCTYPE html><html>", "t.csv")


def test_a_quote_too_many_joins_no_rows():
    # Read leniently, the csv module makes one row of the last two.
    with pytest.raises(ClmtError, match=r"t\.csv, line 2: got: '1,\"2' \(unexpected end of data\)"):
        parse_records(b'a,b\n1,"2\n3,4\n', "t.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_without_a_last_line_end_is_warned_about(end, caplog):
    table = f"a,b{end}1,skin{end}2,lung"
    assert parse_records((table + end).encode(), "t.csv").rows == [["1", "skin"], ["2", "lung"]]
    assert not caplog.records
    assert parse_records(table[:-2].encode(), "t.csv").rows[-1] == ["2", "lu"]
    assert "t.csv: the last line (3) has no line end; the file may be cut off there" in caplog.text
