"""Properties that keep test data out of training: each check passes on ours and fails on a wrong variant."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import clmt.graph.build
from clmt.errors import ClmtError
from clmt.folds.make import make_folds
from clmt.graph import labels
from clmt.graph.build import build_graph
from clmt.graph.fold_graph import FoldGraph
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import choose_genes, scale_expression
from clmt.planning.protocols import PROTOCOLS
from clmt.planning.settings.features import GraphSettings
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.small_world import make_molecules, make_tables

SETTINGS = GraphSettings(genes=12, neighbours=3, threshold_draws=5, seed=1, dataset="", split="", fold=0)
Build = Callable[..., FoldGraph]


def our_folds(response: pd.DataFrame, protocol: str, seed: int = 0) -> pd.DataFrame:
    tables = make_tables()
    settings = FoldSettings(protocol=protocol, folds=4, validation=0.2, seed=seed)
    return make_folds(response, tables["cell_lines"], tables["drugs"], settings).astype({"role": object})


def our_graph(tables: dict, protocol: str, *faults: str) -> FoldGraph:
    folds = our_folds(tables["response"], protocol)
    settings = SETTINGS.model_copy(update={"faults": faults, "variant": "faulty"} if faults else {})
    return build_graph(tables, make_molecules(), folds[folds["fold"] == 0].reset_index(drop=True), settings)


def switched(fault: str) -> Build:
    """The graph with a fault of the published code that a setting switches back."""
    return lambda tables, protocol: our_graph(tables, protocol, fault)


# Fault 2: message passing sees training pairs only, and in blind protocols training entities only.


def check_message_passing(build: Build, protocol: str) -> None:
    graph = build(make_tables(), protocol)
    train = set(map(tuple, graph.train_pairs.tolist()))
    response = set(map(tuple, graph.response_edges.T.tolist()))
    assert response == train
    for role in ("validation", "test"):
        assert not response & set(map(tuple, getattr(graph, f"{role}_pairs").tolist()))
    cells, drugs = ({pair[side] for pair in train} for side in (0, 1))
    assert set(graph.cell_similar_edges[0].tolist()) <= cells
    assert set(graph.drug_similar_edges[0].tolist()) <= drugs
    assert set(graph.response_edges[1].tolist()) <= drugs


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_message_passing_sees_training_only(protocol: str) -> None:
    check_message_passing(our_graph, protocol)


def test_message_passing_check_catches_test_edges_and_test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    for protocol in ("mixed", "drug_blind"):
        with pytest.raises(AssertionError):
            check_message_passing(switched("test_edges"), protocol)
    for name, ours in (("pearson_neighbours", pearson_neighbours), ("dice_neighbours", dice_neighbours)):
        with monkeypatch.context() as patch:
            wrong = lambda x, sources, k, ours=ours, **skip: ours(x, np.ones_like(sources), k)  # noqa: E731
            patch.setattr(clmt.graph.build, name, wrong)
            with pytest.raises(AssertionError):
                check_message_passing(our_graph, "double_blind")


# The pairs that choose an epoch are no test pairs.


def check_test_pairs_choose_nothing(build: Build, protocol: str) -> None:
    graph = build(make_tables(), protocol)
    chosen, tested = (set(map(tuple, pairs.tolist())) for pairs in (graph.validation_pairs, graph.test_pairs))
    assert chosen
    assert not chosen & tested


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_test_pairs_choose_nothing(protocol: str) -> None:
    check_test_pairs_choose_nothing(our_graph, protocol)
    with pytest.raises(AssertionError):
        check_test_pairs_choose_nothing(switched("test_validates"), protocol)


# Fault 4: what is fitted is fitted on training pairs: other labels and other cell lines' expression do not change it.


def flat(graph: FoldGraph) -> dict[str, np.ndarray]:
    """All that a model could read; the digests of its inputs are of all of them and tell none."""
    names = [item.name for item in fields(graph) if item.name != "digests"]
    return {name: np.asarray(getattr(graph, name)) for name in names}


def check_test_labels_change_nothing(build: Build, protocol: str) -> None:
    tables = make_tables()
    before = flat(build(tables, protocol))
    folds = our_folds(tables["response"], protocol)
    held = (folds.loc[folds["fold"] == 0, "role"] != "train").to_numpy()
    changed = tables["response"].copy()
    changed.loc[held, "ln_ic50"] = np.random.default_rng(9).permutation(changed.loc[held, "ln_ic50"]) * 2 + 3
    changed.loc[held, "censored"] = ~changed.loc[held, "censored"]
    after = flat(build({**tables, "response": changed}, protocol))
    assert before.keys() == after.keys()
    for name in before.keys() - {"validation_ln_ic50"}:
        np.testing.assert_array_equal(before[name], after[name], err_msg=name)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_test_labels_change_nothing(protocol: str) -> None:
    check_test_labels_change_nothing(our_graph, protocol)


def test_label_check_catches_thresholds_on_all_responses() -> None:
    def with_test_responses_inside(tables: dict, protocol: str) -> FoldGraph:
        graph = our_graph(tables, protocol)
        measured = tables["response"].pivot(index="cell_line_id", columns="drug_id", values="ln_ic50").to_numpy()
        tested = torch.from_numpy(measured[tuple(graph.test_pairs.T)]).float()
        pairs = torch.cat([graph.train_pairs, graph.test_pairs])
        return replace(graph, train_pairs=pairs, train_ln_ic50=torch.cat([graph.train_ln_ic50, tested]))

    for wrong in (switched("fitted_on_all"), with_test_responses_inside):
        with pytest.raises(AssertionError):
            check_test_labels_change_nothing(wrong, "mixed")


def check_test_expression_changes_its_own_rows_only(build: Build) -> None:
    tables = make_tables()
    before = build(tables, "cell_blind")
    held = ~before.train_cells.numpy()
    assert held.any()
    changed = tables["expression"].copy()
    noise = np.random.default_rng(9).normal(0.0, 200.0, (int(held.sum()), 40))
    changed.loc[held, changed.columns[1:]] = noise.astype(np.float32)
    after = build({**tables, "expression": changed}, "cell_blind")
    assert before.genes == after.genes
    for name in ("threshold", "tissue", "pathway", "train_pairs", "train_ln_ic50"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), err_msg=name)
    assert torch.equal(before.expression[~held], after.expression[~held])
    first, second = (~held[graph.cell_similar_edges[1]] for graph in (before, after))
    assert torch.equal(before.cell_similar_edges[:, first], after.cell_similar_edges[:, second])
    assert torch.equal(before.cell_similarity[first], after.cell_similarity[second])


def test_test_expression_changes_its_own_rows_only() -> None:
    check_test_expression_changes_its_own_rows_only(our_graph)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("choose_genes", choose_genes),
        ("scale_expression", scale_expression),
        ("pearson_neighbours", pearson_neighbours),
    ],
)
def test_expression_check_catches_fitting_on_all_cell_lines(
    name: str, ours: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError):
        check_test_expression_changes_its_own_rows_only(switched("fitted_on_all"))
    monkeypatch.setattr(clmt.graph.build, name, lambda x, train, *rest, **skip: ours(x, np.ones_like(train), *rest))
    with pytest.raises(AssertionError):
        check_test_expression_changes_its_own_rows_only(our_graph)


# The tissue of a held-out cell line is its own annotation: it makes no label and no vocabulary of training.


def check_test_tissues_change_their_own_rows_only(build: Build) -> None:
    tables = make_tables()
    before = build(tables, "cell_blind")
    held = ~before.train_cells.numpy()
    changed = tables["cell_lines"].copy()
    changed.loc[held, "primary_site"] = ["eye", "lung"] * (held.sum() // 2) + ["eye"] * (held.sum() % 2)
    after = build({**tables, "cell_lines": changed}, "cell_blind")
    assert not np.array_equal(before.cell_tissue[held], after.cell_tissue[held])
    assert torch.equal(before.cell_tissue[~held], after.cell_tissue[~held])
    first, second = flat(before), flat(after)
    for name in first.keys() - {"cell_tissue"}:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_test_tissues_change_their_own_rows_only() -> None:
    check_test_tissues_change_their_own_rows_only(our_graph)


def test_tissue_check_catches_labels_and_vocabulary_of_all_cell_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_all_labels(tables: dict, protocol: str) -> FoldGraph:
        graph = our_graph(tables, protocol)
        return replace(graph, tissue=graph.cell_tissue)

    with pytest.raises(AssertionError):
        check_test_tissues_change_their_own_rows_only(with_all_labels)
    every = labels.tissue_labels
    monkeypatch.setattr(clmt.graph.build, "tissue_labels", lambda table, train: every(table, np.ones_like(train)))
    with pytest.raises(AssertionError):
        check_test_tissues_change_their_own_rows_only(our_graph)


# Fault 8: the nearest neighbour is kept, and the number of neighbours is a setting.


def check_nearest_is_kept(neighbours: Callable) -> None:
    bits = np.random.default_rng(0).random((30, 128)) < 0.2
    shared = bits.astype(float) @ bits.T
    dice = 2 * shared / (bits.sum(1)[:, None] + bits.sum(1)[None, :])
    np.fill_diagonal(dice, -1.0)
    for count in (1, 4, 7):
        edges, similarity = neighbours(bits, np.ones(30, dtype=bool), count)
        assert not np.any(edges[0] == edges[1])
        for target in range(30):
            best = np.sort(dice[target])[::-1][:count]
            np.testing.assert_allclose(similarity[edges[1] == target], best, atol=1e-6)


def test_nearest_neighbour_is_kept() -> None:
    check_nearest_is_kept(dice_neighbours)


def test_neighbour_check_catches_a_dropped_nearest_and_a_fixed_count() -> None:
    def without_nearest(bits: np.ndarray, sources: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        return dice_neighbours(bits, sources, count, skip=1)

    def fixed(bits: np.ndarray, sources: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        return dice_neighbours(bits, sources, 7)

    for wrong in (without_nearest, fixed):
        with pytest.raises(AssertionError):
            check_nearest_is_kept(wrong)


# Fault 11: a drug of several target pathways keeps them all.


def check_pathways_are_all_kept(build: Build) -> None:
    tables = make_tables()
    graph = build(tables, "mixed")
    for row, text in enumerate(tables["drugs"]["target_pathway"]):
        expected = set() if text in ("", "Unclassified") else set(text.split("; "))
        assert {graph.pathways[label] for label in np.flatnonzero(graph.pathway[row])} == expected


def test_all_pathways_are_kept() -> None:
    check_pathways_are_all_kept(our_graph)


def test_pathway_check_catches_the_first_label_alone() -> None:
    with pytest.raises(AssertionError):
        check_pathways_are_all_kept(switched("first_pathway"))


# No fault is repeated unasked, and a graph that repeats one says so.


def test_a_faulty_graph_says_so() -> None:
    tables = make_tables()
    assert not our_graph(tables, "mixed").faults
    assert our_graph(tables, "mixed", "test_edges").faults == ["test_edges"]
    assert not GraphSettings(dataset="", split="", fold=0).faults
    with pytest.raises(ClmtError, match="faults make a variant"):
        GraphSettings.read({"dataset": "", "split": "", "fold": 0, "faults": ["test_edges"]})


# Fault 7: the order of Python's sets has no effect.

PROGRAM = """
import test_leaks
tables = test_leaks.make_tables()
for build in (test_leaks.our_graph, test_leaks.with_set_order):
    print(build.__name__, test_leaks.fingerprint(build(tables, "drug_blind")))
"""


def fingerprint(graph: FoldGraph) -> str:
    content = {
        name: value.tobytes() if value.dtype.kind != "U" else value.tolist() for name, value in flat(graph).items()
    }
    return hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()


def with_set_order(tables: dict, protocol: str) -> FoldGraph:
    graph = our_graph(tables, protocol)
    return replace(graph, pathways=list(set(graph.pathways)))


def fingerprints(hash_seed: str) -> dict[str, str]:
    """What each build makes in a process whose sets have the order of that seed."""
    folders = os.pathsep.join([str(Path(__file__).parent), str(Path(clmt.graph.build.__file__).parents[1])])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": folders}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


def test_set_order_is_without_effect() -> None:
    one, other = fingerprints("1"), fingerprints("2")
    assert one["our_graph"] == other["our_graph"]
    assert one["with_set_order"] != other["with_set_order"]
