"""Tables that users bring with a row for each pair of a cell line and a drug: Parquet, csv or tsv, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.errors import ClmtError
from clmt.files import check_plain
from clmt.reading.archive import read_packed
from clmt.reading.delimited import parse_records, require_columns
from clmt.reading.matrix import clean_id
from clmt.reading.parquet import read_parquet

__all__ = ["PairRows", "read_pair_rows"]

_REMEDY = "Give a Parquet, csv or tsv file"


@dataclass(frozen=True)
class PairRows:
    """Rows of such a table.

    Attributes
    ----------
    source
        The file, as messages call it.
    columns
        Cells as text by column; ids have lost the ``.0`` of a number that was stored as a float.
    lines
        Number of the line of each row; empty where the file has no lines.
    """

    source: str
    columns: dict[str, list[str]]
    lines: list[int]

    def place(self, row: int) -> str:
        """Where a row stands: ``roles.csv, line 5``, or ``roles.parquet, row 3`` counted from 0."""
        return f"{self.source}, line {self.lines[row]}" if self.lines else f"{self.source}, row {row}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Cell line and drug of each row."""
        return list(zip(self.columns["cell_line_id"], self.columns["drug_id"], strict=True))


def read_pair_rows(path: Path, columns: Sequence[str]) -> PairRows:
    """Read ``cell_line_id``, ``drug_id`` and further columns; others are not looked at.

    The name tells the form: ``.parquet``, ``.tsv`` and ``.txt`` (tabs), anything else is comma-separated; text may be
    packed by gzip or zip.

    Raises
    ------
    ClmtError
        Where the file is missing, damaged or empty, a column is missing or stands twice, or an id is empty.
    """
    path, wanted = Path(path), ["cell_line_id", "drug_id", *columns]
    check_plain(path, "read")
    if not path.is_file():
        raise ClmtError(f"{path}: no such file! {_REMEDY}")
    rows = _from_parquet(path, wanted) if path.suffix == ".parquet" else _from_text(path, wanted)
    for name in wanted[:2]:
        if "" in rows.columns[name]:
            raise ClmtError(f"{rows.place(rows.columns[name].index(''))}: {name} is empty! expected: an id")
    if not rows.columns["drug_id"]:
        raise ClmtError(f"{path}: the table is empty! expected: a row for each pair")
    return rows


def _from_parquet(path: Path, wanted: Sequence[str]) -> PairRows:
    table = read_parquet(path, "the table does", _REMEDY, wanted)
    found = {name: [_text(value) for value in table[name].to_pylist()] for name in wanted}
    return PairRows(str(path), found, [])


def _text(value: object) -> str:
    return "" if value is None else clean_id(str(value))


def _from_text(path: Path, wanted: Sequence[str]) -> PairRows:
    tabs = {".tsv", ".txt"} & set(path.suffixes)
    source, data = read_packed(path, "*.tsv" if tabs else "*.csv")
    records = parse_records(data, source, delimiter="\t" if tabs else ",")
    for name in wanted:
        if name not in records.header:
            there = ", ".join(filter(None, records.header))
            raise ClmtError(f"{source}: missing column {name}! got: {there:.200}, expected: {', '.join(wanted)}")
    require_columns(source, records.header, wanted)
    places = {name: records.header.index(name) for name in wanted}
    found = {name: [clean_id(row[place]) for row in records.rows] for name, place in places.items()}
    return PairRows(source, found, records.lines)
