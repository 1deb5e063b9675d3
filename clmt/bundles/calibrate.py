"""Held-out predictions of the experiments of a model, joined over its seeds, for each kind of pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clmt.bundles.conformal import Calibration, calibrate
from clmt.errors import ClmtError
from clmt.planning.bundles import GROUPS, NEW
from clmt.reading.parquet import check_types, read_parquet

__all__ = ["HeldOutPairs", "calibrations", "read_held_out_pairs"]

_REMEDY = "Delete it and run the rule evaluate"


@dataclass(frozen=True)
class HeldOutPairs:
    """Held-out pairs of all folds of a split, with what the seeds of a model predict of them.

    Attributes
    ----------
    source
        The split.
    cells, drugs
        Names, (n,).
    fold
        Int64 (n,).
    observed, predicted
        ln IC50 (uM), float64 (n,); the mean over seeds.
    spread
        Standard deviation over seeds, float64 (n,); None where there is one.
    """

    source: str
    cells: np.ndarray
    drugs: np.ndarray
    fold: np.ndarray
    observed: np.ndarray
    predicted: np.ndarray
    spread: np.ndarray | None

    def calibrate(self, kind: str, rows: np.ndarray | slice = slice(None)) -> Calibration:
        """Calibrate the kind of pairs on these rows, of which the groups are those of `GROUPS`."""
        spread = None if self.spread is None else self.spread[rows]
        groups = self._names(GROUPS[kind])[rows].astype(str)
        return calibrate((self.observed - self.predicted)[rows], spread, groups, self.source)

    def strangers(self, kind: str, fold: int) -> np.ndarray:
        """Rows that share nothing with a fold of what is new in its pairs; bool (n,).

        Other folds may: those of a double-blind grid have drugs in common, those of several partitions everything.
        """
        own, apart = self.fold == fold, np.ones(len(self.fold), dtype=bool)
        for side in NEW[kind]:
            names = self._names(side)
            seen = set(names[own])
            apart &= np.fromiter((name not in seen for name in names), dtype=bool, count=len(names))
        return apart

    def _names(self, side: str) -> np.ndarray:
        if side == "pair":
            both = [f"{cell}\t{drug}" for cell, drug in zip(self.cells, self.drugs, strict=True)]
            return np.array(both, dtype=object)
        return {"cell line": self.cells, "drug": self.drugs}[side]


def calibrations(files: Iterable[tuple[str, Path]], dataset: str, models: Sequence[str]) -> dict[str, Calibration]:
    """Calibrate each kind of pairs of which there are predictions.

    Parameters
    ----------
    files
        Kind of pairs and a ``predictions.parquet``, of all folds and of all models that there are.
    dataset, models
        Whose they have to be.
    """
    of_kind: dict[str, list[Path]] = {}
    for kind, path in files:
        of_kind.setdefault(kind, []).append(path)
    return {kind: read_held_out_pairs(paths, dataset, models).calibrate(kind) for kind, paths in of_kind.items()}


def read_held_out_pairs(paths: Sequence[Path], dataset: str, models: Sequence[str]) -> HeldOutPairs:
    """Read the predictions of one or more seeds of a model on the folds of one split and join them by pair and fold.

    Raises
    ------
    ClmtError
        For a file of another dataset, model or split, and for seeds that do not predict the same pairs.
    """
    tables: dict[str, dict[tuple[int, str, str], tuple[float, float]]] = {}
    splits = set()
    for path in paths:
        facts, rows = _read(path)
        if facts["dataset"] != dataset or facts["model"] not in models:
            raise ClmtError(
                f"{path}: predictions of another model! got: {facts['model']!r} on {facts['dataset']!r}, "
                f"expected: {' or '.join(models)} on {dataset!r}. Name others"
            )
        splits.add(facts["split"])
        tables.setdefault(facts["model"], {}).update(rows)
    if len(splits) != 1:
        raise ClmtError(f"{paths[0]}: calibration on several splits! got: {', '.join(sorted(splits))}, expected: one")
    first, *others = tables.values()
    keys = sorted(first)
    for model, other in zip(list(tables)[1:], others, strict=True):
        if other.keys() != first.keys():
            odd = min(other.keys() ^ first.keys())
            raise ClmtError(
                f"{paths[0]}: seeds {next(iter(tables))} and {model} predict other pairs! got: fold {odd[0]}, "
                f"{odd[1]!r}, {odd[2]!r} of one alone. {_REMEDY}"
            )
    predicted = np.array([[table[key][1] for key in keys] for table in tables.values()])
    fold, cells, drugs = (np.array(column, dtype=object) for column in zip(*keys, strict=True))
    observed = np.array([first[key][0] for key in keys])
    spread = predicted.std(axis=0) if len(predicted) > 1 else None
    return HeldOutPairs(splits.pop(), cells, drugs, fold.astype(np.int64), observed, predicted.mean(axis=0), spread)


def _read(path: Path) -> tuple[Mapping[str, str], dict[tuple[int, str, str], tuple[float, float]]]:
    import pyarrow as pa

    types = {"cell_line_id": pa.string(), "drug_id": pa.string(), "observed": pa.float64(), "predicted": pa.float64()}
    table = read_parquet(path, "the predictions do", _REMEDY, tuple(types))
    check_types(table, types, path, _REMEDY)
    facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    for key in ("dataset", "split", "model", "fold"):
        if key not in facts:
            raise ClmtError(f"{path}: does not say its {key}! got: {', '.join(facts) or 'nothing'}. {_REMEDY}")
    cells, drugs, observed, predicted = (table[column].to_pylist() for column in types)
    if not np.isfinite(observed + predicted).all():
        raise ClmtError(f"{path}: a value is not finite! expected: numbers. {_REMEDY}")
    fold = [int(facts["fold"])] * len(cells)
    return facts, dict(zip(zip(fold, cells, drugs, strict=True), zip(observed, predicted, strict=True), strict=True))
