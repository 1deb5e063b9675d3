"""From a number of the demo's table back to its sources."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from clmt.cli import main

SHOWN = (
    "results/demo_cv.tsv",
    "fold1/metrics.json",
    "fold1/predictions.parquet",
    "fold1/model.pt",
    "text_lsa.parquet",
    "fold1/graph.pt",
    "response.parquet",
    "audit.json",
    "GDSC_DATASET_S1-S12.zip",
)


@pytest.fixture
def inside(demo, monkeypatch):
    """The demo's folder as the working directory, and the row of CLMT's second fold."""
    monkeypatch.chdir(demo.path("."))
    with Path("results/demo_cv.tsv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    return 1 + next(row for row, run in enumerate(rows) if (run["model"], run["fold"]) == ("clmt", "1"))


def why(*arguments: str) -> int:
    return main(["why", *arguments, "--downloads", "results/demo/downloads"])


def test_every_file_behind_a_number_is_named_and_fits(inside, capsys):
    assert why("results/demo_cv.tsv", "--row", str(inside)) == 0
    shown = capsys.readouterr().out
    places = [shown.index(name) for name in SHOWN]
    assert places == sorted(places)
    assert "DOES NOT FIT" not in shown
    assert "bytes of a mirror" in shown


@pytest.mark.parametrize(("column", "value"), [("rmse", "0.001"), ("settings_digest", "000000000000")])
def test_a_number_that_is_not_of_its_run_is_told(inside, capsys, column, value):
    lines = Path("results/demo_cv.tsv").read_text(encoding="utf-8").splitlines()
    cells = lines[inside].split("\t")
    cells[lines[0].split("\t").index(column)] = value
    wrong = Path("results/wrong_cv.tsv")
    wrong.write_text("\n".join([*lines[:inside], "\t".join(cells), *lines[inside + 1 :]]) + "\n", encoding="utf-8")
    try:
        assert why(os.fspath(wrong), "--row", str(inside)) == 2
    finally:
        wrong.unlink()
    captured = capsys.readouterr()
    assert f"DOES NOT FIT: its {column} is not that of the table" in captured.out
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("results/demo_cv.tsv", "999", "no such row! got: --row 999, expected: 1 to 18"),
        ("results/demo_cv_summary.tsv", "1", "no table of runs"),
        ("results/none.tsv", "1", "no such table"),
    ],
)
def test_what_cannot_be_traced_is_one_line(inside, capsys, table, row, words):
    assert why(table, "--row", row) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
