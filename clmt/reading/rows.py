"""Rows of delimited lists with a header, read strictly: odd ones are counted by line, unclosed quotes refused."""

from __future__ import annotations

import csv
import logging
from dataclasses import dataclass, field
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.prose import clean
from clmt.reading.raw import require_columns

__all__ = ["OddRows", "read_rows"]

log = logging.getLogger(__name__)


@dataclass
class OddRows:
    """Rows of a list that are not what its header promises, by the line of the file at which they begin.

    Attributes
    ----------
    cells : list of int
        Rows with more or fewer cells than the header. They are read: missing cells are empty, cells too many are not
        looked at.
    nameless : list of int
        Rows without a name, which are left out.
    joined : list of int
        Rows over several lines: a quoted cell may have them, and so has a row that a quote too many joined to the next.
    """

    cells: list[int] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)


def read_rows(
    path: Path,
    lines: list[tuple[int, str]],
    delimiter: str,
    needed: tuple[str, ...],
    odd: OddRows | None,
    quoted: bool = True,
) -> list[dict[str, str]]:
    """Read rows as dictionaries of cleaned cells, those without a name (the first column needed) left out.

    A missing column, an empty table and a quote that is not closed are refused.
    """
    if len(lines) < 2:
        raise ClmtError(f"{path}: got: {len(lines)} lines, expected: a header and rows; fetch it again")
    found = OddRows() if odd is None else odd
    parsed = _parse(path, lines, delimiter, found, quoted)
    header = [cell.strip() for cell in parsed[0][1]]
    require_columns(path, header, needed)
    rows = []
    for number, cells in parsed[1:]:
        if len(cells) != len(header):
            found.cells.append(number)
        padded = [clean(cell) for cell in cells] + [""] * len(header)
        row = dict(zip(header, padded, strict=False))
        if row[needed[0]]:
            rows.append(row)
        else:
            found.nameless.append(number)
    wrong = {
        f"not {len(header)} cells": found.cells,
        f"no {needed[0]!r}": found.nameless,
        "several lines": found.joined,
    }
    for what, numbers in wrong.items():
        if numbers:
            log.warning("%s: %d rows have %s; lines %s", path, len(numbers), what, ", ".join(map(str, numbers[:10])))
    return rows


def _parse(
    path: Path, lines: list[tuple[int, str]], delimiter: str, odd: OddRows, quoted: bool
) -> list[tuple[int, list[str]]]:
    """Rows with the number of the line at which each begins.

    Strictly: read leniently, a quote too many joins the rows up to the next one into a cell, and nobody is told.
    """
    content = (f"{line}\n" for _, line in lines)
    if quoted:
        reader = csv.reader(content, delimiter=delimiter, strict=True)
    else:
        reader = csv.reader(content, delimiter=delimiter, strict=True, quoting=csv.QUOTE_NONE)
    rows = []
    while (begin := reader.line_num) < len(lines):
        number = lines[begin][0]
        try:
            rows.append((number, next(reader)))
        except csv.Error as error:
            raise ClmtError(
                f"{path}, line {number}: got: {lines[begin][1]!r:.60} ({error}), expected: a row whose quotes are "
                "closed; mend the file or fetch it again"
            ) from None
        if reader.line_num > begin + 1:
            odd.joined.append(number)
    return rows
