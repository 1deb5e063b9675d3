"""Training and evaluation of one fold from files: a graph of another fold, split or dataset is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from clmt.cli import main
from clmt.graph.fold_graph import FOLD_KEY
from clmt.tables.schema import read_table, table_digest, write_table
from clmt.tensors import content_digest, load_tensors, save_tensors
from clmt.vectors.files import write_vectors
from tests.helpers.folds import planted_fold
from tests.helpers.predictions import predictions_of

RUN: dict[str, Any] = {
    **{"arch": "drug_mean", "settings": {}, "seed": 1},
    **{"dataset": "made_up", "split": "paper", "model": "drug_mean", "fold": 2},
}
OTHERS = {"dataset": "ccle", "split": "mixed", "fold": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of one fold that is `RUN`'s."""
    fold, observed = planted_fold()
    save_tensors(tmp_path / "molecules.pt", fold.molecules)
    write_text(tmp_path, "shuffled")
    cells, drugs = fold.graph.test_pairs.tolist(), fold.graph.drug_ids
    response = {
        "cell_line_id": [fold.graph.cell_line_ids[cell] for cell, _ in cells],
        "drug_id": [drugs[drug] for _, drug in cells],
        "ln_ic50": observed,
        "censored": False,
    }
    table = pd.DataFrame(response).sort_values(["cell_line_id", "drug_id"])
    write_table(table, tmp_path / "response.parquet", "response")
    own = {key: RUN[key] for key in FOLD_KEY} | {"digests": {"response": table_digest(table)}}
    replace(fold.graph, **own).save(tmp_path / "graph.pt")
    return tmp_path


def write_text(folder: Path, encoder: str, value: float = 0.0, **facts: str) -> None:
    """Text vectors of the fold's entities, one value everywhere."""
    graph = planted_fold()[0].graph
    keys = [("cell_line", name) for name in graph.cell_line_ids] + [("drug", name) for name in graph.drug_ids]
    vectors = np.full((len(keys), 4), value, dtype=np.float32)
    write_vectors(folder / "text.parquet", keys, vectors, {"encoder": encoder, **facts})


def inputs(folder: Path) -> list[str]:
    names = {"graph": "graph.pt", "molecules": "molecules.pt", "text": "text.parquet"}
    return [text for option, name in names.items() for text in (f"--{option}", str(folder / name))]


def train(folder: Path, device: str = "cpu") -> int:
    files = ["--model", str(folder / "model.pt"), "--history", str(folder / "history.csv")]
    return main(["train", "--settings", json.dumps(RUN), *inputs(folder), "--device", device, *files])


def evaluate(folder: Path, *settings: str) -> int:
    files = ["--predictions", str(folder / "predictions.parquet"), "--metrics", str(folder / "metrics.json")]
    given = ["--model", str(folder / "model.pt"), "--response", str(folder / "response.parquet")]
    return main(["evaluate", *settings, *given, *inputs(folder), *files])


def predict_held_out(folder: Path, *settings: str) -> int:
    out = ["--out", str(folder / "held_out.parquet")]
    return main(["predict-held-out", *settings, "--model", str(folder / "model.pt"), *inputs(folder), *out])


def give_away(folder: Path, key: str) -> None:
    """Make the graph that of another dataset, split or fold; everything else in it stays equal."""
    save_tensors(folder / "graph.pt", {**load_tensors(folder / "graph.pt"), key: OTHERS[key]})


def test_a_run_of_its_own_graph_is_scored(folder: Path) -> None:
    assert train(folder) == 0
    assert evaluate(folder) == 0
    card = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert [card[key] for key in FOLD_KEY] == [RUN[key] for key in FOLD_KEY]


def test_a_model_without_steps_stays_off_the_gpu_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert train(folder, "auto") == 0
    assert evaluate(folder) == 0
    card = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert (card["device"], card["card"]) == ("cpu", "")


def test_a_run_with_a_fault_says_so_on_its_card_and_no_other_model_may_read_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = load_tensors(folder / "graph.pt")
    save_tensors(folder / "graph.pt", {**graph, "variant": "leaky", "faults": ["test_edges", "fitted_on_all"]})
    assert train(folder) == 2  # unasked
    assert "expected: none" in capsys.readouterr().err
    monkeypatch.setitem(RUN, "graph", "leaky")
    assert train(folder) == 0
    assert evaluate(folder, "--settings", json.dumps(RUN)) == 0
    card = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert (card["graph"], card["faults"]) == ("leaky", "test_edges fitted_on_all")
    capsys.readouterr()
    assert predict_held_out(folder) == 2
    assert "repeats published faults, so that no other model may read it" in capsys.readouterr().err


@pytest.mark.parametrize("key", FOLD_KEY)
def test_training_refuses_the_graph_of_another(folder: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    give_away(folder, key)
    assert train(folder) == 2
    check_refusal(capsys.readouterr().err, key)
    assert not (folder / "model.pt").exists()


@pytest.mark.parametrize("key", FOLD_KEY)
def test_evaluation_refuses_the_graph_of_another(folder: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(folder) == 0
    give_away(folder, key)
    capsys.readouterr()
    assert evaluate(folder) == 2
    check_refusal(capsys.readouterr().err, key)
    assert not (folder / "metrics.json").exists()


def test_a_graph_that_does_not_say_whose_it_is_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = load_tensors(folder / "graph.pt")
    save_tensors(folder / "graph.pt", {name: value for name, value in graph.items() if name != "fold"})
    assert train(folder) == 2
    assert "graph.pt: lacks field 'fold'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 2}, "seed: got: 1, expected: 2"),
        ({"settings": {"epochs": 2}}, "settings.epochs: got: none, expected: 2"),
        ({"text_encoder": "lsa"}, "text_encoder: got: none, expected: 'lsa'"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(
    folder: Path, change: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(folder) == 0
    assert evaluate(folder, "--settings", json.dumps(RUN)) == 0
    assert predict_held_out(folder, "--settings", json.dumps(RUN)) == 0
    for act, file in ((evaluate, "metrics.json"), (predict_held_out, "held_out.parquet")):
        (folder / file).unlink()
        capsys.readouterr()
        assert act(folder, "--settings", json.dumps(RUN | change)) == 2
        assert f"model.pt: trained with other settings! {message}. Delete it" in capsys.readouterr().err
        assert not (folder / file).exists()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("settings", {}, "its settings lack 'arch'"),
        ("settings", "x", "settings is no dictionary! got: str"),
        ("state", {}, "its state does not fit its settings (KeyError"),
    ],
)
def test_a_checkpoint_that_is_none_is_refused(
    folder: Path, name: str, value: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(folder) == 0
    save_tensors(folder / "model.pt", {**load_tensors(folder / "model.pt"), name: value})
    assert evaluate(folder) == 2
    assert f"model.pt: {message}" in capsys.readouterr().err


def test_vectors_of_another_encoder_than_the_settings_name_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RUN, "text_encoder", "lsa")
    assert train(folder) == 2
    assert "text.parquet: vectors of another encoder! got: 'shuffled', expected: 'lsa'" in capsys.readouterr().err
    assert not (folder / "model.pt").exists()
    write_text(folder, "lsa")
    assert train(folder) == 0
    write_text(folder, "shuffled")
    assert evaluate(folder) == 2
    assert "got: 'shuffled', expected: 'lsa'" in capsys.readouterr().err
    assert not (folder / "metrics.json").exists()


@pytest.mark.parametrize(
    ("file", "part", "message"),
    [
        ("graph.pt", "expression", "model.pt: trained on another graph! got: digest"),
        ("graph.pt", "train_ln_ic50", "model.pt: trained on another graph! got: digest"),
        ("molecules.pt", "morgan2", "model.pt: trained on another molecules! got: digest"),
        ("text.parquet", "", "model.pt: trained on another text vectors! got: digest"),
    ],
)
def test_inputs_of_the_same_shape_that_the_model_was_not_trained_on_are_refused(
    folder: Path, file: str, part: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(folder) == 0
    if part:
        content = load_tensors(folder / file)
        content[part] = 1 - content[part]
        save_tensors(folder / file, content)
    else:
        write_text(folder, "shuffled", 0.5)
    assert evaluate(folder) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert predict_held_out(folder) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (folder / "metrics.json").exists()
    assert not (folder / "held_out.parquet").exists()


def test_molecules_that_the_graph_was_not_made_from_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same drugs, and the fingerprints of another choice of structures."""
    digests = {"molecules": content_digest(load_tensors(folder / "molecules.pt"))}
    save_tensors(folder / "graph.pt", {**load_tensors(folder / "graph.pt"), "digests": digests})
    assert train(folder) == 0
    molecules = load_tensors(folder / "molecules.pt")
    save_tensors(folder / "molecules.pt", {**molecules, "morgan2": 1 - molecules["morgan2"]})
    for act in (train, evaluate):
        assert act(folder) == 2
        assert "molecules.pt: not the molecules that" in capsys.readouterr().err.splitlines()[-1]


def test_vectors_of_other_cell_lines_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_tensors(folder / "graph.pt", {**load_tensors(folder / "graph.pt"), "digests": {"cell_lines": "ab"}})
    assert train(folder) == 0  # vectors that do not say whose they are, as earlier ones
    write_text(folder, "shuffled", cell_lines="ab")
    assert train(folder) == 0
    write_text(folder, "shuffled", cell_lines="cd")
    assert train(folder) == 2
    assert "text.parquet: of another cell_lines table than" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("part", ["value", "order"])
def test_responses_of_the_same_pairs_and_other_values_are_refused(
    folder: Path, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(folder) == 0
    assert evaluate(folder) == 0
    (folder / "metrics.json").unlink()
    table = read_table(folder / "response.parquet", "response")
    if part == "value":
        table.loc[3, "ln_ic50"] += 1e-6
    else:
        table["ln_ic50"] = table["ln_ic50"].to_numpy()[::-1].copy()
    write_table(table, folder / "response.parquet", "response")
    assert evaluate(folder) == 2
    assert (
        "response.parquet: not the response table that the fold's graph was made from! got" in capsys.readouterr().err
    )
    assert not (folder / "metrics.json").exists()


def check_refusal(printed: str, key: str) -> None:
    errors = [line for line in printed.splitlines() if line.startswith("error:")]
    assert errors == printed.splitlines()[-1:]
    assert f"run's {key}! got: {OTHERS[key]!r}, expected: {RUN[key]!r}" in errors[0]


def score_given(folder: Path, predicted: np.ndarray) -> tuple[str, float]:
    """Digest of the state of the checkpoint and RMSE of predictions from a file."""
    graph = planted_fold()[0].graph
    frame = predictions_of(graph, graph.test_pairs.numpy(), predicted)
    frame.to_csv(folder / "theirs2.csv", index=False)
    run = RUN | {"arch": "predictions", "settings": {"file": str(folder / "theirs{fold}.csv")}, "model": "theirs"}
    files = ["--model", str(folder / "model.pt"), "--history", str(folder / "history.csv")]
    given = ["--given", str(folder / "theirs2.csv")]
    assert main(["train", "--settings", json.dumps(run), *inputs(folder), *given, *files]) == 0
    (folder / "theirs2.csv").unlink()  # what is scored is what was frozen
    assert evaluate(folder) == 0
    state = load_tensors(folder / "model.pt")["state"]
    return content_digest(state), json.loads((folder / "metrics.json").read_text())["rmse"]


def test_predictions_from_a_file_are_scored_and_no_test_response_reaches_their_checkpoint(folder: Path) -> None:
    observed = planted_fold()[1]
    state, error = score_given(folder, observed + 0.5)
    assert error == pytest.approx(0.5)
    table = read_table(folder / "response.parquet", "response")
    table["ln_ic50"] = table["ln_ic50"].to_numpy()[::-1].copy()
    write_table(table, folder / "response.parquet", "response")
    content = load_tensors(folder / "graph.pt")
    save_tensors(folder / "graph.pt", {**content, "digests": {"response": table_digest(table)}})
    permuted, worse = score_given(folder, observed + 0.5)
    assert permuted == state
    assert worse > 1.0
    other, _ = score_given(folder, observed)  # a checkpoint of other predictions is told apart
    assert other != state
