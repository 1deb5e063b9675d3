"""From one study to another: what the test study measured reaches no graph, with wrong variants that are caught."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import torch

from clmt.folds.make import make_folds
from clmt.graph.build import build_graph
from clmt.graph.fold_graph import FoldGraph
from clmt.planning.settings.features import GraphSettings
from clmt.planning.settings.folds import CrossFoldSettings
from clmt.tables.studies import join_studies, study_of
from tests.helpers.two_studies import two_studies

SETTINGS = GraphSettings(dataset="a_to_b", split="cross_study", fold=0, genes=20, neighbours=3, threshold_draws=3)
CROSS = {"protocol": "cross_study", "overlap": "drop", "validation": 0.1, "folds": 1, "train": "a"}


def graph_of(tables: dict[str, pd.DataFrame], *, pooled: bool = False) -> FoldGraph:
    """Graph of the one fold; ``pooled`` is the wrong variant that trains on both studies."""
    inputs = (tables[kind] for kind in ("response", "cell_lines", "drugs"))
    folds = make_folds(*inputs, CrossFoldSettings.read(CROSS)).astype({"role": str})
    if pooled:
        tested = folds.index[folds["role"] == "test"]
        folds.loc[tested[::2], "role"] = "train"
    drugs = tables["drugs"]["drug_id"].tolist()
    bits = np.random.default_rng(0).random((len(drugs), 2048)) < 0.05
    molecules = {"drug_ids": drugs, "smiles": tables["drugs"]["smiles"].tolist(), "morgan2": bits.astype(np.uint8)}
    return build_graph(tables, molecules, folds, SETTINGS)


def with_other_responses(study: str) -> dict[str, pd.DataFrame]:
    """Joined tables in which the responses of a study have changed places."""
    both, _ = join_studies(*two_studies(), ("a", "b"))
    response = both["response"].copy()
    rows = response.index[response["cell_line_id"].map(study_of) == study]
    response.loc[rows, "ln_ic50"] = response.loc[rows, "ln_ic50"].to_numpy()[::-1].copy()
    return {**both, "response": response}


def differences(first: FoldGraph, second: FoldGraph) -> set[str]:
    """Fields in which two graphs differ, the digests of their inputs left out, which no model reads."""
    found = set()
    for name in (item.name for item in fields(FoldGraph) if item.name != "digests"):
        one, other = getattr(first, name), getattr(second, name)
        same = torch.equal(one.nan_to_num(), other.nan_to_num()) if isinstance(one, torch.Tensor) else one == other
        if not same:
            found.add(name)
    return found


def test_responses_of_the_test_study_change_nothing_that_a_model_sees() -> None:
    ours, _ = join_studies(*two_studies(), ("a", "b"))
    assert differences(graph_of(ours), graph_of(with_other_responses("b"))) == set()


def test_the_check_catches_training_on_both_and_sees_the_training_study() -> None:
    ours, _ = join_studies(*two_studies(), ("a", "b"))
    caught = differences(graph_of(ours, pooled=True), graph_of(with_other_responses("b"), pooled=True))
    assert "train_ln_ic50" in caught
    assert "train_ln_ic50" in differences(graph_of(ours), graph_of(with_other_responses("a")))


def test_no_cell_line_of_the_test_study_trains() -> None:
    graph = graph_of(join_studies(*two_studies(), ("a", "b"))[0])
    assert not graph.train_cells.numpy()[graph.test_pairs.numpy()[:, 0]].any()
    assert {study_of(graph.cell_line_ids[row]) for row in graph.training_rows()[0]} == {"a"}
