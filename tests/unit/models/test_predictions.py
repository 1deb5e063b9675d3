"""Predictions from a file in the place of a model: frozen by training, scored as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.graph.given import Given
from clmt.graph.held_out import held_out_pairs
from clmt.models.create import create_model
from tests.helpers.folds import planted_fold, with_graph


def with_given(pairs: np.ndarray | None = None) -> tuple[FoldData, Given]:
    fold, _ = planted_fold()
    pairs = held_out_pairs(fold.graph) if pairs is None else pairs
    given = Given(pairs, np.arange(len(pairs)) / 7.0, "theirs/fold0.csv", "ab" * 32)
    return replace(fold, given=given), given


def test_training_freezes_the_predictions_and_needs_the_file_no_more() -> None:
    fold, given = with_given()
    model, again = (create_model("predictions", {"file": "theirs/fold{fold}.csv"}) for _ in range(2))
    assert model.fit(fold, seed=0, device="cpu") == []
    again.load_state(model.state())
    bare = replace(fold, given=None)
    np.testing.assert_array_equal(again.predict(bare, given.pairs[::-1]), given.predicted[::-1])
    assert again.predict(bare, given.pairs[3:4]).tolist() == [given.predicted[3]]


def test_predictions_belong_to_names_whatever_the_order_of_the_rows() -> None:
    fold, given = with_given()
    model = create_model("predictions", {"file": "{fold}.csv"})
    model.fit(fold, seed=0, device="cpu")
    turned = with_graph(fold, drug_ids=fold.graph.drug_ids[::-1])
    last = len(fold.graph.drug_ids) - 1
    pairs = np.column_stack([given.pairs[:, 0], last - given.pairs[:, 1]])
    np.testing.assert_array_equal(model.predict(turned, pairs), given.predicted)


def test_no_file_and_a_pair_without_prediction_are_refused() -> None:
    fold, _ = with_given(planted_fold()[0].graph.test_pairs.numpy())
    model = create_model("predictions", {"file": "{fold}.csv"})
    with pytest.raises(ClmtError, match="none is given! Name it with --given"):
        model.fit(replace(fold, given=None), seed=0, device="cpu")
    model.fit(fold, seed=0, device="cpu")
    with pytest.raises(ClmtError, match=r"theirs/fold0.csv: no prediction of cell line .* A mean of models needs"):
        model.predict(fold, fold.graph.validation_pairs.numpy())


@pytest.mark.parametrize(
    "file", ["theirs.csv", "{fold}{fold}.csv", "-{fold}.csv", "{dataset}/{fold}.csv", "", "{fold\n}"]
)
def test_a_path_without_its_fold_is_refused(file: str) -> None:
    with pytest.raises(ClmtError, match="file is of another form"):
        create_model("predictions", {"file": file})
