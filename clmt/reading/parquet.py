"""Opening a Parquet file and checking what it holds, or one line on why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.files import check_plain, seal_fits

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_types", "read_parquet"]


def read_parquet(
    path: Path, what: str, remedy: str, columns: Sequence[str] | None = None, optional: Sequence[str] = ()
) -> pa.Table:
    """Read a Parquet file.

    Parameters
    ----------
    path
        File to read.
    what
        What the file holds, with its verb: "the folds do".
    remedy
        How to make it, for the message.
    columns
        The columns to read, in this order; all where None.
    optional
        Further columns, read where they are there.

    Raises
    ------
    ClmtError
        Where there is no such file, it is no Parquet file, its bytes have changed, or a column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_plain(path, "read")
    if not Path(path).is_file():
        raise ClmtError(f"{path}: {what} not exist! {remedy}")
    try:
        content = Path(path).read_bytes()
        if not seal_fits(content):
            raise ClmtError(f"{path}: not a readable Parquet file! got: bytes that do not fit its checksum. {remedy}")
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as opened:
            found = opened.schema_arrow.names
            absent = [column for column in columns or () if column not in found]
            if absent:
                raise ClmtError(f"{path}: missing column {absent[0]!r}! got: {', '.join(found)}. {remedy}")
            wanted = None if columns is None else [*columns, *(column for column in optional if column in found)]
            table: pa.Table = opened.read(columns=wanted)
            return table if wanted is None else table.select(wanted)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClmtError(f"{path}: not a readable Parquet file! got: {reason}. {remedy}") from error


def check_types(
    table: pa.Table, types: Mapping[str, pa.DataType], path: Path, remedy: str, optional: Sequence[str] = ()
) -> None:
    """Refuse a table with a column of another type, or with a missing value outside the ``optional`` columns."""
    for column, expected in types.items():
        found = table.schema.field(column).type
        if found != expected:
            raise ClmtError(
                f"{path}: column {column!r} has the wrong type! got: {found}, expected: {expected}. {remedy}"
            )
        if column not in optional and table[column].null_count:
            row = table[column].is_null().to_pylist().index(True)
            raise ClmtError(f"{path}: missing value in column {column!r}, row {row}! {remedy}")
