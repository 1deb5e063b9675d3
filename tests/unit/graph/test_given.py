"""Predictions that somebody else made: read whole, or refused by the name of the pair."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.graph.fold_graph import FoldGraph
from clmt.graph.given import read_given
from clmt.graph.held_out import held_out_pairs
from tests.helpers.folds import planted_fold
from tests.helpers.predictions import predictions_of


@pytest.fixture(scope="module")
def graph() -> FoldGraph:
    return planted_fold()[0].graph


def written(folder: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(folder / "fold0.csv", index=False)
    return folder / "fold0.csv"


def test_rows_of_any_order_are_taken_and_training_pairs_left_out(tmp_path: Path, graph: FoldGraph) -> None:
    pairs = np.concatenate([held_out_pairs(graph), graph.train_pairs.numpy()])
    frame = predictions_of(graph, pairs, np.arange(len(pairs), dtype=float)).sample(frac=1.0, random_state=1)
    given = read_given(written(tmp_path, frame), graph)
    np.testing.assert_array_equal(given.pairs, held_out_pairs(graph))
    np.testing.assert_array_equal(given.predicted, np.arange(len(given.pairs)))
    frame.to_parquet(tmp_path / "fold0.parquet")
    np.testing.assert_array_equal(read_given(tmp_path / "fold0.parquet", graph).predicted, given.predicted)


def test_validation_pairs_may_be_left_out(tmp_path: Path, graph: FoldGraph) -> None:
    tested = graph.test_pairs.numpy()
    given = read_given(written(tmp_path, predictions_of(graph, tested, np.zeros(len(tested)))), graph)
    np.testing.assert_array_equal(given.pairs, tested)


def first(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.astype({column: object}).assign(**{column: [value, *frame[column][1:]]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (first("predicted", "NaN"), "line 2: predicted is no response! got: 'NaN' for cell line 'C"),
        (first("predicted", ""), "line 2: predicted is no response! got: ''"),
        (first("predicted", "inf"), "got: 'inf'"),
        (first("predicted", 1e7), "got: '10000000"),
        (first("predicted", "low"), "got: 'low'"),
        (first("predicted", "1_0"), "got: '1_0'"),
        (first("predicted", "\N{FULLWIDTH DIGIT ONE}"), "predicted is no response"),
        (
            first("cell_line_id", "HeLa"),
            "line 2: cell line is not in dataset made_up! got: 'HeLa', expected: one of 60",
        ),
        (
            first("drug_id", "d0"),
            "line 2: drug is not in dataset made_up! got: 'd0', expected: one of 24, such as: 'D0'",
        ),
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), "a pair stands twice! got: cell line 'C"),
        (lambda frame: frame.iloc[2:], "a test pair of fold 0 of made_up, mixed, has no prediction! got: none of cell"),
        (lambda frame: frame.drop(columns="predicted"), "missing column predicted! got: cell_line_id, drug_id"),
    ],
)
def test_faults_are_refused_by_name(tmp_path: Path, graph: FoldGraph, change: Callable, message: str) -> None:
    tested = graph.test_pairs.numpy()
    path = written(tmp_path, change(predictions_of(graph, tested, np.linspace(-1.0, 1.0, len(tested)))))
    with pytest.raises(ClmtError) as error:
        read_given(path, graph)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
