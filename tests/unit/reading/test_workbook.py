from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from clmt.errors import ClmtError
from clmt.reading.workbook import read_table_file

ROWS = [["DRUG_ID", "DRUG_NAME", "LN_IC50"], [1003, "Camptothecin", -1.463887], [1004, "5-FU, old", 2]]


def write_workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_and_its_text_are_one_table(tmp_path: Path) -> None:
    book = read_table_file(write_workbook(tmp_path / "a.xlsx", ROWS))
    (tmp_path / "a.csv").write_text('DRUG_ID,DRUG_NAME,LN_IC50\n1003,Camptothecin,-1.463887\n1004,"5-FU, old",2\n')
    text = read_table_file(tmp_path / "a.csv")
    assert (book.header, book.rows, book.lines) == (text.header, text.rows, text.lines)
    assert book.rows[0] == ["1003", "Camptothecin", "-1.463887"]


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="does not exist"):
        read_table_file(tmp_path / "none.xlsx")
    whole = write_workbook(tmp_path / "a.xlsx", ROWS).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ClmtError, match="not a readable workbook") as refused:
        read_table_file(tmp_path / "cut.xlsx")
    assert "\n" not in str(refused.value)
    with pytest.raises(ClmtError, match="first sheet is empty! got: 1 rows"):
        read_table_file(write_workbook(tmp_path / "b.xlsx", ROWS[:1]))
