"""The graph built from tables and folds, and the commands that write folds and graph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.folds.make import make_folds, write_folds
from clmt.graph.build import build_graph, write_graph
from clmt.graph.fold_graph import FOLD_KEY, FoldGraph
from clmt.graph.thresholds import sensitivity_thresholds
from clmt.planning.runs import graph_settings
from clmt.planning.settings.features import GraphSettings
from clmt.planning.settings.folds import FoldSettings
from clmt.tables.schema import KINDS, write_table
from clmt.tensors import save_tensors
from tests.helpers.molecule_parts import fingerprints_only
from tests.helpers.small_world import make_molecules, make_tables

MADE_UP = {
    "dataset": "made_up",
    "split": "mixed",
    "fold": 1,
    "genes": 10,
    "neighbours": 2,
    "threshold_draws": 3,
    "seed": 4,
}
SETTINGS = GraphSettings(genes=12, neighbours=3, threshold_draws=5, seed=1, dataset="", split="", fold=0)


def one_fold(tables: dict, protocol: str, fold: int = 0):
    folds = make_folds(
        tables["response"],
        tables["cell_lines"],
        tables["drugs"],
        FoldSettings(protocol=protocol, folds=4, validation=0.2),
    )
    return folds[folds["fold"] == fold].astype({"role": object}).reset_index(drop=True)


def built(protocol: str = "cell_blind", settings: GraphSettings = SETTINGS) -> FoldGraph:
    tables = make_tables()
    return build_graph(tables, make_molecules(), one_fold(tables, protocol), settings)


def test_parts_have_the_sizes_of_the_tables_and_settings() -> None:
    graph = built()  # a graph whose parts do not fit together is not made
    assert (graph.n_cells, graph.n_drugs, len(graph.genes)) == (24, 15, 12)
    assert (len(graph.mutation_genes), len(graph.copy_number_genes)) == (7, 5)
    assert graph.pathways == ["Cell cycle", "EGFR signaling", "Mitosis", "RTK signaling"]
    assert graph.tissues == sorted(graph.tissues)
    assert graph.drug_similar_edges.shape == (2, 3 * 15)


def test_pairs_keep_the_order_of_the_folds_and_their_responses() -> None:
    tables = make_tables()
    fold = one_fold(tables, "mixed").sample(frac=1.0, random_state=1).reset_index(drop=True)
    graph = build_graph(tables, make_molecules(), fold, SETTINGS)
    response = tables["response"].set_index(["cell_line_id", "drug_id"])
    for role in ("train", "validation", "test"):
        wanted = fold.loc[fold["role"] == role, ["cell_line_id", "drug_id"]].apply(tuple, axis=1).tolist()
        got = [(graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in getattr(graph, f"{role}_pairs")]
        assert got == wanted
        if role != "test":
            np.testing.assert_allclose(graph.responses(role)[1], response.loc[wanted, "ln_ic50"], rtol=1e-6)
    assert not hasattr(graph, "test_ln_ic50")


def test_labels_of_training_entities_only() -> None:
    graph = built("cell_blind")
    assert not graph.train_cells.all()
    assert (graph.tissue[~graph.train_cells] == -1).all()
    known = graph.tissue.numpy() >= 0
    sites = make_tables()["cell_lines"]["primary_site"].to_numpy()
    assert [graph.tissues[label] for label in graph.tissue[known]] == sites[known].tolist()
    assert (graph.tissue[sites == ""] == -1).all()
    graph = built("drug_blind")
    held = ~graph.train_drugs
    assert held.any()
    assert graph.threshold.isnan().tolist() == held.tolist()
    assert (graph.pathway[held] == 0).all()


def test_tissue_of_every_cell_line_is_known_where_training_has_it() -> None:
    tables = make_tables()
    fold = one_fold(tables, "cell_blind")
    held = sorted(set(fold.loc[fold["role"] == "test", "cell_line_id"]))
    row = tables["cell_lines"]["cell_line_id"].tolist().index(held[0])
    tables["cell_lines"].loc[row, "primary_site"] = "only here"
    graph = build_graph(tables, make_molecules(), fold, SETTINGS)
    sites = tables["cell_lines"]["primary_site"].tolist()
    expected = [graph.tissues.index(site) if site in graph.tissues else -1 for site in sites]
    assert graph.cell_tissue.tolist() == expected
    assert graph.cell_tissue[row] == -1
    assert (graph.cell_tissue[~graph.train_cells] >= 0).any()
    assert (graph.tissue[~graph.train_cells] == -1).all()


def test_annotations_are_those_of_the_tables() -> None:
    """Of every entity, held out or not, without the words for "unknown"."""
    tables = make_tables()
    tables["drugs"]["targets"] = ["EGFR; ERBB2", "not specified", "n/a; KIT", *[""] * (len(tables["drugs"]) - 3)]
    folds = one_fold(tables, "drug_blind")
    graph = build_graph(tables, make_molecules(), folds, SETTINGS)
    assert graph.drug_targets[:4] == ["EGFR; ERBB2", "", "KIT", ""]
    known = [text if text != "Unclassified" else "" for text in tables["drugs"]["target_pathway"]]
    assert graph.drug_pathways == known
    assert any(known[row] for row in np.flatnonzero(~graph.train_drugs))
    assert graph.cell_histology == ["made up"] * graph.n_cells


def test_spread_of_the_thresholds_is_a_setting() -> None:
    features = {"threshold_spread": "distance", "threshold_draws": 5, "genes": 12, "neighbours": 3}
    settings = graph_settings({"seed": 1, "features": features}, "made_up", "cell_blind", 0)
    graph = built("cell_blind", GraphSettings.read(settings))
    values, drugs = graph.train_ln_ic50.numpy(), graph.train_pairs[:, 1].numpy()
    for spread, same in (("distance", True), ("position", False)):
        expected = sensitivity_thresholds(values, drugs, graph.drug_ids, draws=5, seed=settings["seed"], spread=spread)
        assert np.array_equal(graph.threshold, expected, equal_nan=True) == same


def test_double_blind_graph_leaves_unused_pairs_out() -> None:
    graph = built("double_blind")
    sizes = [len(getattr(graph, f"{role}_pairs")) for role in ("train", "validation", "test")]
    assert all(sizes)
    assert sum(sizes) < len(make_tables()["response"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tables, fold, molecules: fold.__setitem__("drug_id", "Drug00"), "their pairs differ"),
        (lambda tables, fold, molecules: molecules["drug_ids"].reverse(), "drugs differ from the drugs table"),
        (
            lambda tables, fold, molecules: tables.update(mutation=tables["mutation"].iloc[1:]),
            "mutation table: its cell lines differ",
        ),
        (lambda tables, fold, molecules: fold.update(fold[["role"]].assign(role="test")), "no training pair"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change, message: str) -> None:
    tables, molecules = make_tables(), make_molecules()
    fold = one_fold(tables, "mixed")
    change(tables, fold, molecules)
    with pytest.raises(ClmtError, match=message):
        build_graph(tables, molecules, fold, SETTINGS)


def test_unknown_setting_is_named() -> None:
    with pytest.raises(ClmtError, match="got: 'neighbors', expected one of: dataset, faults, fold, genes, neighbours"):
        GraphSettings.read({"neighbors": 3})


@pytest.mark.parametrize("key", FOLD_KEY)
def test_a_graph_must_be_told_whose_it_is(key: str) -> None:
    with pytest.raises(ClmtError, match=f"{key} is missing"):
        GraphSettings.read({name: value for name, value in MADE_UP.items() if name != key})


def written(folder: Path) -> dict[str, Path]:
    paths = {kind: folder / f"{kind}.parquet" for kind in KINDS}
    for kind, frame in make_tables().items():
        write_table(frame, paths[kind], kind)
    molecules = make_molecules()
    prints = torch.from_numpy(molecules["morgan2"])
    own = fingerprints_only(molecules["drug_ids"], prints)
    save_tensors(folder / "molecules.pt", own | {"smiles": molecules["smiles"]})
    return paths


def test_commands_write_the_same_bytes_twice(tmp_path: Path) -> None:
    paths = written(tmp_path)
    folds, out = tmp_path / "folds.parquet", tmp_path / "fold1" / "graph.pt"
    tables = [text for kind in KINDS for text in (f"--{kind.replace('_', '-')}", str(paths[kind]))]
    some = [
        text
        for kind in ("response", "cell_lines", "drugs")
        for text in (f"--{kind.replace('_', '-')}", str(paths[kind]))
    ]
    asked = json.dumps({"dataset": "made_up", "split": "mixed", "protocol": "mixed", "folds": 4})
    assert main(["folds", *some, "--settings", asked, "--out", str(folds)]) == 0
    command = ["graph", *tables, "--molecules", str(tmp_path / "molecules.pt"), "--folds", str(folds)]
    assert main([*command, "--settings", json.dumps(MADE_UP), "--out", str(out)]) == 0
    loaded = FoldGraph.load(out)
    assert [getattr(loaded, key) for key in FOLD_KEY] == ["made_up", "mixed", 1]
    assert loaded.expression.shape == (24, 10)
    other = tmp_path / "elsewhere" / "another_name.pt"
    write_graph(paths, tmp_path / "molecules.pt", folds, other, settings=MADE_UP)
    assert other.read_bytes() == out.read_bytes()
    for key, name in (("split", "cell_blind"), ("dataset", "gdsc")):
        with pytest.raises(ClmtError, match=rf"folds\.parquet: folds of another {key}! got: '.*', expected: '{name}'"):
            write_graph(paths, tmp_path / "molecules.pt", folds, tmp_path / "no.pt", settings={**MADE_UP, key: name})
    assert not (tmp_path / "no.pt").exists()


def test_molecules_and_folds_of_other_tables_are_refused(tmp_path: Path) -> None:
    """Names and pairs are equal; a structure or a donor is not."""
    paths = written(tmp_path)
    owner = {"dataset": "made_up", "split": "mixed"}
    dealt = owner | {"protocol": "mixed", "folds": 4}
    dealt_of = [paths[kind] for kind in ("response", "cell_lines", "drugs")]
    write_folds(*dealt_of, tmp_path / "folds.parquet", settings=dealt)
    given = tmp_path / "molecules.pt", tmp_path / "folds.parquet", tmp_path / "graph.pt"
    write_graph(paths, *given, settings=MADE_UP)
    cells = make_tables()["cell_lines"]
    write_table(cells.assign(donor=cells["donor"].str.lower()), paths["cell_lines"], "cell_lines")
    with pytest.raises(ClmtError, match=r"folds\.parquet: folds of another cell_lines table! got: '\w{64}'"):
        write_graph(paths, *given, settings=MADE_UP)
    drugs = make_tables()["drugs"]
    drugs.loc[3, "smiles"] = "CCCCO"
    write_table(drugs, paths["drugs"], "drugs")
    write_folds(*dealt_of, tmp_path / "folds.parquet", settings=dealt)
    with pytest.raises(
        ClmtError, match="structure of drug 'Drug03' is another than in the drugs table! got: 'c1ccccc1'"
    ):
        write_graph(paths, *given, settings=MADE_UP)


def test_commands_refuse_bad_settings_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path)
    some = [
        text
        for kind in ("response", "cell_lines", "drugs")
        for text in (f"--{kind.replace('_', '-')}", str(paths[kind]))
    ]
    out = tmp_path / "folds.parquet"
    for settings in ("{", "[]", '{"protocol": "blind"}', '{"protocol": "drug_blind", "folds": 99}'):
        assert main(["folds", *some, "--settings", settings, "--out", str(out)]) == 2
        error = capsys.readouterr().err.strip().splitlines()
        assert [line for line in error if line.startswith("error:")] == error[-1:]
        assert not out.exists()
