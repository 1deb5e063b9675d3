"""Predictions of a fold as a file of somebody else's has them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clmt.graph.fold_graph import FoldGraph


def predictions_of(graph: FoldGraph, pairs: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """Columns ``cell_line_id``, ``drug_id`` and ``predicted`` of pairs, int64 (n, 2)."""
    names = [(graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in pairs]
    return pd.DataFrame(names, columns=["cell_line_id", "drug_id"]).assign(predicted=predicted)
