"""From the files of a blind fold to a bundle: its predictions of the held-out entities are the fold's own."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clmt
from clmt.bundles.predict import Predictor
from clmt.cli import main
from clmt.tables.identity import structure_of
from clmt.tables.schema import KINDS, read_table, write_table
from clmt.text.corpus import Sentence, write_corpus
from tests.helpers.small_world import make_tables

OWNER = {"dataset": "made_up", "split": "blind"}
ENCODER = {"encoder": "lsa", "kind": "lsa", "dimensions": 8}
MOLECULES = {"conformers": 1, "conformer_seed": 1, "angle_step_degrees": 1.0}
BUNDLE: dict[str, Any] = {
    **{"dataset": "made_up", "model": "clmt", "models": ["clmt"], "simulated": True, "sources": []},
    **{"neighbours": 4, "molecules": MOLECULES, "encoder": ENCODER},
}


def sentence(kind: str, row: int) -> str:
    return f"This {kind} of number{row % 7} is a {kind} of group{row % 3} and family{row % 5}."


def run(*arguments: Any) -> None:
    assert main([str(argument) for argument in arguments]) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cell-blind fold."""
    return trained(tmp_path_factory.mktemp("cell_blind"), "cell_blind")


@pytest.fixture(scope="module")
def drug_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drug-blind fold."""
    return trained(tmp_path_factory.mktemp("drug_blind"), "drug_blind")


def trained(folder: Path, protocol: str) -> Path:
    """Tables, texts, and a fold with its checkpoint and test predictions, by the commands of the workflow."""
    tables, text = folder / "tables", folder / "text"
    frames = make_tables()
    drugs = frames["drugs"]
    drugs["inchikey"] = [structure_of(smiles, name).inchikey for smiles, name in drugs[["smiles", "name"]].to_numpy()]
    for kind in KINDS:
        write_table(frames[kind], tables / f"{kind}.parquet", kind)
    for kind, word in (("cell_lines", "cell line"), ("drugs", "compound")):
        ids = frames[kind].iloc[:, 0].tolist()
        said = [Sentence(name, 0, sentence(word, row), "tables", name, "own", "2026") for row, name in enumerate(ids)]
        write_corpus(text / f"{kind}.parquet", said, ids)
    of = {kind: (f"--{kind.replace('_', '-')}", tables / f"{kind}.parquet") for kind in KINDS}
    run("molecules", *of["drugs"], "--settings", json.dumps(MOLECULES), "--out", folder / "molecules.pt")
    folds = {**OWNER, "protocol": protocol, "folds": 4, "validation": 0.1, "seed": 1}
    three = (*of["response"], *of["cell_lines"], *of["drugs"])
    run("folds", *three, "--settings", json.dumps(folds), "--out", folder / "folds.parquet")
    given = [part for kind in KINDS for part in of[kind]]
    given += ["--molecules", folder / "molecules.pt", "--folds", folder / "folds.parquet"]
    features = {**OWNER, "fold": 0, "genes": 30, "neighbours": 4, "threshold_draws": 2}
    run("graph", *given, "--settings", json.dumps(features), "--out", folder / "graph.pt")
    encoded = folder / "text.parquet"
    run("text", "encode", "--settings", json.dumps(ENCODER), "--corpus", text, "--out", encoded)
    model = {"arch": "clmt", "settings": {"epochs": 1, "batch_size": 64}, "seed": 3, "model": "clmt", "fold": 0}
    inputs = ["--graph", folder / "graph.pt", "--molecules", folder / "molecules.pt", "--text", encoded]
    files = ["--model", folder / "model.pt", "--history", folder / "history.csv"]
    run("train", "--settings", json.dumps({**model, **OWNER, "text_encoder": "lsa"}), *inputs, *files)
    scored = ["--predictions", folder / "predictions.parquet", "--metrics", folder / "metrics.json"]
    run("evaluate", "--model", folder / "model.pt", *inputs, *of["response"], *scored)
    return folder


def packed(folder: Path, settings: dict[str, Any], *more: str) -> int:
    files = ["--models", "model.pt", "--graph", "graph.pt", "--molecules", "molecules.pt", "--text", "text.parquet"]
    places = [str(folder / name) if "." in name else name for name in files]
    places += ["--tables", str(folder / "tables"), "--corpus", str(folder / "text")]
    arguments = ["bundle", "--settings", json.dumps(settings), *places, *more]
    return main([*arguments, "--out", str(folder / "clmt.clmt")])


def test_a_bundle_predicts_the_held_out_cell_lines_as_the_fold_does(folder: Path, tmp_path: Path) -> None:
    assert packed(folder, BUNDLE, "--calibration", f"new cell line={folder / 'predictions.parquet'}") == 0
    fold = pd.read_parquet(folder / "predictions.parquet")
    held = sorted(set(fold["cell_line_id"]))
    omics = {}
    for kind in ("expression", "mutation", "copy_number"):
        table = pd.read_parquet(folder / "tables" / f"{kind}.parquet").set_index("cell_line_id").loc[held]
        omics[kind] = table.set_axis([f"own {name}" for name in held])
    rows = {name: row for row, name in enumerate(make_tables()["cell_lines"]["cell_line_id"])}
    texts = pd.DataFrame({"cell_line": [f"own {name}" for name in held]})
    texts["text"] = [sentence("cell line", rows[name]) for name in held]
    texts.to_csv(tmp_path / "texts.csv", index=False)
    bundle = clmt.load_bundle(folder / "clmt.clmt")
    assert not set(held) & set(bundle.bundle.frozen.graph.cell_line_ids)
    expression = omics.pop("expression")
    drugs = sorted(set(fold["drug_id"]))
    frame = bundle.predict(drugs, expression, annotations=tmp_path / "texts.csv", **omics)
    found = frame.assign(id=frame["cell_line"].str.removeprefix("own ")).set_index(["id", "drug"])["ln_ic50"]
    expected = fold.set_index(["cell_line_id", "drug_id"])["predicted"]
    assert np.abs(found.loc[expected.index].to_numpy() - expected.to_numpy()).max() < 1e-6
    assert frame["kind"].unique().tolist() == ["new cell line"]
    # Without their texts it is another prediction.
    bare = bundle.predict(drugs, expression, **omics)["ln_ic50"]
    assert np.abs(bare.to_numpy() - frame["ln_ic50"].to_numpy()).max() > 1e-6


def test_a_bundle_predicts_the_held_out_drugs_as_the_fold_does(drug_folder: Path) -> None:
    assert packed(drug_folder, BUNDLE) == 0
    fold = pd.read_parquet(drug_folder / "predictions.parquet")
    held, cells = sorted(set(fold["drug_id"])), sorted(set(fold["cell_line_id"]))
    smiles = make_tables()["drugs"].set_index("drug_id")["smiles"]
    told = [sentence("compound", smiles.index.get_loc(name)) for name in held]
    asked = pd.DataFrame({"name": [f"own {name}" for name in held], "smiles": smiles[held].tolist(), "text": told})
    expected = fold.set_index(["cell_line_id", "drug_id"])["predicted"]
    bundle = clmt.load_bundle(drug_folder / "clmt.clmt")
    assert not set(held) & set(bundle.bundle.frozen.graph.drug_ids)

    def furthest(predictor: Predictor, drugs: pd.DataFrame) -> float:
        frame = predictor.predict(drugs, cells)
        assert frame["kind"].unique().tolist() == ["new drug"]
        found = frame.assign(id=frame["drug"].str.removeprefix("own ")).set_index(["cell_line", "id"])["ln_ic50"]
        return float(np.abs(found.loc[expected.index].to_numpy() - expected.to_numpy()).max())

    assert furthest(bundle, asked) < 1e-6
    # The comparison tells: with another text, structure or number of neighbours it does not hold.
    fewer = Predictor(replace(bundle.bundle, manifest={**bundle.bundle.manifest, "neighbours": 3}))
    assert furthest(fewer, asked) > 1e-6
    assert furthest(bundle, asked.assign(text="")) > 1e-6
    assert furthest(bundle, asked.assign(smiles=np.roll(asked["smiles"], 1))) > 1e-6


def test_a_bundle_says_whose_it_is_and_under_which_terms(folder: Path) -> None:
    assert packed(folder, BUNDLE) == 0
    manifest = clmt.load_bundle(folder / "clmt.clmt").bundle.manifest
    assert manifest["terms"] == [{"source": "made_up", "licence": "simulated by this project"}]
    assert set(manifest["inputs"]) == {"graph", "molecules", "text"}
    assert (manifest["seeds"], manifest["split"]) == ([3], "blind")


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [("drugs", "smiles", "CCCCCO"), ("cell_lines", "name", "another"), ("expression", "GENE3", 5.5)],
)
def test_tables_that_the_graph_was_not_made_from_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, column: str, value: Any
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    path = tmp_path / "copy" / "tables" / f"{kind}.parquet"
    frame = read_table(path, kind)
    frame.loc[2, column] = value
    write_table(frame, path, kind)
    assert packed(tmp_path / "copy", BUNDLE) == 2
    assert f"{kind}.parquet: not the {kind} table that" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("changed", "more", "words"),
    [
        ({"models": ["clmt", "clmt_seed_2"]}, [], "not the checkpoints of the bundle! got: ['clmt']"),
        ({"encoder": {**ENCODER, "encoder": "other"}}, [], "vectors of another encoder! got: 'lsa', expected: 'other'"),
        ({"encoder": {**ENCODER, "shuffle": True}}, [], "is a control, which has no vector for a new text"),
        ({"encoder": {**ENCODER, "seed": 9, "dimensions": 7}}, [], "not the texts of the vectors"),
        ({}, ["--calibration", "new thing=x"], "unknown kind of pairs! got: 'new thing'"),
        ({"dataset": "other"}, ["known"], "predictions of another model! got: 'clmt' on 'made_up'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], more: list[str], words: str
) -> None:
    (folder / "clmt.clmt").unlink(missing_ok=True)
    options = ["--calibration", f"known pair={folder / 'predictions.parquet'}"] if more == ["known"] else more
    assert packed(folder, {**BUNDLE, **changed}, *options) == 2
    assert words in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (folder / "clmt.clmt").exists()
