"""The file of a frozen model's predictions of held-out pairs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.graph.fold_graph import FoldGraph
from clmt.graph.held_out import held_out_pairs, read_held_out, write_held_out
from tests.helpers.folds import planted_fold


def written(path: Path, **facts: Any) -> tuple[FoldGraph, np.ndarray]:
    graph = planted_fold()[0].graph
    predicted = np.arange(len(held_out_pairs(graph)), dtype=np.float64)
    own = {"dataset": graph.dataset, "split": graph.split, "fold": graph.fold, "model": "near", "settings_digest": "ab"}
    write_held_out(path, graph, predicted, {**own, **facts})
    return graph, predicted


def test_round_trip_holds_the_held_out_pairs_and_no_response(tmp_path: Path) -> None:
    graph, predicted = written(tmp_path / "held_out.parquet")
    name, found = read_held_out(tmp_path / "held_out.parquet", graph)
    assert (name, found.settings_digest) == ("near", "ab")
    np.testing.assert_array_equal(found.table[tuple(held_out_pairs(graph).T)], predicted)
    assert np.isnan(found.table[tuple(graph.train_pairs.numpy().T)]).all()
    columns = pq.read_schema(tmp_path / "held_out.parquet").names
    assert columns == ["cell_line_id", "drug_id", "predicted"]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"fold": 3}, r"fold: got: '3', expected: '0'"),
        ({"dataset": "ccle"}, r"dataset: got: 'ccle', expected: 'made_up'"),
    ],
)
def test_another_fold_is_refused(tmp_path: Path, facts: dict[str, Any], message: str) -> None:
    graph, _ = written(tmp_path / "held_out.parquet", **facts)
    with pytest.raises(ClmtError, match=message):
        read_held_out(tmp_path / "held_out.parquet", graph)


def test_predictions_of_a_model_that_knew_another_graph_are_refused(tmp_path: Path) -> None:
    """The pairs are equal; what the member was trained on is not."""
    graph, _ = written(tmp_path / "held_out.parquet")
    changed = graph.train_ln_ic50.clone()
    changed[0] += 1
    with pytest.raises(ClmtError, match=r"held_out\.parquet: graph: got: '\w{64}', expected: '\w{64}'. Delete it"):
        read_held_out(tmp_path / "held_out.parquet", replace(graph, train_ln_ic50=changed))


def test_other_pairs_and_values_that_are_no_number_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "held_out.parquet"
    graph, predicted = written(path)
    pq.write_table(pq.read_table(path).slice(1), tmp_path / "fewer.parquet")
    with pytest.raises(ClmtError, match="not the held-out pairs of this fold's graph"):
        read_held_out(tmp_path / "fewer.parquet", graph)
    facts = {"dataset": graph.dataset, "split": graph.split, "fold": graph.fold, "model": "a", "settings_digest": "b"}
    predicted[4] = np.inf
    write_held_out(path, graph, predicted, facts)
    with pytest.raises(ClmtError, match="predicted, row 4: got: inf, expected: a finite number"):
        read_held_out(path, graph)
    path.write_bytes(b"")
    with pytest.raises(ClmtError, match="not a readable Parquet file"):
        read_held_out(path, graph)
