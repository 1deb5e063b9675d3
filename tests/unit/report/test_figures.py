from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.metrics import METRICS, rmse
from clmt.evaluation.tables import SUMMARY_COLUMNS, collect, read_table
from clmt.report.learning_curves import read_history
from clmt.report.metrics import draw_differences, groups_used
from clmt.report.observed_predicted import draw_observed_predicted, shown_models
from clmt.report.per_drug import draw_per_drug, drug_scores, model_and_reference
from clmt.report.table import MEANING, html_table
from clmt.report.write import load_histories, write_report
from tests.helpers.made_up_runs import HISTORY, write_runs

MODELS = {"drug_mean": 1.0, "cell_mean": 0.9, "mlp": 0.4, "clmt": 0.2, "clmt_plain": 0.3}
STEMS = [f"made_up_cv_{name}" for name in ("learning_curves", "observed_predicted", "per_drug", "metrics")]


def write_experiment(root: Path, models: dict[str, float], **world: Any) -> dict[str, Any]:
    """Write runs and their tables; return the arguments of `write_report`."""
    files = write_runs(root, models, **world)
    runs = {kind: files[kind] for kind in ("metrics", "predictions")}
    tables = {"table_out": root / "made_up_cv.tsv", "summary_out": root / "made_up_cv_summary.tsv"}
    collect("made_up_cv", models=list(models), replicates=50, **tables, **runs)
    return {**files, "models": list(models), "summary": tables["summary_out"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Five models on three folds of simulated data, with their report."""
    arguments = write_experiment(tmp_path_factory.mktemp("figures"), MODELS)
    arguments["out_dir"] = arguments["summary"].parent / "report"
    write_report("made_up_cv", **arguments)
    return arguments


@pytest.fixture(scope="module")
def experiment(made: dict[str, Any]) -> Experiment:
    """The runs behind the report."""
    return load_experiment("made_up_cv", made["metrics"], made["predictions"], made["models"])


def test_every_figure_is_there_as_svg_and_png_and_says_that_data_are_simulated(made: dict[str, Any]) -> None:
    expected = {f"{stem}.{kind}" for stem in STEMS for kind in ("svg", "png")} | {"made_up_cv.html"}
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


def test_the_best_variant_is_compared_with_the_best_baseline(experiment: Experiment, made: dict[str, Any]) -> None:
    assert model_and_reference(experiment) == ("clmt", "mlp")
    only = {kind: [p for p in made[kind] if "clmt" in str(p)] for kind in ("metrics", "predictions")}
    ablation = load_experiment("ablation", only["metrics"], only["predictions"], ["clmt_plain", "clmt"])
    assert model_and_reference(ablation) == ("clmt", "clmt_plain")


def test_panels_are_limited_and_keep_the_configured_order(experiment: Experiment) -> None:
    pairs = experiment.pairs
    extra = {f"weak{i}": pairs.predicted["mlp"] + 3 + i for i in range(4)}
    many = Experiment(
        "many",
        [*extra, *experiment.models],
        [*({**experiment.cards[0], "model": name} for name in extra), *experiment.cards],
        experiment.folders,
        type(pairs)(**{**vars(pairs), "predicted": {**extra, **pairs.predicted}}),
    )
    assert shown_models(many) == ["weak0", "drug_mean", "cell_mean", "mlp", "clmt", "clmt_plain"]
    assert len([axes for axes in draw_observed_predicted(many).axes if axes.get_title(loc="left")]) == 6


def test_drug_scores_agree_with_a_loop(experiment: Experiment) -> None:
    pairs = experiment.pairs
    error, r = drug_scores(pairs, "clmt")
    for drug in range(12):
        mine = pairs.drug_row == drug
        assert error[drug] == pytest.approx(rmse(pairs.observed[mine], pairs.predicted["clmt"][mine]))
        folds = [mine & (pairs.fold == fold) for fold in range(3)]
        loop = [np.corrcoef(pairs.observed[f], pairs.predicted["clmt"][f])[0, 1] for f in folds if f.sum() >= 10]
        assert r[drug] == (pytest.approx(np.mean(loop)) if loop else pytest.approx(np.nan, nan_ok=True))


def test_labels_of_drugs_do_not_cover_each_other(experiment: Experiment) -> None:
    figure = draw_per_drug(experiment)
    figure.canvas.draw()
    for panel in figure.axes:
        # The extent of the words alone: that of an annotation includes its connecting line.
        boxes = [Text.get_window_extent(text).shrunk(0.9, 0.9) for text in panel.texts]
        assert len(boxes) >= 6
        meets = [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes) if i < j and a.overlaps(b)]
        assert meets == []


def test_the_figure_says_of_how_many_groups_a_value_is_the_mean(experiment: Experiment) -> None:
    counts = [int(card["cells_used"]) for card in experiment.cards]
    said = groups_used(experiment, "per_cell_r")
    assert said.startswith(f"mean over {min(counts)} ")
    assert f"{max(counts)} cell line" in said
    assert groups_used(experiment, "rmse") == ""


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow(experiment: Experiment) -> None:
    rows = {"drug_mean": ("0.2", "0.1", "9.0"), "cell_mean": ("0.2", "0.1", "0.3"), "clmt": ("-0.2", "-0.3", "-0.1")}
    names = ("difference", "difference_low", "difference_high", "p_holm")
    panel = Figure().subplots()
    draw_differences(
        panel, experiment, {model: dict(zip(names, (*row, "0.01"), strict=True)) for model, row in rows.items()}
    )
    arrows = [(line.get_marker(), line.get_ydata()) for line in panel.lines if line.get_marker() in ("<", ">")]
    assert [(marker, experiment.models[int(np.atleast_1d(y)[0])]) for marker, y in arrows] == [(">", "drug_mean")]
    assert "arrow" in panel.get_xlabel()


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


class Cells(HTMLParser):
    """The texts of the table's cells, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "button")

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.rows[-1].append(data.strip())


def test_the_page_shows_every_model_metric_and_meaning(made: dict[str, Any]) -> None:
    page = (made["out_dir"] / "made_up_cv.html").read_text(encoding="utf-8")
    cells = Cells()
    cells.feed(page)
    assert cells.rows[0] == ["model", "role", *METRICS, "Δ rmse to mlp", "Δ per_drug_r to mlp"]
    assert [row[0] for row in cells.rows[1:]] == list(MODELS)
    assert [row[1] for row in cells.rows[1:]] == ["baseline"] * 3 + ["CLMT"] * 2
    ours = next(row for row in read_table(made["summary"]) if (row["model"], row["metric"]) == ("clmt", "rmse"))
    assert cells.rows[4][2] == f"{float(ours['mean']):.3f} ± {float(ours['sd']):.3f}"
    assert cells.rows[4][-2].startswith(f"{float(ours['difference']):+.3f} [")
    assert set(MEANING) == set(METRICS)
    assert all(line in page for line in MEANING.values() if "'" not in line)
    assert "SIMULATED DATA" in page
    assert "http" not in page


def test_names_are_escaped(tmp_path: Path) -> None:
    arguments = write_experiment(tmp_path, {"<b>mlp</b>": 0.4})
    named = load_experiment("<script>alert(1)</script>", arguments["metrics"], arguments["predictions"], [])
    page = html_table(named, read_table(arguments["summary"]))
    assert page.count("<script>") == 1
    assert "<b>" not in page
    assert "&lt;b&gt;mlp&lt;/b&gt;" in page


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
    assert len(list((tmp_path / "report").iterdir())) == 9
    capsys.readouterr()
    assert main(["collect", *runs, *outputs, "--models", "wrong", "clmt"]) == 2
    refusal = capsys.readouterr().err.splitlines()
    assert len(refusal) == 1
    assert refusal[0].startswith("error: ")
    assert refusal[0].endswith("unknown model! got: 'mlp', expected one of: clmt, wrong")
