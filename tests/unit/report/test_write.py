"""The report as a whole: every file, the same bytes twice, the stamp of simulated data."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.table_files import SUMMARY_COLUMNS, read_table
from clmt.report.learning_curves import read_history
from clmt.report.write import load_histories, write_report
from tests.helpers.made_up_runs import HISTORY, write_experiment

STEMS = [f"made_up_cv_{name}" for name in ("learning_curves", "observed_predicted", "per_drug", "metrics")]


def test_every_figure_is_there_as_svg_and_png_and_says_that_data_are_simulated(made: dict[str, Any]) -> None:
    expected = {f"{stem}.{kind}" for stem in STEMS for kind in ("svg", "png")} | {
        "made_up_cv.html",
        "made_up_cv_pairs.html",
    }
    assert {path.name for path in made["out_dir"].iterdir()} == expected
    for stem in STEMS:
        drawing = (made["out_dir"] / f"{stem}.svg").read_text(encoding="utf-8")
        assert "<!-- SIMULATED DATA -->" in drawing
        assert "dataset made_up, split mixed, 3 folds, 360 test pairs (30 cell lines, 12 drugs)" in drawing
        assert (made["out_dir"] / f"{stem}.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_data_give_the_same_bytes(made: dict[str, Any], tmp_path: Path) -> None:
    write_report("made_up_cv", **(made | {"out_dir": tmp_path}))
    for path in made["out_dir"].iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_real_data_carry_no_stamp(tmp_path: Path) -> None:
    arguments = write_experiment(tmp_path, {"mlp": 0.4, "clmt": 0.2}, simulated=False)
    write_report("made_up_cv", **arguments, out_dir=tmp_path / "report")
    for path in (tmp_path / "report").glob("made_up_cv*[lg]"):
        assert b"SIMULATED" not in path.read_bytes(), path.name


def test_one_model_without_epochs_still_gives_every_file(tmp_path: Path) -> None:
    arguments = write_experiment(tmp_path, {"drug_mean": 1.0}, cells=6, drugs=4, folds=2)
    write_report("made_up_cv", **arguments, out_dir=tmp_path / "report")
    texts = {stem: (tmp_path / "report" / f"{stem}.svg").read_text(encoding="utf-8") for stem in STEMS}
    assert "No model of this experiment is trained in epochs." in texts["made_up_cv_learning_curves"]
    assert "there is nothing to compare it with" in texts["made_up_cv_per_drug"]
    assert "<!-- undefined -->" in texts["made_up_cv_metrics"]


def test_histories_are_matched_by_folder_and_unchecked_epochs_left_out(
    made: dict[str, Any], experiment: Experiment, tmp_path: Path
) -> None:
    curves = load_histories(experiment, made["history"][::-1])
    assert curves["clmt", 1].shape == (60, 3)
    assert curves["drug_mean", 0].shape == (0, 3)
    assert curves["mlp", 2][0, :2].tolist() == [1, 21.5]
    path = tmp_path / "history.csv"
    path.write_text(HISTORY + "1,2.0,1,1,,0.1,0\n2,4.0,1,1,0.5,0.1,1\n3,6.0,1,1,nan,0.1,0\n")
    assert read_history(path).tolist() == [[2.0, 4.0, 0.5]]
    with pytest.raises(ClmtError, match=r"history\.csv: no metrics\.json of its folder"):
        load_histories(experiment, [path])
    path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(ClmtError, match=r"no column 'seconds'! got: epoch, loss"):
        read_history(path)


@pytest.mark.parametrize("rows", ["2,4,1,1,1,0.1,0\n1,2,1,1,1,0.1,1\n", "1,-2,1,1,1,0.1,0\n", "1,2,1,1,inf,0.1,0\n"])
def test_what_is_no_learning_curve_is_refused_by_its_line(tmp_path: Path, rows: str) -> None:
    (tmp_path / "history.csv").write_text(HISTORY + rows)
    with pytest.raises(ClmtError, match=r"history\.csv: line [23] is no epoch of a learning curve! got: epoch"):
        read_history(tmp_path / "history.csv")


def test_a_summary_of_another_experiment_is_refused_before_anything_is_drawn(
    made: dict[str, Any], tmp_path: Path
) -> None:
    rows = [row for row in read_table(made["summary"]) if row["model"] != "mlp"]
    with (tmp_path / "summary.tsv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, SUMMARY_COLUMNS, delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(ClmtError, match="summary of made_up_cv lacks rmse of model 'mlp'"):
        write_report("made_up_cv", **(made | {"summary": tmp_path / "summary.tsv", "out_dir": tmp_path / "report"}))
    assert not (tmp_path / "report").exists()


def test_both_commands_run_from_the_command_line(
    made: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files: list[str] = []
    for kind in ("metrics", "predictions", "history"):
        files += [f"--{kind}", *(str(path) for path in made[kind] if path.parts[-3] in ("mlp", "clmt"))]
    history = files.index("--history")
    runs = ["--experiment", "pair", *files[:history]]
    table, summary = tmp_path / "pair.tsv", tmp_path / "pair_summary.tsv"
    outputs = ["--table", str(table), "--summary", str(summary), "--replicates", "20"]
    assert main(["collect", *runs, *outputs, "--models", "mlp", "clmt"]) == 0
    assert [row["model"] for row in read_table(table)] == ["mlp"] * 3 + ["clmt"] * 3
    drawn = [*files[history:], "--summary", str(summary), "--out-dir", str(tmp_path / "report")]
    assert main(["figures", *runs, *drawn, "--models", "mlp", "clmt"]) == 0
    assert len(list((tmp_path / "report").iterdir())) == 10
    capsys.readouterr()
    assert main(["collect", *runs, *outputs, "--models", "wrong", "clmt"]) == 2
    refusal = capsys.readouterr().err.splitlines()
    assert len(refusal) == 1
    assert refusal[0].startswith("error: ")
    assert refusal[0].endswith("unknown model! got: 'mlp', expected one of: clmt, wrong")


def test_a_collection_that_cannot_write_one_table_leaves_neither(
    made: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files: list[str] = []
    for kind in ("metrics", "predictions"):
        files += [f"--{kind}", *map(str, made[kind])]
    (tmp_path / "summary").mkdir()
    outputs = ["--table", str(tmp_path / "t.tsv"), "--summary", str(tmp_path / "summary"), "--replicates", "10"]
    assert main(["collect", "--experiment", "all", *files, *outputs]) == 2
    assert f"{tmp_path / 'summary'}: not a file to write!" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
