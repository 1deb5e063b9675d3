"""Predictions of other programs as files that ``arch: predictions`` scores: one for each fold, our names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.exchange.drevalpy import MANIFEST
from clmt.files import atomic_path, read_json
from clmt.reading.archive import read_packed
from clmt.reading.delimited import Records, parse_records

__all__ = ["import_drevalpy"]

logger = logging.getLogger(__name__)


def import_drevalpy(export: Path, predictions: Path, out: Path) -> None:
    """Turn the predictions of a model of drevalpy into ``fold0.csv``, ``fold1.csv``, ... below ``out``.

    Parameters
    ----------
    export
        Folder that `clmt.exchange.drevalpy.export_drevalpy` wrote; its ``clmt.json`` has the names.
    predictions
        Folder of ``predictions_split_<k>.csv``, such as ``results/clmt/gdsc/LPO/RandomForest/predictions``.
    out
        Folder of the files to write.

    Raises
    ------
    ClmtError
        Where a fold has no file, or a file an unknown name or no such column.
    """
    facts = read_json(Path(export) / MANIFEST, "Give a folder that 'clmt export --to drevalpy' wrote")
    _check(facts, Path(export) / MANIFEST)
    tables = {
        fold: _translated(Path(predictions) / f"predictions_split_{place}.csv", facts)
        for place, fold in enumerate(facts["fold_of_split"])
    }
    for fold, lines in sorted(tables.items()):
        with atomic_path(Path(out) / f"fold{fold}.csv") as temporary:
            temporary.write_text("".join(lines), encoding="utf-8", newline="\n")
    logger.info("%s: predictions of %d folds", out, len(tables))


def _check(facts: Any, path: Path) -> None:
    wanted = {"fold_of_split": list, "cell_lines": dict, "drugs": dict}
    for key, kind in wanted.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), kind):
            raise ClmtError(f"{path}: {key} is missing or of another form! Write the export again")
    folds = facts["fold_of_split"]
    if sorted(map(str, folds)) != sorted(map(str, range(len(folds)))):
        raise ClmtError(f"{path}: fold_of_split: got: {folds!r:.80}, expected: each fold once. Write the export again")
    for key in ("cell_lines", "drugs"):
        ours = list(facts[key].values())
        if not all(isinstance(name, str) for name in ours) or len(set(ours)) < len(ours):
            raise ClmtError(f"{path}: {key}: not a name of ours for each of theirs! Write the export again")


def _translated(path: Path, facts: Mapping[str, Any]) -> list[str]:
    """Lines of a fold: header, then ours of each pair and its prediction as it stands."""
    if not path.is_file():
        raise ClmtError(f"{path}: no such file! expected: one of each fold, which drevalpy writes at its end of it")
    source, data = read_packed(path, "*.csv")
    records = parse_records(data, source)
    cells, drugs = (
        _ours(records, column, facts[kind])
        for column, kind in (("cell_line_name", "cell_lines"), ("pubchem_id", "drugs"))
    )
    values = records.column(records.position(["predictions"]))
    rows = zip(cells, drugs, values, strict=True)
    return [
        "cell_line_id,drug_id,predicted\n",
        *(f"{_quoted(cell)},{_quoted(drug)},{value}\n" for cell, drug, value in rows),
    ]


def _ours(records: Records, column: str, names: Mapping[str, str]) -> list[str]:
    found = records.column(records.position([column]))
    for name, line in zip(found, records.lines, strict=True):
        if name not in names:
            raise ClmtError(
                f"{records.source}, line {line}: unknown {column}! got: {name!r}, expected: one of the export"
            )
    return [names[name] for name in found]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text
