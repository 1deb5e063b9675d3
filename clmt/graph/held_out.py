"""What a frozen model predicts of a fold's validation and test pairs: the file that other models read of it.

No response stands in it, so that a model that reads it knows no more of the test pairs than the predictions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError
from clmt.files import atomic_path, write_parquet
from clmt.graph.fold_graph import FOLD_KEY, FoldGraph
from clmt.reading.parquet import check_types, read_parquet

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HeldOut", "held_out_pairs", "read_held_out", "write_held_out"]

_REMEDY = "Delete it and run the rule predict_held_out"


@dataclass(frozen=True)
class HeldOut:
    """Predictions of one model.

    Attributes
    ----------
    table
        ln IC50 (uM), float64 (C, D); NaN where a pair is neither a validation nor a test pair.
    settings_digest
        Of the run that made them.
    """

    table: NDArray[np.float64]
    settings_digest: str


def held_out_pairs(graph: FoldGraph) -> NDArray[np.int64]:
    """Validation pairs, then test pairs, int64 (n, 2)."""
    return np.concatenate([graph.validation_pairs.numpy(), graph.test_pairs.numpy()])


def write_held_out(out: Path, graph: FoldGraph, predicted: NDArray[np.float64], facts: Mapping[str, Any]) -> None:
    """Write predictions (n,) of `held_out_pairs`; ``facts`` are dataset, split, fold, model and settings_digest.

    The graph's digest goes with them.
    """
    import pyarrow as pa

    cells, drugs = held_out_pairs(graph).T
    table = pa.table(
        {
            "cell_line_id": pa.array([graph.cell_line_ids[row] for row in cells], pa.string()),
            "drug_id": pa.array([graph.drug_ids[row] for row in drugs], pa.string()),
            "predicted": pa.array(predicted, pa.float64()),
        },
        metadata={key: str(facts[key]) for key in (*FOLD_KEY, "model", "settings_digest")} | {"graph": graph.digest()},
    )
    with atomic_path(out) as temporary:
        write_parquet(table, temporary)


def read_held_out(path: Path, graph: FoldGraph) -> tuple[str, HeldOut]:
    """Read the name of a model and its predictions of the fold of ``graph``.

    Raises
    ------
    ClmtError
        Where the file is damaged, of another fold, or of other pairs than those held out.
    """
    import pyarrow as pa

    types = {"cell_line_id": pa.string(), "drug_id": pa.string(), "predicted": pa.float64()}
    table = read_parquet(path, "the predictions of held-out pairs do", _REMEDY, list(types))
    check_types(table, types, path, _REMEDY)
    facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    known = {key: str(getattr(graph, key)) for key in FOLD_KEY} | {"graph": graph.digest()}
    for key in (*FOLD_KEY, "model", "settings_digest", "graph"):
        wanted = known.get(key, facts.get(key))
        if key not in facts or facts[key] != wanted:
            raise ClmtError(f"{path}: {key}: got: {facts.get(key)!r}, expected: {wanted or 'a name'!r}. {_REMEDY}")
    pairs = held_out_pairs(graph)
    named = [(graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in pairs]
    if list(zip(table["cell_line_id"].to_pylist(), table["drug_id"].to_pylist(), strict=True)) != named:
        raise ClmtError(f"{path}: not the held-out pairs of this fold's graph! got: {len(table)} pairs. {_REMEDY}")
    predicted = np.full((graph.n_cells, graph.n_drugs), np.nan)
    values = table["predicted"].to_numpy()
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ClmtError(f"{path}: predicted, row {row}: got: {values[row]}, expected: a finite number. {_REMEDY}")
    predicted[tuple(pairs.T)] = values
    return facts["model"], HeldOut(predicted, facts["settings_digest"])
