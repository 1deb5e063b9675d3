"""Tables of numbers: a row for each cell line and a column for each gene or drug, with errors that name the cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.reading.delimited import Records, names_ids
from clmt.reading.unknown import MISSING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Matrix", "clean_id", "parse_matrix", "parse_number", "refuse_duplicates", "repeat_of", "row_numbers"]


@dataclass(frozen=True)
class Matrix:
    """Numbers with a name for each row (cell line) and column (gene or drug); NaN where the source has none."""

    source: str
    ids: list[str]
    columns: list[str]
    values: np.ndarray
    lines: list[int] = field(default_factory=list)


def clean_id(text: str) -> str:
    """Strip blanks, and the ``.0`` of a number that was stored as a float (``906826.0``)."""
    text = text.strip()
    head, dot, tail = text.partition(".")
    return head if dot and head.isdigit() and tail.strip("0") == "" else text


def repeat_of(name: str) -> str | None:
    """Return what stands before the number that pandas and R append to a name that stands twice (``101.1``)."""
    stem, dot, number = name.rpartition(".")
    return stem if dot and stem and number.isascii() and number.isdigit() and int(number) > 0 else None


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
        For a column that is unnamed, duplicated or of ids, a duplicated cell line, text, infinity or (unless allowed) a
        missing value.
    """
    import numpy as np

    source = records.source
    columns = records.header[1:]
    if "" in columns:
        raise ClmtError(f"{source}: column {columns.index('') + 2} has no name! expected a {what}")
    for place, name in enumerate(columns, 2):
        if names_ids(name):
            raise ClmtError(
                f"{source}: column {place} is a column of ids! got: {name!r}, expected: a {what}. Ids belong in the "
                "first column; the header may have lost a cell"
            )
    if unique_columns:
        refuse_duplicates(columns, source, what)
    ids = [clean_id(row[0]) for row in records.rows]
    if "" in ids:
        raise ClmtError(f"{source}: line {records.lines[ids.index('')]} has no cell line in its first column")
    refuse_duplicates(ids, source, "cell line")
    values = np.empty((len(ids), len(columns)))
    for place, row in enumerate(records.rows):
        values[place] = row_numbers(row[1:])
        bad = np.flatnonzero(~np.isfinite(values[place]))
        refused = [column for column in bad if not (missing and row[column + 1].strip().lower() in MISSING)]
        if refused:
            raise _bad_cell(records, place, int(refused[0]), ids[place], what, missing)
    return Matrix(source, ids, columns, values, records.lines)


def row_numbers(cells: Sequence[str]) -> list[float]:
    """Numbers of a row; NaN where a cell is none. A row of plain numbers, as nearly all are, is read in one go."""
    text = "".join(cells)
    try:
        if text.isascii() and "_" not in text:
            return [float(cell) for cell in cells]
    except ValueError:
        pass
    return [parse_number(cell.strip()) for cell in cells]


def parse_number(cell: str) -> float:
    """Read a stripped cell as a number; NaN where it is none."""
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
        f"{records.header[column + 1]!r} is not a number! got: {text!r}, expected: {expected}"
    )
