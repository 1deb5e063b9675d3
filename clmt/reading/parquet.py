"""Opening a Parquet file, or one line on why it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_parquet"]


def read_parquet(path: Path, what: str, remedy: str, columns: Sequence[str] | None = None) -> pa.Table:
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

    Raises
    ------
    ClmtError
        Where there is no such file, it is no Parquet file, or a column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not Path(path).is_file():
        raise ClmtError(f"{path}: {what} not exist! {remedy}")
    try:
        with pq.ParquetFile(path) as opened:
            found = opened.schema_arrow.names
            absent = [column for column in columns or () if column not in found]
            if absent:
                raise ClmtError(f"{path}: missing column {absent[0]!r}! got: {', '.join(found)}. {remedy}")
            table: pa.Table = opened.read(columns=columns)
            return table if columns is None else table.select(columns)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ClmtError(f"{path}: not a readable Parquet file! got: {reason}. {remedy}") from error
