"""A table of the user's own: comma- or tab-separated text, packed or not, Parquet, or the first sheet of a workbook."""

from __future__ import annotations

from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.archive import read_packed
from clmt.reading.delimited import OddRows, Records, parse_records
from clmt.reading.parquet import read_parquet
from clmt.reading.workbook import read_table_file

__all__ = ["read_own_table"]


def read_own_table(path: Path, odd: OddRows) -> Records:
    """Read a table as a header and rows of text, by the ending of its name.

    Rows of another length than the header are left out and noted in ``odd``. Of Parquet and of a workbook the first row
    behind the header is line 2, as if it were text.

    Raises
    ------
    ClmtError
        Where the file is missing, damaged, empty or of no such kind.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _from_parquet(path)
    if name.endswith(".xlsx"):
        return read_table_file(path)
    source, data = read_packed(path, "*")
    return parse_records(data, source, delimiter="\t" if ".tsv" in name else ",", odd=odd)


def _from_parquet(path: Path) -> Records:
    """Cells as text: a number's shortest form that reads back as itself, nothing where there is no value."""
    import pyarrow as pa

    table = read_parquet(path, "the table does", "Correct the path or put the file there")
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        try:
            columns.append(column.cast(pa.string()).fill_null("").to_pylist())
        except pa.ArrowException:
            raise ClmtError(
                f"{path}: column {name!r} holds neither numbers nor texts! got: {column.type}. Take it out"
            ) from None
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    header = ["" if name.startswith("__index_level_") else name.strip() for name in table.column_names]
    return Records(str(path), header, rows, list(range(2, len(rows) + 2)))
