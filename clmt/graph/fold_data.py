"""One fold as a model sees it: the fold's graph, the molecules and the text vectors, in one row order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch

from clmt.errors import ClmtError
from clmt.tensors import load_tensors

__all__ = ["FoldData", "load_fold", "read_text_vectors"]


@dataclass(frozen=True)
class FoldData:
    """Inputs of training and prediction.

    Attributes
    ----------
    graph
        Contents of ``graph.pt``: scaled omics, edges, auxiliary labels and pairs; no test response is in it.
    molecules
        Contents of ``molecules.pt``, drugs in the order of ``graph["drug_ids"]``.
    text
        ``cell_line`` float32 (C, T) and ``drug`` float32 (D, T), rows in the graph's order; T is 0 without vectors.
    """

    graph: dict[str, Any]
    molecules: dict[str, Any]
    text: dict[str, torch.Tensor]


def read_text_vectors(path: Path, kind: str, ids: list[str]) -> torch.Tensor:
    """Read the text vectors of ``ids``, float32 (len(ids), T), from ``text_<encoder>.parquet``."""
    table = pq.read_table(path, filters=[("kind", "=", kind)])
    rows = {entity: row for row, entity in enumerate(table["entity_id"].to_pylist())}
    missing = [entity for entity in ids if entity not in rows]
    if missing:
        raise ClmtError(
            f"{path}: no text vector of {kind} {missing[0]!r} ({len(missing)} missing in all). Rerun the text rules"
        )
    width = table.schema.field("vector").type.list_size
    flat = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    vectors = np.asarray(flat, dtype=np.float32).reshape(-1, width)
    return torch.from_numpy(vectors[[rows[entity] for entity in ids]].copy())


def load_fold(graph_path: Path, molecules_path: Path, text_path: Path | None) -> FoldData:
    """Load one fold and check that its parts speak of the same drugs; None for models that read no text."""
    graph = load_tensors(graph_path)
    molecules = load_tensors(molecules_path)
    if graph["drug_ids"] != molecules["drug_ids"]:
        raise ClmtError(f"{graph_path} and {molecules_path}: the drugs differ. Delete both and rerun")
    ids = {"cell_line": graph["cell_line_ids"], "drug": graph["drug_ids"]}
    if text_path is None:
        text = {kind: torch.zeros(len(names), 0) for kind, names in ids.items()}
    else:
        text = {kind: read_text_vectors(text_path, kind, names) for kind, names in ids.items()}
    return FoldData(graph, molecules, text)
