"""Columns of the user's own tables, found by the titles that such columns have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.delimited import OddRows, Records
from clmt.reading.matrix import clean_id
from clmt.reading.own_table import read_own_table
from clmt.reading.unknown import MISSING
from clmt.tables.own.findings import Findings

__all__ = [
    "CELL_LINE",
    "DRUG",
    "SITES",
    "find_column",
    "read_cells",
    "read_keys",
    "read_records",
    "shown_header",
    "title_key",
]

#: Titles of the columns with the ids of cell lines and drugs, the first that a table has; letters and digits count.
CELL_LINE = (
    *("cell_line_id", "cell_line", "cell_line_name", "model_id", "sanger_model_id", "depmap_id", "cosmic_id"),
    *("ccle_name", "cellosaurus_id", "sample_id", "sample_name", "sample"),
)
DRUG = (
    *("drug_id", "drug", "pubchem_id", "pubchem_cid", "compound_id", "drug_name", "compound", "compound_name"),
    *("molecule", "name"),
)
#: Titles of columns with tissues.
SITES = ("primary_site", "tissue", "site", "lineage", "oncotree_lineage", "tissue_type")


def title_key(title: str) -> str:
    """Return what decides of a title: its letters and digits, in lower case."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def read_records(path: Path, findings: Findings) -> Records:
    """Read a table; rows of another length than its header are a problem, and left out."""
    odd = OddRows()
    records = read_own_table(path, odd)
    width = f"{len(records.header)} cells, as the header has"
    if len(records.header) <= 2 and ";" in records.header[-1]:
        raise ClmtError(
            f"{records.source}: semicolons stand between the cells! got: {records.header[-1]!r:.80}, expected: commas. "
            "Save it with commas and decimal points, or name a table separated by tabs .tsv"
        )
    places = [(line, "") for line in odd.cells]
    remedy = "Quote cells with commas, or take the rows out"
    findings.cells(records.source, "", places, "rows with too many or too few cells", width, remedy)
    return records


def shown_header(records: Records) -> str:
    """Titles of a table, for a message."""
    titles = [title or "a blank" for title in records.header]
    return ", ".join(titles[:8]) + (f" and {len(titles) - 8} more" if len(titles) > 8 else "")


def find_column(records: Records, names: Sequence[str], findings: Findings, *, need: str = "") -> int | None:
    """Place of the column with the first of the titles; a problem where it stands twice, or is needed and not there."""
    keys = [title_key(title) for title in records.header]
    for name in map(title_key, names):
        places = [place for place, key in enumerate(keys) if key == name]
        if len(places) > 1:
            titles = " and ".join(f"{records.header[place]} (place {place + 1})" for place in places)
            findings.problem(records.source, "a column stands twice", titles, "it once", "Take one of them out")
        if places:
            return places[0]
    if need:
        got, expected = shown_header(records), f"one of: {', '.join(names)}"
        findings.problem(records.source, f"no column of {need}", got, expected, "Add it or give it one of these titles")
    return None


def read_keys(records: Records, place: int | None, what: str, findings: Findings, *, once: bool) -> list[str]:
    """Ids of a column; a blank one is a problem, and so is one that stands twice where it must not."""
    if place is None:
        return [""] * len(records.rows)
    title = records.header[place] or "a blank"
    keys = [clean_id(cell) for cell in records.column(place)]
    blank = [(line, key) for line, key in zip(records.lines, keys, strict=True) if key.lower() in MISSING]
    findings.cells(records.source, title, blank, f"no {what}", f"the id of a {what}", "Fill it in or take the row out")
    if once:
        first = dict(zip(reversed(keys), reversed(records.lines), strict=True))
        rows = zip(records.lines, keys, strict=True)
        again = [(line, key) for line, key in rows if key.lower() not in MISSING and first[key] != line]
        findings.cells(
            records.source, title, again, f"a {what} stands twice", f"each {what} once", "Keep one of its rows"
        )
    return ["" if key.lower() in MISSING else key for key in keys]


def read_cells(records: Records, place: int | None) -> list[str]:
    """Cells of a column, blank where nothing stands there or there is no such column."""
    if place is None:
        return [""] * len(records.rows)
    return ["" if cell.lower() in MISSING else cell for cell in records.column(place)]
