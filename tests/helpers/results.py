"""Results of one experiment in two places, compared by content; times and memory differ from run to run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clmt.tensors import content_digest, load_tensors

#: Parts of the names of columns that say how long a run took and how much memory.
_MEASURED = ("seconds", "peak_memory_mb")


def differences(one: Path, other: Path, tables: tuple[str, ...], *, checkpoints: bool = False) -> list[str]:
    """Names of tables and predictions below ``one`` that differ in ``other``, on demand of checkpoints and curves too.

    A file that one of the two lacks differs.
    """
    kinds = ["predictions.parquet", *(["model.pt", "history.csv"] if checkpoints else [])]
    found = {path.relative_to(place) for place in (one, other) for kind in kinds for path in place.rglob(kind)}
    names = sorted({*map(str, found), *tables})
    assert len(names) > len(tables)
    return [name for name in names if not _equal(one / name, other / name)]


def _equal(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    if one.suffix == ".pt":
        return content_digest(load_tensors(one)["state"]) == content_digest(load_tensors(other)["state"])
    return _read(one).equals(_read(other))


def _read(path: Path) -> pd.DataFrame:
    frame = (
        pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, sep=None, engine="python", dtype=str)
    )
    return frame.drop(columns=[name for name in frame.columns if any(each in name for each in _MEASURED)])
