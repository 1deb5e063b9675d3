"""The user's own responses: a row for each measurement, in the stated unit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.planning.settings.tables import Unit
from clmt.reading.matrix import parse_number
from clmt.reading.unknown import MISSING
from clmt.tables.own.columns import CELL_LINE, DRUG, SITES, find_column, read_cells, read_keys, read_records
from clmt.tables.own.findings import Findings
from clmt.tables.own.units import check_unit, possible, to_target
from clmt.tables.responses import Responses

if TYPE_CHECKING:
    import numpy as np

    from clmt.reading.delimited import Records

__all__ = ["ResponseKeys", "read_response", "read_values", "response_keys"]

_YES = frozenset({"1", "1.0", "true", "yes", "y", "t", ">"})
_NO = frozenset({"0", "0.0", "false", "no", "n", "f", "="}) | MISSING
_CENSORED = ("censored", "is_censored", "censoring")


@dataclass(frozen=True)
class ResponseKeys:
    """Ids of the rows that have both, and how the response table calls their columns.

    Attributes
    ----------
    titles
        Of the column of cell lines and of that of drugs: other tables with such a column have the same ids in it.
    sites
        Tissue by cell line, where the responses have a column of it.
    """

    cell_lines: list[str]
    drugs: list[str]
    titles: tuple[str, str]
    sites: dict[str, str]


def response_keys(path: Path, findings: Findings) -> ResponseKeys:
    """Read the ids alone."""
    records = read_records(path, findings)
    cells, drugs, titles = _keys(records, findings)
    place = find_column(records, SITES, findings)
    sites = read_cells(records, place)
    rows = [row for row, pair in enumerate(zip(cells, drugs, strict=True)) if all(pair)]
    found: dict[str, str] = {}
    torn = [
        (records.lines[row], f"{cells[row]}: {sites[row]}")
        for row in rows
        if sites[row] and found.setdefault(cells[row], sites[row]) != sites[row]
    ]
    title, remedy = "" if place is None else records.header[place], "Write the same in all rows of a cell line"
    findings.cells(records.source, title, torn, "a cell line has two tissues", "one tissue of each", remedy)
    return ResponseKeys([cells[row] for row in rows], [drugs[row] for row in rows], titles, found)


def read_response(path: Path, unit: Unit | None, value: str, findings: Findings) -> Responses:
    """Read the responses; one that was measured several times is the mean of its rows, censored where one of them is.

    Rows without a value are left out and counted in a note. Without a unit the values stay as they are, so that the
    rest of the table can be looked at.
    """
    import numpy as np

    records = read_records(path, findings)
    cells, drugs, _ = _keys(records, findings)
    values = _values(records, unit, value, findings)
    censored = _marks(records, findings)
    kept = [
        row
        for row, (cell, drug) in enumerate(zip(cells, drugs, strict=True))
        if cell and drug and not np.isnan(values[row])
    ]
    rows, columns = (list(dict.fromkeys(names[row] for row in kept)) for names in (cells, drugs))
    shape = (len(rows), len(columns))
    total, count, marks = np.zeros(shape), np.zeros(shape, dtype=int), np.zeros(shape, dtype=bool)
    places = {name: place for place, name in enumerate(rows)}, {name: place for place, name in enumerate(columns)}
    for row in kept:
        pair = places[0][cells[row]], places[1][drugs[row]]
        total[pair] += values[row]
        count[pair] += 1
        marks[pair] |= censored[row]
    repeated = int((count > 1).sum())
    findings.note(
        str(path),
        f"{len(rows)} cell lines, {len(columns)} drugs, {int((count > 0).sum())} responses, of which {repeated} are "
        f"means of several rows and {int(marks.sum())} are censored; {len(cells) - len(kept)} rows are left out, "
        "without a cell line, a drug or a value that fits",
    )
    if not kept:
        fault, remedy = "no row has a cell line, a drug and a value", "Fill the table in"
        findings.problem(str(path), fault, f"{len(cells)} rows", "responses", remedy)
    mean = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    return Responses(str(path), rows, columns, mean, marks, repeated)


def _keys(records: Records, findings: Findings) -> tuple[list[str], list[str], tuple[str, str]]:
    places = (
        find_column(records, CELL_LINE, findings, need="cell lines"),
        find_column(records, DRUG, findings, need="drugs"),
    )
    cells = read_keys(records, places[0], "cell line", findings, once=False)
    drugs = read_keys(records, places[1], "drug", findings, once=False)
    titles = tuple("" if place is None else records.header[place] for place in places)
    return cells, drugs, (titles[0], titles[1])


def read_values(path: Path, value: str, findings: Findings) -> np.ndarray:
    """Read the numbers alone, those that are there: what they look like is told of them."""
    import numpy as np

    numbers = _numbers(read_records(path, findings), value, findings)[1]
    return numbers[~np.isnan(numbers)]


def _values(records: Records, unit: Unit | None, value: str, findings: Findings) -> np.ndarray:
    """Targets of the rows, NaN where there is none."""
    import numpy as np

    title, numbers = _numbers(records, value, findings)
    if unit is None:
        return numbers
    present = ~np.isnan(numbers)
    within = np.ones(len(numbers), dtype=bool)
    within[present] = possible(numbers[present], unit)
    few = (~within).sum() <= present.sum() / 10
    if few:  # else the unit is at fault, not the values
        cells = [(records.lines[row], f"{numbers[row]:g}") for row in np.flatnonzero(~within).tolist()]
        remedy = "Correct the values, or 'unit' where it is wrong"
        findings.cells(records.source, title, cells, "impossible values", f"a response in {unit}", remedy)
    check_unit(numbers[present & within] if few else numbers[present], unit, records.source, title, findings)
    return np.where(within, to_target(numbers, unit), np.nan)


def _numbers(records: Records, value: str, findings: Findings) -> tuple[str, np.ndarray]:
    """Title of the column of values and its numbers, NaN where nothing stands; any other text is a problem."""
    import numpy as np

    place = find_column(records, (value,), findings, need="values")
    if place is None:
        return value, np.full(len(records.rows), np.nan)
    title, texts = records.header[place], records.column(place)
    numbers = np.array([parse_number(text) for text in texts])
    rows = np.flatnonzero(~np.isfinite(numbers)).tolist()
    bad = [(records.lines[row], texts[row]) for row in rows if texts[row].lower() not in MISSING]
    expected = "a finite number with a decimal point, or nothing"
    remedy = "Give a bound such as >10 as 10 with 'true' in a column censored"
    findings.cells(records.source, title, bad, "values that are no numbers", expected, remedy)
    numbers[rows] = np.nan
    return title, numbers


def _marks(records: Records, findings: Findings) -> list[bool]:
    """Which rows are lower bounds."""
    place = find_column(records, _CENSORED, findings)
    if place is None:
        return [False] * len(records.rows)
    texts = records.column(place)
    odd = [cell for cell in zip(records.lines, texts, strict=True) if cell[1].lower() not in _YES | _NO]
    expected, remedy = "true or false", "Write true for a lower bound, false or nothing else"
    findings.cells(records.source, records.header[place], odd, "marks that say nothing", expected, remedy)
    return [text.lower() in _YES for text in texts]
