"""The typed graph of a fold: what does not fit is named, files repeat, another fold is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from clmt.errors import ClmtError
from clmt.graph.fold_graph import FOLD_KEY, FoldGraph
from clmt.tensors import load_tensors, save_tensors
from tests.helpers.folds import planted_fold

GRAPH = planted_fold()[0].graph  # 60 cell lines, 24 drugs


def test_a_file_keeps_every_part(tmp_path: Path) -> None:
    GRAPH.save(tmp_path / "graph.pt")
    loaded = FoldGraph.load(tmp_path / "graph.pt")
    for item in fields(GRAPH):
        before, after = getattr(GRAPH, item.name), getattr(loaded, item.name)
        assert torch.equal(before.nan_to_num(), after.nan_to_num()) if torch.is_tensor(before) else before == after


def test_equal_graphs_give_equal_bytes(tmp_path: Path) -> None:
    """A slice of a larger tensor is written without the rest of it."""
    larger = torch.cat([GRAPH.expression, torch.ones(5, GRAPH.expression.shape[1])])
    for name, graph in (("one", GRAPH), ("two", replace(GRAPH, expression=larger[:60]))):
        graph.save(tmp_path / f"{name}.pt")
    FoldGraph.load(tmp_path / "one.pt").save(tmp_path / "three.pt")
    assert len({(tmp_path / f"{name}.pt").read_bytes() for name in ("one", "two", "three")}) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"expression": GRAPH.expression.double()}, "expression must be a tensor of torch.float32! got: torch.float64"),
        ({"expression": GRAPH.expression.numpy()}, "expression must be a tensor of torch.float32! got: ndarray"),
        ({"expression": GRAPH.expression[:59]}, r"expression must have the shape \(60, 30\)! got: \(59, 30\)"),
        ({"threshold": torch.zeros(24, 1)}, r"threshold must have the shape \(24,\)! got: \(24, 1\)"),
        ({"genes": GRAPH.genes[:-1]}, r"expression must have the shape \(60, 29\)"),
        ({"train_ln_ic50": GRAPH.train_ln_ic50[1:]}, "train_ln_ic50 must have the shape"),
        ({"drug_similarity": torch.ones(3)}, r"drug_similarity must have the shape \(0,\)! got: \(3,\)"),
        ({"test_pairs": GRAPH.test_pairs + 59}, "test_pairs must be rows from 0 to 59! got: 59 to "),
        ({"response_edges": GRAPH.response_edges.flip(0)}, "response_edges must be rows from 0 to 23! got: 0 to 59"),
        ({"drug_targets": ["EGFR"]}, "drug_targets must have 24 entries! got: 1"),
        ({"cell_histology": [None] * 60}, "cell_histology must be a list of names! got: list"),
        ({"tissues": "lung"}, "tissues must be a list of names! got: str"),
        ({"fold": "0"}, "fold must be int! got: '0'"),
    ],
)
def test_a_part_that_does_not_fit_is_named(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match=message):
        replace(GRAPH, **changed)
    content = {item.name: getattr(GRAPH, item.name) for item in fields(GRAPH)}
    if all(not hasattr(value, "__array_interface__") for value in changed.values()):
        save_tensors(tmp_path / "graph.pt", {**content, **changed})
        with pytest.raises(ClmtError, match=rf"graph\.pt: graph of a fold: {message}.* Delete it and run build_graph"):
            FoldGraph.load(tmp_path / "graph.pt")


@pytest.mark.parametrize("name", ["train_ln_ic50", "validation_ln_ic50"])
@pytest.mark.parametrize("value", [1e30, float("inf"), float("nan"), -20.5])
def test_responses_that_cannot_be_are_refused(tmp_path: Path, name: str, value: float) -> None:
    GRAPH.save(tmp_path / "graph.pt")
    content = load_tensors(tmp_path / "graph.pt")
    content[name][0] = value
    save_tensors(tmp_path / "graph.pt", content)
    with pytest.raises(ClmtError, match=f"{name} must hold numbers from -20 to 20! got: {value:g}".replace("+", ".")):
        FoldGraph.load(tmp_path / "graph.pt")


def test_a_missing_and_an_unknown_field_are_named(tmp_path: Path) -> None:
    GRAPH.save(tmp_path / "graph.pt")
    content = load_tensors(tmp_path / "graph.pt")
    save_tensors(tmp_path / "graph.pt", {**content, "test_ln_ic50": torch.zeros(3)})
    with pytest.raises(ClmtError, match=r"graph\.pt: has an unknown field 'test_ln_ic50'"):
        FoldGraph.load(tmp_path / "graph.pt")
    del content["pathway"]
    save_tensors(tmp_path / "graph.pt", content)
    with pytest.raises(ClmtError, match=r"graph\.pt: lacks field 'pathway' of a fold's graph! Delete it and run"):
        FoldGraph.load(tmp_path / "graph.pt")


@pytest.mark.parametrize("key", FOLD_KEY)
def test_another_fold_is_refused(key: str) -> None:
    own = {name: getattr(GRAPH, name) for name in FOLD_KEY}
    GRAPH.check_fold(own, Path("graph.pt"))
    GRAPH.check_fold({}, Path("graph.pt"))
    with pytest.raises(ClmtError, match=rf"graph\.pt: not the graph of this run's {key}! got: {own[key]!r}"):
        GRAPH.check_fold({**own, key: "another"}, Path("graph.pt"))


def test_a_test_pair_has_no_response() -> None:
    with pytest.raises(ClmtError, match="got: 'test', expected one of: train, validation"):
        GRAPH.responses("test")


def test_a_run_reads_the_variant_that_it_names_and_no_other() -> None:
    variant = replace(GRAPH, variant="test_edges", faults=["test_edges"])
    own = {name: getattr(GRAPH, name) for name in FOLD_KEY}
    variant.check_fold({**own, "graph": "test_edges"}, Path("graph_test_edges.pt"))
    for graph, settings, words in (
        (variant, own, "got: test_edges, expected: none"),
        (GRAPH, {**own, "graph": "test_edges"}, "got: none, expected: test_edges"),
        (variant, {**own, "graph": "fitted_on_all"}, "got: test_edges, expected: fitted_on_all"),
    ):
        with pytest.raises(ClmtError, match=words):
            graph.check_fold(settings, Path("graph.pt"))
