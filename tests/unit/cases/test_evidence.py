"""Pairs that nobody measured, and the responses beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from clmt.cases.evidence import LIKE, predict_unmeasured, unmeasured_pairs
from clmt.graph.fold_data import FoldData
from clmt.models.create import create_model
from tests.helpers.folds import small_fold, small_molecules, with_graph

#: Training pairs that lose their response.
OPEN = slice(3, 40)


@pytest.fixture(scope="module")
def fold() -> FoldData:
    """A fold in which some pairs have no response in any part."""
    whole = small_fold(small_molecules())
    kept = torch.ones(len(whole.graph.train_pairs), dtype=torch.bool)
    kept[OPEN] = False
    pairs, values = whole.graph.train_pairs[kept], whole.graph.train_ln_ic50[kept]
    return with_graph(whole, train_pairs=pairs, train_ln_ic50=values, response_edges=pairs.T.contiguous())


@pytest.fixture(scope="module")
def response(fold: FoldData) -> pd.DataFrame:
    """What is measured: every pair of the fold's parts."""
    return table_of(fold)


def table_of(fold: FoldData) -> pd.DataFrame:
    """Ids of the pairs of all parts of a fold."""
    graph = fold.graph
    cells, drugs = torch.cat([graph.train_pairs, graph.validation_pairs, graph.test_pairs]).T.tolist()
    return pd.DataFrame(
        {
            "cell_line_id": [graph.cell_line_ids[cell] for cell in cells],
            "drug_id": [graph.drug_ids[drug] for drug in drugs],
        }
    )


def test_only_pairs_without_a_response_in_any_part_are_open(fold: FoldData, response: pd.DataFrame) -> None:
    expected = small_fold(small_molecules()).graph.train_pairs[OPEN].tolist()
    assert sorted(unmeasured_pairs(fold.graph, response).tolist()) == sorted(expected)


def test_a_measured_pair_that_the_split_leaves_unused_is_not_open(fold: FoldData) -> None:
    measured = table_of(small_fold(small_molecules()))
    assert not len(unmeasured_pairs(fold.graph, measured))
    elsewhere = measured.assign(drug_id="a drug that the graph does not have")
    assert len(unmeasured_pairs(fold.graph, elsewhere)) == fold.graph.n_cells * fold.graph.n_drugs


def test_entities_that_are_held_out_of_training_are_not_open(fold: FoldData, response: pd.DataFrame) -> None:
    cells = fold.graph.train_cells.clone()
    cells[0] = False
    held = with_graph(fold, train_cells=cells)
    rows, left = (set(unmeasured_pairs(each.graph, response)[:, 0].tolist()) for each in (fold, held))
    assert left == rows - {0}


def test_each_pair_stands_with_its_nearest_training_responses(fold: FoldData, response: pd.DataFrame) -> None:
    model = create_model("drug_mean", {})
    model.fit(fold, seed=0, device="cpu")
    found, total = predict_unmeasured(model, fold, response, 10)
    assert total == OPEN.stop - OPEN.start
    assert len(found) == 10
    graph = fold.graph
    rows = dict(zip(graph.cell_line_ids, range(24), strict=True))
    columns = dict(zip(graph.drug_ids, range(8), strict=True))
    known = {
        tuple(pair): value for pair, value in zip(graph.train_pairs.tolist(), graph.train_ln_ic50.tolist(), strict=True)
    }
    similar = np.corrcoef(graph.expression.numpy())
    prints = fold.molecules["morgan2"].numpy().astype(float)
    dice = 2 * prints @ prints.T / (prints.sum(1)[:, None] + prints.sum(1)[None])
    for case in found:
        cell, drug = rows[case.cell_line], columns[case.drug]
        drugs = [d for d in np.argsort(-dice[drug], kind="stable").tolist() if d != drug and (cell, d) in known]
        assert [e.name for e in case.drugs] == [graph.drug_ids[d] for d in drugs[:LIKE]]
        assert [e.ln_ic50 for e in case.drugs] == pytest.approx([known[cell, d] for d in drugs[:LIKE]], abs=1e-6)
        assert [e.similarity for e in case.drugs] == pytest.approx([dice[drug, d] for d in drugs[:LIKE]], abs=1e-5)
        cells = [
            c for c in np.argsort(-similar[cell]).tolist() if c != cell and (c, drug) in known and similar[cell, c] > 0
        ]
        assert [e.name for e in case.cell_lines] == [graph.cell_line_ids[c] for c in cells[:LIKE]]
        mean = np.mean([value for (_, d), value in known.items() if d == drug])
        assert [e.beyond for e in case.cell_lines] == pytest.approx(
            [known[c, drug] - mean for c in cells[:LIKE]], abs=1e-5
        )
        assert (case.mean, case.beyond) == (
            pytest.approx(mean, abs=1e-5),
            pytest.approx(case.predicted - mean, abs=1e-5),
        )


def test_those_furthest_below_the_mean_of_their_drug_come_first(fold: FoldData, response: pd.DataFrame) -> None:
    model = create_model("mean_effects", {"shrinkage": 1.0})
    model.fit(fold, seed=0, device="cpu")
    found, total = predict_unmeasured(model, fold, response, 1000)
    assert len(found) == total
    assert [case.beyond for case in found] == sorted(case.beyond for case in found)
    few, _ = predict_unmeasured(model, fold, response, 5)
    assert few == found[:5]


def test_without_an_open_pair_there_is_nothing_to_predict() -> None:
    model = create_model("drug_mean", {})
    whole = small_fold(small_molecules())
    model.fit(whole, seed=0, device="cpu")
    assert predict_unmeasured(model, whole, table_of(whole), 10) == ([], 0)
