"""Comma-separated tables in the shapes that R, pandas and Excel leave behind, with errors that name the cell."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clmt.errors import ClmtError, expected_one_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Matrix", "Records", "clean_id", "parse_matrix", "parse_records", "refuse_duplicates"]

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True)
class Records:
    """A header and its rows as text; ``lines`` holds the line number of each row in the file."""

    source: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def position(self, names: Sequence[str], *, required: bool = True) -> int | None:
        """Place of the first of ``names`` that is in the header; an error, or None where it is not required."""
        for name in names:
            if name in self.header:
                return self.header.index(name)
        if not required:
            return None
        found = [name for name in self.header if name]
        raise expected_one_of(f"{self.source}: missing column {' or '.join(names)}", "no such column", found)

    def column(self, position: int) -> list[str]:
        """Return the stripped cells of one column."""
        return [row[position].strip() for row in self.rows]


@dataclass(frozen=True)
class Matrix:
    """Numbers with a name for each row (cell line) and column (gene or drug); NaN where the source has none."""

    source: str
    ids: list[str]
    columns: list[str]
    values: np.ndarray
    lines: list[int] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Text of a table: UTF-8 with or without a byte order mark, else Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def clean_id(text: str) -> str:
    """Strip blanks, and the ``.0`` of a number that was stored as a float (``906826.0``)."""
    text = text.strip()
    head, dot, tail = text.partition(".")
    return head if dot and head.isdigit() and tail.strip("0") == "" else text


def parse_records(data: bytes, source: str, *, ragged: bool = False) -> Records:
    """Split a table into header and rows.

    Two shapes of header are accepted: a field for each column of the rows (the first may be empty), and one field
    fewer, as R's ``write.table`` writes it, where the row names have no header. ``ragged`` admits rows of any length.

    Raises
    ------
    ClmtError
        For an empty table, a row of another length than the header, or NUL bytes.
    """
    reader = csv.reader(io.StringIO(decode(data), newline=""))
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise ClmtError(f"{source}: line {reader.line_num} is not comma-separated text! got: {error}") from error
    if len(rows) < 2:
        raise ClmtError(f"{source}: the table is empty! got: {len(rows)} lines, expected a header and rows")
    header, body, body_lines = [cell.strip() for cell in rows[0]], rows[1:], lines[1:]
    if all(len(row) == len(header) + 1 for row in body) and (not ragged or _row_names(body)):
        header = ["", *header]
    if not ragged:
        _check_widths(source, header, body, body_lines)
    return Records(source, header, body, body_lines)


def _row_names(rows: list[list[str]]) -> bool:
    """Tell whether the first cells are R's default row names 1, 2, 3, ... (or 0, 1, 2, ... of pandas)."""
    first = [row[0].strip() for row in rows]
    return any(first == [str(start + place) for place in range(len(first))] for start in (0, 1))


def _check_widths(source: str, header: list[str], rows: list[list[str]], lines: list[int]) -> None:
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise ClmtError(
                f"{source}: line {line} (row {row[0].strip()!r}) has the wrong number of fields! "
                f"got: {len(row)}, expected one of: {len(header)}. The file may be cut off"
            )


def refuse_duplicates(names: Sequence[str], source: str, what: str) -> None:
    """Raise where a cell line, gene or drug is listed twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 3} more" if len(twice) > 3 else ""
        listed = ", ".join(repr(name) for name in twice[:3])
        raise ClmtError(f"{source}: duplicated {what}! got: {listed}{more}, expected each {what} once")


def parse_matrix(records: Records, *, what: str, missing: bool = False, unique_columns: bool = True) -> Matrix:
    """Turn records with row names into numbers.

    Parameters
    ----------
    records
        The first column holds the cell lines.
    what
        ``gene`` or ``drug``: what the columns are, for the messages.
    missing
        Whether empty cells and ``NA`` are allowed (they become NaN).
    unique_columns
        Whether a column name that stands twice is refused here.

    Raises
    ------
    ClmtError
        For an unnamed or duplicated column, a duplicated cell line, text, infinity or (unless allowed) a missing value.
    """
    import numpy as np

    source = records.source
    columns = records.header[1:]
    if "" in columns:
        raise ClmtError(f"{source}: column {columns.index('') + 2} has no name! expected a {what}")
    if unique_columns:
        refuse_duplicates(columns, source, what)
    ids = [clean_id(row[0]) for row in records.rows]
    if "" in ids:
        raise ClmtError(f"{source}: line {records.lines[ids.index('')]} has no cell line in its first column")
    refuse_duplicates(ids, source, "cell line")
    values = np.empty((len(ids), len(columns)))
    for place, row in enumerate(records.rows):
        values[place] = _numbers(row[1:])
        bad = np.flatnonzero(~np.isfinite(values[place]))
        refused = [column for column in bad if not (missing and row[column + 1].strip().lower() in MISSING)]
        if refused:
            raise _bad_cell(records, place, int(refused[0]), ids[place], what, missing)
    return Matrix(source, ids, columns, values, records.lines)


def _numbers(cells: Sequence[str]) -> list[float]:
    """Numbers of a row; NaN where a cell is none. A row of plain numbers, as nearly all are, is read in one go."""
    text = "".join(cells)
    try:
        if text.isascii() and "_" not in text:
            return [float(cell) for cell in cells]
    except ValueError:
        pass
    return [_number(cell.strip()) for cell in cells]


def _number(cell: str) -> float:
    # float() also takes Python's own 1_0 and the digits of other scripts, which a table means as something else.
    if not cell.isascii() or "_" in cell:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _bad_cell(records: Records, row: int, column: int, cell_line: str, what: str, missing: bool) -> ClmtError:
    text = records.rows[row][column + 1]
    expected = "a finite number or NA" if missing else "a finite number"
    return ClmtError(
        f"{records.source}: line {records.lines[row]}, cell line {cell_line}, {what} "
        f"{records.header[column + 1]!r} is not a number! got: {text!r}, expected one of: {expected}"
    )
