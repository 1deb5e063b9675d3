"""Tables that a user brings: csv, tsv, xlsx or Parquet, of profiles (a row for each cell line) or of named columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clmt.errors import ClmtError, expected_one_of
from clmt.reading.delimited import OddRows, Records, names_ids
from clmt.reading.lines import control_character
from clmt.reading.matrix import Matrix, clean_id, parse_matrix, refuse_duplicates
from clmt.reading.own_table import read_own_table
from clmt.reading.parquet import read_parquet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["is_table", "matrix_of_frame", "read_profiles", "read_records"]

_SUFFIXES = (".csv", ".tsv", ".xlsx", ".parquet")
_REMEDY = "Give another file"


def is_table(text: str) -> bool:
    """Whether an argument names a table rather than an entity."""
    return Path(text).suffix.lower() in _SUFFIXES


def read_records(path: Path) -> Records:
    """Header and rows of a table as text; a row of another length than the header is refused."""
    if not is_table(str(path)):
        raise expected_one_of(f"{path}: unknown kind of table", path.suffix, _SUFFIXES, _REMEDY)
    odd = OddRows()
    records = read_own_table(path, odd)
    if odd.cells:
        raise ClmtError(
            f"{path}: line {odd.cells[0]} has another number of cells than the header! expected: "
            f"{len(records.header)}. Correct the file"
        )
    return records


def read_profiles(path: Path, what: str = "gene") -> Matrix:
    """Read a matrix of numbers, a row for each cell line and a column for each gene; NaN where the table has none."""
    if path.suffix.lower() != ".parquet":
        return parse_matrix(read_records(path), what=what, missing=True)
    import pyarrow as pa

    table = read_parquet(path, "the table does", _REMEDY)
    types = {field.name: field.type for field in table.schema}
    texts = [name for name, kind in types.items() if not (pa.types.is_floating(kind) or pa.types.is_integer(kind))]
    if len(texts) > 1 or not len(table):
        got = f"text in {', '.join(map(repr, texts[:3]))}" if len(table) else "no row"
        raise ClmtError(f"{path}: not a matrix! got: {got}, expected: a column of names and numbers. {_REMEDY}")
    names = texts[0] if texts else table.column_names[0]
    if not texts and not (names_ids(names) or names.startswith("__index_level_")):
        raise ClmtError(
            f"{path}: no column of names! got: numbers in {names!r}, the first column, expected: cell_line. {_REMEDY}"
        )
    frame = table.to_pandas(ignore_metadata=True)
    return matrix_of_frame(frame.set_index(names), str(path), what)


def matrix_of_frame(frame: pd.DataFrame, source: str, what: str = "gene") -> Matrix:
    """Check a frame of numbers whose index names the cell lines."""
    ids = [clean_id(str(name)) for name in frame.index]
    columns = [str(name) for name in frame.columns]
    if frame.index.hasnans or "" in ids:
        row = next(row for row, name in enumerate(ids) if name == "" or frame.index.isna()[row])
        raise ClmtError(
            f"{source}: row {row} has no name of a cell line! got: {ids[row]!r}, expected: a name. {_REMEDY}"
        )
    if not columns:
        raise ClmtError(f"{source}: no column of a {what}! got: names alone, expected: numbers. {_REMEDY}")
    for kind, names in (("cell line", ids), (what, columns)):
        refuse_duplicates(names, source, kind)
        if odd := control_character("".join(names)):
            raise ClmtError(f"{source}: a {kind} has the control character {odd!r} in its name! Correct it")
    try:
        values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ClmtError(f"{source}: text where numbers belong! got: {error}") from None
    if np.isinf(values).any():
        row, column = (int(place[0]) for place in np.isinf(values).nonzero())
        raise ClmtError(
            f"{source}: cell line {ids[row]!r}, {what} {columns[column]!r} is not a number! got: "
            f"{values[row, column]}, expected: a finite number or NA"
        )
    return Matrix(source, ids, columns, values)
