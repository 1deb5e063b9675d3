"""Opening a Parquet file, or one line on why it cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_parquet"]


def read_parquet(path: Path, what: str, remedy: str) -> pa.Table:
    """Read a whole Parquet file.

    Parameters
    ----------
    path
        File to read.
    what
        What the file holds, with its verb: "the folds do".
    remedy
        How to make it, for the message.

    Raises
    ------
    ClmtError
        Where there is no such file, or it is no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not Path(path).is_file():
        raise ClmtError(f"{path}: {what} not exist! {remedy}")
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ClmtError(f"{path}: not a readable Parquet file! got: {str(error).splitlines()[0]}") from error
