"""Tables that are published as an Excel workbook or as comma-separated text, whichever the file is."""

from __future__ import annotations

from pathlib import Path

from clmt.errors import ClmtError
from clmt.files import check_plain
from clmt.reading.archive import read_packed
from clmt.reading.delimited import Records, parse_records
from clmt.reading.matrix import clean_id

__all__ = ["read_table_file"]

_ZIP = b"PK\x03\x04"
_LARGEST = 100 << 20
"""Bytes of a workbook, which is a zip archive; the largest that is published has 31 MB."""


def read_table_file(path: Path) -> Records:
    """Read the first sheet of a workbook, or a comma-separated file, as a header and rows of text.

    Whole numbers lose the ``.0`` that a workbook gives them, so that an id is the same in both.

    Raises
    ------
    ClmtError
        Where the file is missing, damaged or empty, or a row has another width than the header.
    """
    path = Path(path)
    check_plain(path, "read")
    try:
        with path.open("rb") as handle:
            workbook = handle.read(len(_ZIP)) == _ZIP
    except FileNotFoundError:
        raise ClmtError(f"{path}: the file does not exist! Fetch it with 'clmt fetch'") from None
    if not workbook:
        source, data = read_packed(path, "*.csv")
        return parse_records(data, source)
    cells = _first_sheet(path)
    if len(cells) < 2:
        raise ClmtError(f"{path}: the first sheet is empty! got: {len(cells)} rows, expected: a header and rows")
    header, *rows = cells
    return Records(str(path), header, rows, list(range(2, len(rows) + 2)))


def _first_sheet(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    if path.stat().st_size > _LARGEST:
        raise ClmtError(
            f"{path}: the workbook is too large! got: {path.stat().st_size:,} bytes, expected: {_LARGEST:,}"
        )
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ClmtError(f"{path}: not a readable workbook! got: {reason}. Delete it and fetch it again") from None
    return [[clean_id(str(cell)) for cell in row] for row in rows]
