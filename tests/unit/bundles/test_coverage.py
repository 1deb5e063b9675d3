"""The table of coverage: intervals hold as often as they say on folds that did not calibrate them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clmt.bundles.coverage import _held_out, coverage_rows, write_coverage
from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment, Pairs
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.table_files import COVERAGE_COLUMNS, LEVELS
from tests.helpers.made_up_runs import write_runs

MODELS = {"clmt": 0.4, "clmt_again": 0.4, "drug_mean": 1.0}
REPEATS = {"clmt_again": "clmt"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return write_runs(tmp_path_factory.mktemp("runs"), MODELS, cells=60, drugs=20)


@pytest.fixture(scope="module")
def experiment(files: dict[str, list[Path]]) -> Experiment:
    return load_experiment("made_up_cv", files["metrics"], files["predictions"], list(MODELS), REPEATS)


def test_intervals_hold_as_often_as_they_say(experiment: Experiment) -> None:
    rows = coverage_rows(experiment, "known pair")
    assert [(row["model"], row["seeds"], row["level"]) for row in rows] == [
        (model, seeds, level) for model, seeds in (("clmt", 2), ("drug_mean", 1)) for level in LEVELS
    ]
    for row in rows:
        assert row["coverage"] == pytest.approx(row["level"], abs=0.03)
        assert row["worst_drugs"] <= row["coverage"]
    assert rows[0]["width"] < rows[2]["width"] < rows[5]["width"]


def drug_blind(seed: int = 0) -> Experiment:
    """Test pairs of 40 drugs in 5 folds, each drug with an error of its own beside that of each pair."""
    random = np.random.default_rng(seed)
    cell, drug = (part.ravel() for part in np.meshgrid(np.arange(50), np.arange(40), indexing="ij"))
    error = random.normal(0, 1.0, 40)[drug] + random.normal(0, 0.1, len(drug))
    cells, drugs = [f"C{row}" for row in range(50)], [f"D{row}" for row in range(40)]
    pairs = Pairs(cells, drugs, cell, drug, drug % 5, np.zeros(len(drug)), {"clmt": error})
    card = {"dataset": "made_up", "split": "drug_blind", "simulated": True, "arch": "clmt", "model": "clmt"}
    return Experiment("blind", ["clmt"], [{**card, "fold": fold} for fold in range(5)], [], pairs)


def test_few_groups_are_conservative_and_none_where_they_carry_nothing() -> None:
    """Eight drugs a fold: with 32 of them no interval at 95 % can miss less than one in 33."""
    found = [coverage_rows(drug_blind(seed), "new drug") for seed in range(12)]
    for place, level in enumerate(LEVELS):
        assert np.mean([rows[place]["coverage"] for rows in found]) > level - 0.01
    experiment = drug_blind()
    few = np.isin(experiment.pairs.drug_row, np.arange(10))
    parts = {name: getattr(experiment.pairs, name)[few] for name in ("cell_row", "drug_row", "fold", "observed")}
    pairs = replace(experiment.pairs, **parts, predicted={"clmt": experiment.pairs.predicted["clmt"][few]})
    rows = coverage_rows(replace(experiment, pairs=pairs), "new drug")
    assert "coverage" in rows[0]
    assert "coverage" not in rows[2]
    assert rows[2]["groups"] == 8


def double_blind() -> Experiment:
    """Test pairs of a grid of 3 x 3 folds; one drug of six has large errors."""
    cell, drug = (part.ravel() for part in np.meshgrid(np.arange(30), np.arange(6), indexing="ij"))
    error = np.random.default_rng(0).normal(0, 0.1, len(drug)) + 5.0 * (drug == 4)
    cells, drugs = [f"C{row}" for row in range(30)], [f"D{row}" for row in range(6)]
    pairs = Pairs(cells, drugs, cell, drug, 3 * (cell % 3) + drug % 3, np.zeros(len(drug)), {"clmt": error})
    card = {"dataset": "made_up", "split": "double_blind", "simulated": True, "arch": "clmt", "model": "clmt"}
    return Experiment("both", ["clmt"], [{**card, "fold": fold} for fold in range(9)], [], pairs)


def test_no_drug_or_cell_line_calibrates_its_own_interval() -> None:
    held_out = _held_out(double_blind(), ["clmt"])
    for fold in range(9):
        known = held_out.strangers("both new", fold)
        assert not set(held_out.drugs[known]) & set(held_out.drugs[held_out.fold == fold])
        assert not set(held_out.cells[known]) & set(held_out.cells[held_out.fold == fold])
    # The other folds alone, as if only a fold's own pairs were new, have seen all six drugs.
    assert held_out.calibrate("both new", np.flatnonzero(held_out.fold != 0)).groups == 6
    rows = coverage_rows(double_blind(), "both new")
    assert {row["groups"] for row in rows} == {4}


def test_folds_of_another_partition_do_not_calibrate_the_drugs_they_share() -> None:
    once = drug_blind()
    twice = {name: np.tile(getattr(once.pairs, name), 2) for name in ("cell_row", "drug_row", "observed")}
    fold = np.concatenate([once.pairs.fold, once.pairs.drug_row // 8 + 5])
    pairs = replace(once.pairs, **twice, fold=fold, predicted={"clmt": np.tile(once.pairs.predicted["clmt"], 2)})
    held_out = _held_out(replace(once, pairs=pairs), ["clmt"])
    assert {len(set(held_out.drugs[held_out.strangers("new drug", number)])) for number in range(10)} == {32}


def test_folds_that_share_all_carry_no_interval() -> None:
    experiment = double_blind()
    first = np.isin(experiment.pairs.fold, [0, 1])  # the same cell lines with two thirds of the drugs
    parts = {name: getattr(experiment.pairs, name)[first] for name in ("cell_row", "drug_row", "fold", "observed")}
    pairs = replace(experiment.pairs, **parts, predicted={"clmt": experiment.pairs.predicted["clmt"][first]})
    for row in coverage_rows(replace(experiment, pairs=pairs), "both new"):
        assert row["groups"] == 0
        assert "coverage" not in row


def test_far_entities_are_told_from_near_ones() -> None:
    experiment = drug_blind()
    similarity = -np.abs(experiment.pairs.predicted["clmt"])  # the worse the farther
    row = coverage_rows(experiment, "new drug", similarity)[0]
    assert row["far"] < row["coverage"] < row["near"] == 1.0


def test_the_table_is_written_and_one_fold_is_not_enough(files: dict[str, list[Path]], tmp_path: Path) -> None:
    options = {"models": list(MODELS), "digests": [], "repeat_of": REPEATS, "graphs": []}
    runs = {kind: files[kind] for kind in ("metrics", "predictions")}
    write_coverage("made_up_cv", "known pair", **runs, **options, out=tmp_path / "coverage.tsv")
    rows = list(csv.DictReader((tmp_path / "coverage.tsv").open(), delimiter="\t"))
    assert tuple(rows[0]) == COVERAGE_COLUMNS
    assert len(rows) == 2 * len(LEVELS)
    first = {kind: [path for path in paths if path.parent.name == "fold0"] for kind, paths in runs.items()}
    with pytest.raises(ClmtError, match="got: 1, expected: at least 2"):
        write_coverage("made_up_cv", "known pair", **first, **options, out=tmp_path / "none.tsv")
    assert not (tmp_path / "none.tsv").exists()
