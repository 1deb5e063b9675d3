"""Delimited tables in the shapes that R, pandas and Excel leave behind, read strictly: no row is joined unseen."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.lines import number_lines, numbered_lines
from clmt.reading.prose import clean

__all__ = ["OddRows", "Records", "counts_rows", "names_ids", "parse_records", "read_rows", "require_columns"]

logger = logging.getLogger(__name__)

Lines = list[tuple[int, str]]

_ID_TITLES = frozenset(
    {"", "id", "index", "rowname", "rownames", "name", "sample", "samplename", "sampleid", "cosmicid", "cosmic"}
    | {
        "cell",
        "cells",
        "line",
        "barcode",
        "broadid",
        "rrid",
        "model",
        "modelid",
        "modelname",
        "depmapid",
        "ccleid",
        "cclename",
        "sangermodelid",
    }
)
"""Titles of columns with ids, letters and digits only; titles that speak of cell lines come on top."""


@dataclass(frozen=True)
class Records:
    """A header and its rows as text; ``lines`` holds the number of the line at which each row begins."""

    source: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def find(self, names: Sequence[str]) -> int | None:
        """Place of the first of ``names`` that is in the header, if any; an error where that one is there twice."""
        name = next((name for name in names if name in self.header), None)
        if name is None:
            return None
        require_columns(self.source, self.header, [name])
        return self.header.index(name)

    def position(self, names: Sequence[str]) -> int:
        """Place of the first of ``names`` that is in the header; an error where none is."""
        place = self.find(names)
        if place is None:
            raise _missing_column(self.source, " or ".join(names), self.header)
        return place

    def column(self, position: int) -> list[str]:
        """Return the stripped cells of one column."""
        return [row[position].strip() for row in self.rows]


@dataclass
class OddRows:
    """Rows of a list that are not what its header promises, by the line of the file at which they begin.

    Attributes
    ----------
    cells
        Rows with more or fewer cells than the header. They are read: missing cells are empty, cells too many are not
        looked at.
    nameless
        Rows without a name, which are left out.
    joined
        Rows over several lines: a quoted cell may have them, and so has a row that a quote too many joined to the next.
    """

    cells: list[int] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)


def parse_records(
    data: bytes, source: str, *, ragged: bool = False, delimiter: str = ",", odd: OddRows | None = None
) -> Records:
    """Split a delimited table into header and rows, all of one length.

    Two shapes of header are accepted: a field for each column of the rows (the first may be empty), and one field
    fewer, as R's ``write.table`` writes it, where the row names have no header. ``ragged`` admits rows of any length;
    ``odd`` takes the lines of rows of another length, which are then left out instead of refused.

    Raises
    ------
    ClmtError
        For an empty table, a header that lost a cell, a row of another length than the header, or a quote that is not
        closed.
    """
    rows, lines = [], []
    for line, row, joined in _split(number_lines(data, source), source, delimiter):
        if joined and ragged:  # in other tables the width tells
            raise ClmtError(
                f"{source}: line {line} begins a row that goes over several lines! got: {row[0]!r:.60}, expected: a "
                "row in each line. A quote is not closed: correct the file or fetch it again"
            )
        if any(cell.strip() for cell in row):
            rows.append(row)
            lines.append(line)
    _refuse_empty(source, len(rows))
    if not data.endswith((b"\n", b"\r")):
        logger.warning("%s: the last line (%d) has no line end; the file may be cut off there", source, lines[-1])
    header, body, body_lines = [cell.strip() for cell in rows[0]], rows[1:], lines[1:]
    if all(len(row) == len(header) + 1 for row in body) and (not ragged or counts_rows(body)):
        _refuse_lost_cell(source, header, body, lines[0])
        header = ["", *header]
    if odd is not None:
        odd.cells += [line for row, line in zip(body, body_lines, strict=True) if len(row) != len(header)]
        body_lines = [line for row, line in zip(body, body_lines, strict=True) if len(row) == len(header)]
        body = [row for row in body if len(row) == len(header)]
    elif not ragged:
        _check_widths(source, header, body, body_lines)
    return Records(source, header, body, body_lines)


def read_rows(
    path: Path,
    needed: tuple[str, ...],
    odd: OddRows | None = None,
    *,
    delimiter: str = ",",
    quoted: bool = True,
    comment: str = "",
) -> list[dict[str, str]]:
    """Read a list's rows as dictionaries of cleaned cells, those without a name (the first column needed) left out.

    Lists are kept by hand: rows of another length are read, and told in ``odd`` and in the log.

    Parameters
    ----------
    path
        Plain, ``.gz`` or ``.zip`` text file.
    needed
        Columns that must be there.
    odd
        Takes the lines of odd rows.
    delimiter, quoted
        Form of the file; ``quoted`` where cells may stand in quotes.
    comment
        Lines that begin with it are passed over; none where empty.

    Raises
    ------
    ClmtError
        For a column that is missing or there twice, an empty table, a quote that is not closed, and where most rows
        have another number of cells than the header, which then names the wrong ones.
    """
    source = str(path)
    lines = [(number, line) for number, line in numbered_lines(path) if not comment or not line.startswith(comment)]
    _refuse_empty(source, len(lines))
    found = OddRows() if odd is None else odd
    (_, names, _), *parsed = _split(lines, source, delimiter, quoted)
    header = [cell.strip() for cell in names]
    require_columns(source, header, needed)
    rows = []
    for number, cells, joined in parsed:
        if joined:
            found.joined.append(number)
        if len(cells) != len(header):
            found.cells.append(number)
        padded = [clean(cell) for cell in cells] + [""] * len(header)
        row = dict(zip(header, padded, strict=False))
        if row[needed[0]]:
            rows.append(row)
        else:
            found.nameless.append(number)
    _refuse_other_header(source, header, [cells for _, cells, _ in parsed])
    _log_odd(source, found, header, needed[0])
    return rows


def _refuse_other_header(source: str, header: list[str], rows: list[list[str]]) -> None:
    """Refuse a header that lost a name, so that most rows hold more, or won one, so that every row has fewer cells."""
    longer = sum(any(cell.strip() for cell in row[len(header) :]) for row in rows)
    if 2 * longer > len(rows) or {len(row) for row in rows} == {len(header) - 1}:
        raise ClmtError(
            f"{source}: the rows have another number of cells than the header! got: {len(header)} names, the first row "
            f"has {len(rows[0])} cells, expected: a name for each. The header lost or won one: fetch the file again"
        )


def require_columns(source: Path | str, header: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or that has it twice, naming it."""
    for name in needed:
        if name not in header:
            raise _missing_column(source, name, header)
        if header.count(name) > 1:
            places = [place for place, cell in enumerate(header, 1) if cell == name]
            raise ClmtError(
                f"{source}: column {name} stands twice! got: it in places {' and '.join(map(str, places))}, expected: "
                "one of each name. Take the wrong one out or fetch the file again"
            )


def _missing_column(source: Path | str, name: str, header: Sequence[str]) -> ClmtError:
    found = ", ".join(sorted(cell for cell in header if cell)) or "no names"
    return ClmtError(f"{source}: missing column {name}! got: {found}. The layout has changed: fetch the file again")


def _split(
    lines: Lines, source: str, delimiter: str = ",", quoted: bool = True
) -> Iterator[tuple[int, list[str], bool]]:
    """Yield the number of the line at which a row begins, its cells, and whether it goes over several lines.

    Strictly: read leniently, a quote too many joins the rows up to the next one into a cell, and nobody is told.
    """
    content = (f"{line}\n" for _, line in lines)
    reader = csv.reader(
        content, delimiter=delimiter, strict=True, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    while (begin := reader.line_num) < len(lines):
        number = lines[begin][0]
        try:
            cells = next(reader)
        except csv.Error as error:
            raise ClmtError(
                f"{source}, line {number}: got: {lines[begin][1]!r:.60} ({error}), expected: a row whose quotes are "
                "closed; correct the file or fetch it again"
            ) from None
        yield number, cells, reader.line_num > begin + 1


def _refuse_empty(source: str, count: int) -> None:
    if count < 2:
        got = f"{count} lines, expected: a header and rows"
        raise ClmtError(f"{source}: the table is empty! got: {got}; fetch it again")


def counts_rows(rows: list[list[str]]) -> bool:
    """Tell whether the first cells are R's default row names 1, 2, 3, ... (or 0, 1, 2, ... of pandas)."""
    first = [row[0].strip() for row in rows]
    return any(first == [str(start + place) for place in range(len(first))] for start in (0, 1))


def names_ids(title: str) -> bool:
    """Tell whether a column's title is one that columns of ids have, such as ``COSMIC_ID`` or a blank."""
    key = re.sub(r"[^a-z0-9]", "", title.lower())
    return key in _ID_TITLES or "cellline" in key or key.startswith("unnamed")


def _refuse_lost_cell(source: str, header: list[str], rows: list[list[str]], line: int) -> None:
    """Refuse a header one field short whose first field is a title of ids: it lost a cell, and is not in R's form.

    Every column left of the loss would stand under its neighbour's name. Beside row names 1, 2, 3, ... the ids are a
    column like the others, and R's header may begin with their title.
    """
    if header[0] == "" or (names_ids(header[0]) and not counts_rows(rows)):
        raise ClmtError(
            f"{source}: line {line} has {len(header)} fields, the rows have {len(header) + 1}! got: a header that "
            f"begins with {header[0]!r}, expected: a name for each column. It lost a cell: fetch the file again"
        )


def _check_widths(source: str, header: list[str], rows: list[list[str]], lines: list[int]) -> None:
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise ClmtError(
                f"{source}: line {line} (row {row[0].strip()!r}) has the wrong number of fields! "
                f"got: {len(row)}, expected: {len(header)}. The file may be cut off"
            )


def _log_odd(source: str, odd: OddRows, header: list[str], name: str) -> None:
    kinds = {f"not {len(header)} cells": odd.cells, f"no {name!r}": odd.nameless, "several lines": odd.joined}
    for what, numbers in kinds.items():
        if numbers:
            listed = ", ".join(map(str, numbers[:10]))
            # A cell of several lines is how a remark is published; where a quote swallowed rows, their cells tell.
            level = logging.DEBUG if numbers is odd.joined else logging.WARNING
            logger.log(level, "%s: %d rows have %s; lines %s", source, len(numbers), what, listed)
