"""The six tables of a dataset on disk: their columns, their checks, reading and writing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError, expected_one_of
from clmt.files import atomic_path, write_parquet
from clmt.reading.lines import control_character
from clmt.reading.parquet import read_parquet
from clmt.tables.units import LN_IC50_LIMIT, LOG2_LIMIT
from clmt.target import LN_IC50, TARGETS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["KINDS", "check_digest", "join_labels", "read_table", "split_labels", "table_digest", "target_of"]
__all__ += ["write_table"]

KINDS = ("response", "expression", "mutation", "copy_number", "cell_lines", "drugs")
MATRICES = {"expression": "float32", "mutation": "int8", "copy_number": "int8"}
COLUMNS = {
    "response": {"cell_line_id": "string", "drug_id": "string", "ln_ic50": "float64", "censored": "bool"},
    "cell_lines": {
        "cell_line_id": "string",
        "name": "string",
        "primary_site": "string",
        "histology": "string",
        "synonyms": "string",
        "donor": "string",
    },
    "drugs": {
        "drug_id": "string",
        "name": "string",
        "pubchem_cid": "int64",
        "smiles": "string",
        "inchikey": "string",
        "targets": "string",
        "target_pathway": "string",
    },
}
LIMITS = {"response": LN_IC50_LIMIT, "expression": LOG2_LIMIT}
KEYS = {"response": ["cell_line_id", "drug_id"], "drugs": ["drug_id"]}
NULLABLE = frozenset({"pubchem_cid", "donor"})
SEPARATOR = "; "
_TARGET = b"target"


def split_labels(text: str) -> list[str]:
    """Labels of a ``targets`` or ``target_pathway`` cell; none for an empty cell."""
    return [label.strip() for label in (text or "").split(";") if label.strip()]


def join_labels(labels: Iterable[str]) -> str:
    """Join labels to one cell, each once, in their order."""
    return SEPARATOR.join(dict.fromkeys(label.strip() for label in labels if label.strip()))


def arrow_schema(kind: str, columns: list[str]) -> pa.Schema:
    """Arrow schema of a kind of table; matrices take the genes from ``columns``."""
    import pyarrow as pa

    types = {"string": pa.string(), "float64": pa.float64(), "float32": pa.float32()}
    types |= {"int8": pa.int8(), "int64": pa.int64(), "bool": pa.bool_()}
    if kind in MATRICES:
        layout = {"cell_line_id": "string"} | {column: MATRICES[kind] for column in columns if column != "cell_line_id"}
    else:
        layout = COLUMNS[kind]
    return pa.schema([pa.field(name, types[type_], nullable=name in NULLABLE) for name, type_ in layout.items()])


def write_table(frame: pd.DataFrame, path: Path, kind: str, target: str = LN_IC50) -> None:
    """Check ``frame`` and write it as Parquet, atomically, in the columns and types of ``kind``.

    Responses that are another ``target`` than ln IC50 say so in the file; see `target_of`.
    """
    import pyarrow as pa

    check_table(frame, kind, str(path))
    schema = arrow_schema(kind, [str(column) for column in frame.columns])
    if kind == "response" and target != LN_IC50:
        schema = schema.with_metadata({_TARGET: target})
    arrays = [pa.array(frame[field.name], type=field.type, from_pandas=True) for field in schema]
    with atomic_path(Path(path)) as temporary:
        write_parquet(pa.Table.from_arrays(arrays, schema=schema), temporary, compression="zstd")


def read_table(path: Path, kind: str) -> pd.DataFrame:
    """Read one of the six tables and check it.

    Parameters
    ----------
    path
        Parquet file.
    kind
        One of ``KINDS``. Matrices have ``cell_line_id`` as their first column, then one column per gene.

    Raises
    ------
    ClmtError
        One line that names the file, the column and the row that are wrong.
    """
    import pandas as pd
    import pyarrow as pa

    table = read_parquet(path, f"the {kind} table does", "Make it with 'clmt tables'")
    _check_kind(kind)
    _check_columns(table.schema, kind, str(path))
    frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    check_table(frame, kind, str(path))
    return frame


def target_of(path: Path) -> str:
    """Which of `clmt.target.TARGETS` the responses of ``response.parquet`` are; its column is ``ln_ic50`` for each."""
    found = read_parquet(path, "the response table does", "Make it with 'clmt tables'", ("ln_ic50",)).schema.metadata
    target = (found or {}).get(_TARGET, LN_IC50.encode()).decode(errors="replace")
    if target not in TARGETS:
        raise expected_one_of(f"{path}: unknown target of the responses", target, TARGETS, "Rerun build_tables")
    return target


def table_digest(frame: pd.DataFrame) -> str:
    """Digest of the columns and cells of a table, 64 hexadecimal digits: which table a later file is made of."""
    digest = hashlib.sha256("\n".join(map(str, frame.columns)).encode())
    numbers = frame.dtypes.astype(str).isin(["float64", "float32", "int8", "bool"]).to_numpy()
    digest.update(frame.loc[:, numbers].to_numpy(dtype="<f8").tobytes())
    for column in frame.columns[~numbers]:
        digest.update("\n".join(map(str, frame[column].tolist())).encode())
    return digest.hexdigest()


def check_digest(frame: pd.DataFrame, kind: str, digests: Mapping[str, str], path: Path) -> None:
    """Refuse a table, read from ``path``, of which ``digests`` by kind say that it is another; one they lack is any."""
    found = table_digest(frame)
    if (expected := digests.get(kind, found)) != found:
        raise ClmtError(
            f"{path}: not the {kind} table that the fold's graph was made from! got: a table of digest {found[:12]}, "
            f"expected: {expected[:12]}. Name the right table, or rerun from split_folds"
        )


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise expected_one_of("Unknown kind of table", kind, KINDS)


def _check_columns(found: pa.Schema, kind: str, source: str) -> None:
    wanted = arrow_schema(kind, found.names)
    if found.names != wanted.names:
        raise ClmtError(
            f"{source}: wrong columns! got: {', '.join(found.names[:9])}, expected: {', '.join(wanted.names[:9])}"
        )
    for field in wanted:
        if found.field(field.name).type != field.type:
            got = found.field(field.name).type
            raise ClmtError(f"{source}: column {field.name!r} has the wrong type! got: {got}, expected: {field.type}")


def check_table(frame: pd.DataFrame, kind: str, source: str) -> None:
    """Refuse wrong columns, missing values, repeated or unsorted keys, and values out of range."""
    _check_kind(kind)
    if len(frame) == 0:
        raise ClmtError(f"{source}: the {kind} table has no rows!")
    names = [str(column) for column in frame.columns]
    wanted = ["cell_line_id"] if kind in MATRICES else list(COLUMNS[kind])
    if names[: len(wanted)] != wanted or (kind not in MATRICES and len(names) != len(wanted)):
        raise ClmtError(f"{source}: wrong columns! got: {', '.join(names[:9])}, expected: {', '.join(wanted)}")
    if kind in MATRICES and len(names) < 2:
        raise ClmtError(f"{source}: the {kind} table has no genes!")
    _check_missing(frame, kind, source)
    _check_characters(frame, kind, source)
    _check_keys(frame, kind, source)
    _check_values(frame, kind, source)


def _check_missing(frame: pd.DataFrame, kind: str, source: str) -> None:
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ClmtError(f"{source}: duplicated column! got: {twice!r} twice, expected each gene once")
    absent = frame.drop(columns=list(NULLABLE), errors="ignore").isna().to_numpy()
    if absent.any():
        row, place = (int(index[0]) for index in absent.nonzero())
        columns = [column for column in frame.columns if column not in NULLABLE]
        raise ClmtError(f"{source}: missing value in column {columns[place]!r}, row {row} ({frame.iloc[row, 0]})!")


def _check_characters(frame: pd.DataFrame, kind: str, source: str) -> None:
    """Refuse names with control characters, which match nothing and make figures that are no XML."""
    if odd := control_character("".join(map(str, frame.columns))):
        named = next(str(column) for column in frame.columns if odd in str(column))
        raise ClmtError(f"{source}: column {named!r} holds the control character {odd!r}!")
    for column, type_ in ({"cell_line_id": "string"} | COLUMNS.get(kind, {})).items():
        if type_ != "string" or column not in frame:
            continue
        cells = [str(cell) for cell in frame[column].tolist()]
        if odd := control_character("".join(cells)):
            row = next(row for row, cell in enumerate(cells) if odd in cell)
            raise ClmtError(f"{source}: control character {odd!r} in column {column!r}, row {row}! got: {cells[row]!r}")


def _check_keys(frame: pd.DataFrame, kind: str, source: str) -> None:
    keys = KEYS.get(kind, ["cell_line_id"])
    for key in keys:
        if (frame[key] == "").any():
            raise ClmtError(f"{source}: empty {key} in row {int((frame[key] == '').argmax())}!")
    pairs = list(zip(*(frame[key].tolist() for key in keys), strict=True))
    for row, (before, after) in enumerate(pairwise(pairs), start=1):
        if before == after:
            raise ClmtError(f"{source}: duplicated {' and '.join(keys)} in row {row}! got: {', '.join(after)}")
        if before > after:
            raise ClmtError(
                f"{source}: rows are not sorted by {', '.join(keys)}! got: {after} after {before} in row {row}"
            )


def _check_values(frame: pd.DataFrame, kind: str, source: str) -> None:
    import numpy as np

    if kind in COLUMNS and kind != "response":
        return
    columns = ["ln_ic50"] if kind == "response" else list(frame.columns[1:])
    try:
        values = frame[columns].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ClmtError(f"{source}: text where numbers belong! got: {error}") from error
    limit = LIMITS.get(kind)
    good = np.abs(values) <= limit if limit else (values == 0) | (values == 1)
    if not good.all():
        row, place = (int(index[0]) for index in (~good).nonzero())
        expected = f"expected: a number from -{limit:g} to {limit:g}" if limit else "expected one of: 0, 1"
        raise ClmtError(
            f"{source}: wrong value in column {columns[place]!r}, row {row} ({frame.iloc[row, 0]})! "
            f"got: {values[row, place]:g}, {expected}"
        )
