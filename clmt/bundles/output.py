"""Predictions as a file: Parquet, csv, tsv or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import expected_one_of
from clmt.files import atomic_path, write_parquet, write_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "output_format", "write_predictions"]

FORMATS = ("parquet", "csv", "tsv", "json")


def output_format(out: Path, wanted: str | None = None) -> str:
    """Format of a file: what is wanted, else what its ending says; raises `ClmtError` for another one."""
    found = wanted or out.suffix.lower().removeprefix(".")
    if found not in FORMATS:
        raise expected_one_of(f"{out}: unknown format of predictions", found, FORMATS, "Give --format or an ending")
    return found


def write_predictions(frame: pd.DataFrame, out: Path, kind: str) -> None:
    """Write predictions whole or not at all; an interval that is not known is empty, in JSON null."""
    import pyarrow as pa

    if kind == "parquet":
        with atomic_path(out) as temporary:
            write_parquet(pa.Table.from_pandas(frame, preserve_index=False), temporary, compression="zstd")
    elif kind == "json":
        write_text(out, json.dumps(json.loads(frame.to_json(orient="records", double_precision=15)), indent=1) + "\n")
    else:
        with atomic_path(out) as temporary:
            frame.to_csv(temporary, sep="," if kind == "csv" else "\t", index=False, lineterminator="\n")
