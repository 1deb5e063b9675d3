"""The benchmarks: batches of molecules, the reference mode, fits, tables and what they refuse."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks import (
    bundle,
    inner_folds,
    plain,
    published,
    record,
    reference,
    scaling,
    simulated,
    time_to_rmse,
    training,
    workflow,
)
from benchmarks import molecules as batches
from benchmarks.harness import measure_apart, model_settings
from clmt.errors import ClmtError
from clmt.models.clmt.drug_encoder import GeometryEncoder
from clmt.models.clmt.molecule_plan import plan_molecules
from clmt.planning.settings.clmt import CLMTSettings
from tests.helpers.folds import small_fold, small_molecules

QUICK: dict[str, Any] = {"batch_size": 32, "updates_per_encoding": 2, "dropout": 0.0, "geometry_dropout": 0.0}


@pytest.fixture(scope="module")
def molecules() -> dict[str, Any]:
    return small_molecules()


def test_batch_holds_each_drug_as_often_as_asked_for(molecules: dict[str, Any]) -> None:
    torch.manual_seed(0)
    encoder = GeometryEncoder().eval()
    drugs = torch.tensor([2, 6, 2, 0])
    together = plain.plain_geometry(encoder, batches.MoleculeStore(molecules).batch(drugs))
    alone = encoder(plan_molecules(molecules, np.array([2, 6, 0])))
    torch.testing.assert_close(together, alone[[0, 1, 0, 2]], rtol=1e-4, atol=1e-5)


def test_copies_get_angles_of_their_own(molecules: dict[str, Any]) -> None:
    size = len(molecules["drug_ids"])
    drawn = simulated.draw_molecules(molecules, size + 2)
    assert len(drawn["drug_ids"]) == size + 2
    kept = len(molecules["angle"])
    torch.testing.assert_close(drawn["angle"][:kept], molecules["angle"], rtol=0, atol=0)
    rows = np.random.default_rng(0).integers(0, size, 2)  # the draws behind the templates
    copied = batches.MoleculeStore(molecules).batch(torch.from_numpy(rows))["angle"]
    turned = torch.rad2deg(drawn["angle"][kept:] - copied)
    assert 0 < turned.abs().max() < 3.6
    assert bool((drawn["angle"][kept:][copied == 0] == 0).all())


@pytest.mark.parametrize(("new", "case", "pairs"), [((0, 0), "known", 60), ((4, 1), "new", 4)])
def test_a_simulated_bundle_predicts(new: tuple[int, int], case: str, pairs: int) -> None:
    found = bundle.measure_bundle(12, 5, 20, 1, QUICK, new, threads=1)
    assert (found["case"], found["pairs"], found["new_drugs"]) == (case, pairs, new[1])
    assert all(found[f"{form}_seconds"] > 0 for form in ("read", "predict", *bundle.FORMATS))


@pytest.mark.parametrize("distinct", [False, True])
def test_reference_learns_the_same_task(molecules: dict[str, Any], distinct: bool) -> None:
    settings = CLMTSettings.read(QUICK)
    fold = small_fold(molecules)
    network, data = training.build_training(fold, settings, "cpu")
    store = reference.training_molecules(fold, "cpu")
    trainer = reference.ReferenceTrainer(network, data, store, settings, distinct=distinct)
    rows = torch.arange(32)
    losses = [float(trainer.step(rows)) for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]


def test_distinct_entities_are_encoded_once() -> None:
    pairs = torch.tensor([[5, 1], [5, 2], [7, 1]])
    once, each = reference.Batch.of(pairs, distinct=True), reference.Batch.of(pairs, distinct=False)
    assert (len(once.cells), len(once.drugs)) == (2, 2)
    assert (len(each.cells), len(each.drugs)) == (3, 3)
    for batch in (once, each):
        assert torch.equal(torch.stack([batch.cells[batch.pairs[:, 0]], batch.drugs[batch.pairs[:, 1]]], 1), pairs)


def test_times_a_simulated_fold(molecules: dict[str, Any]) -> None:
    size = simulated.FoldSize(pairs=150, cells=9, drugs=10, genes=6)  # more pairs than there are: replicates
    fold = simulated.simulated_fold(simulated.draw_molecules(molecules, size.drugs), size)
    assert len(fold.graph.train_pairs) == 150
    settings = CLMTSettings.read(QUICK)
    network, data = training.build_training(fold, settings, "cpu")
    epoch = training.time_ours(network, data, settings, None, "cpu")
    assert (epoch["pairs"], epoch["updates"]) == (150, 5)
    assert training.time_ours(network, data, settings, 1, "cpu")["pairs"] == 64


def test_a_published_model_is_timed_on_few_pairs(
    molecules: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = small_fold(molecules)
    few = published.few_pairs(fold, 40)
    assert len(few.graph.train_pairs) == 40
    pairs = [tuple(pair) for pair in fold.graph.train_pairs.tolist()]
    known = dict(zip(pairs, fold.graph.train_ln_ic50.tolist(), strict=True))
    kept = [tuple(pair) for pair in few.graph.train_pairs.tolist()]
    assert [known[pair] for pair in kept] == few.graph.train_ln_ic50.tolist()
    monkeypatch.setattr("clmt.graph.fold_data.load_fold", lambda *_: fold)
    entry = {"arch": "graphdrp", "cells_per_step": 12, "text_encoder": "lsa"}
    found = published.measure_model(entry, tmp_path, tmp_path, tmp_path, 2, 40, "cpu")
    assert found["pairs"] == 40
    assert found["pairs_per_second"] == pytest.approx(40 / found["seconds"])


def test_inner_folds_predict_a_drug_without_its_responses(molecules: dict[str, Any]) -> None:
    fold = small_fold(molecules)
    drugs, values = fold.graph.train_pairs[:, 1].numpy(), fold.graph.train_ln_ic50.double().numpy()
    settings = {"arch": "global_mean", "settings": {}, "seed": 0}
    errors = inner_folds.inner_errors(fold, settings, "drug", len(np.unique(drugs)))
    others = np.array([values[drugs != drug].mean() - value for drug, value in zip(drugs, values, strict=True)])
    np.testing.assert_allclose(errors, others, atol=1e-6)
    assert np.abs(errors - (values.mean() - values)).max() > 1e-3  # as if its own responses had been there


@pytest.mark.parametrize("parts", [-3, 0, 1, 1000])
def test_inner_folds_refuse_parts_that_leave_nothing_out(molecules: dict[str, Any], parts: int) -> None:
    settings = {"arch": "global_mean", "settings": {}, "seed": 0}
    with pytest.raises(ClmtError, match=f"--parts: got: {parts}, expected 2 to .*, the training cell lines"):
        inner_folds.inner_errors(small_fold(molecules), settings, "cell_line", parts)


def test_inner_folds_refuse_a_model_that_reads_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        inner_folds, "measure_apart", lambda *_, **__: pytest.fail("measured before all were looked at")
    )
    with pytest.raises(ClmtError, match="clmt: reads the fold's graph"):
        inner_folds.main(["--experiment", "gdsc_cv", "--models", "drug_mean", "clmt"])


def test_exponent_and_the_end_of_memory() -> None:
    sizes = [100, 400, 1600]
    assert scaling.exponent(sizes, [3.0 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert scaling.exponent([100], [1.0]) is None
    assert scaling.memory_end(sizes, [1024 + 2 * size for size in sizes], 3.0) == 1024
    assert scaling.memory_end(sizes, [5.0, 5.0, 5.0], 3.0) is None


def test_levels_reached() -> None:
    history = [
        {"epoch": n, "seconds": 10.0 * n, "validation_rmse": rmse} for n, rmse in enumerate((1.2, 0.94, 0.93), 1)
    ]
    above, below = time_to_rmse.levels_reached(history, [0.95, 0.92])
    assert (above["epoch"], above["seconds"], above["distance"]) == (2, 20.0, 0.0)
    assert below["seconds"] is None
    assert below["distance"] == pytest.approx(0.01)


def test_history_without_epochs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch,seconds,validation_rmse\n", encoding="utf-8")
    with pytest.raises(ClmtError, match="no epoch in it"):
        time_to_rmse.read_history(path)


def test_adds_up_by_rule(tmp_path: Path) -> None:
    header = "s\th:m:s\tmax_rss\tcpu_time\n"
    for name, line in {
        "gdsc/mixed/clmt/fold0/train.tsv": "100.0\t-\t900.5\t180\n",
        "gdsc/mixed/clmt/fold1/train.tsv": "110.0\t-\t901.5\t190\n",
        "gdsc/mixed/mlp/fold0/train.tsv": "9.0\t-\t50\t8\n",
        "gdsc/mixed/fold0/graph.tsv": "0.5\t-\tNA\tNA\n",
        "gdsc_cv.tsv": "2.0\t-\t70\t2\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + line, encoding="utf-8")
    rows = {row["work"]: row for row in workflow.by_rule(tmp_path)}
    assert list(rows) == ["train clmt", "train mlp", "collect gdsc_cv", "graph", "all"]
    assert (rows["train clmt"]["seconds"], rows["train clmt"]["peak_memory_mb"]) == (210.0, 901.5)
    assert rows["graph"]["peak_memory_mb"] is None
    assert rows["all"]["seconds"] == pytest.approx(221.5)
    assert [row["work"] for row in workflow.by_rule(tmp_path, ("gdsc/mixed/mlp",))] == ["train mlp", "all"]


def test_a_new_column_keeps_the_rows_above(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    record.append_rows(out, [{"a": 1, "b": 2.5}])
    record.append_rows(out, [{"a": 2, "c": None, "d": "x"}])
    assert record.read_rows(out) == [{"a": "1", "b": "2.5", "c": "", "d": ""}, {"a": "2", "b": "", "c": "", "d": "x"}]


def refuse(word: str) -> dict[str, Any]:
    raise ClmtError(f"{word}: refused")


def test_a_measurement_apart_hands_its_error_over() -> None:
    with pytest.raises(ClmtError, match="size: refused"):
        measure_apart(refuse, {"word": "size"}, threads=1)


def test_only_configurations_of_the_network(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("models: {clmt: {arch: clmt, epochs: 3}, mlp: {arch: mlp}}\n", encoding="utf-8")
    assert model_settings([config], "clmt", '{"epochs": 4}') == {"epochs": 4}
    with pytest.raises(ClmtError, match="mlp"):
        model_settings([config], "mlp", "{}")


def test_a_command_is_measured_or_its_failure_told() -> None:
    found = workflow.measure_command([sys.executable, "-c", "import time; time.sleep(0.3)"], 0.05)
    assert found["seconds"] >= 0.3
    assert found["peak_memory_mb"] > 1
    with pytest.raises(ClmtError, match="exit code 3"):
        workflow.measure_command([sys.executable, "-c", "raise SystemExit(3)"], quiet=True)
