"""What the figures show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.report.learning_curves import draw_learning_curves
from clmt.report.metrics import draw_differences, draw_folds, groups_used
from clmt.report.observed_predicted import draw_observed_predicted, shown_models
from clmt.report.per_drug import draw_per_drug, model_and_reference
from clmt.report.style import ACCENT, GREY, STYLE, model_colour, named_model, new_figure, save_figure


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


def test_a_model_with_faults_is_grey_and_never_the_best(experiment: Experiment) -> None:
    cards = [{**card, "faults": "test_edges"} if card["model"] == "clmt" else card for card in experiment.cards]
    for some, best, colours in (
        (experiment, "clmt", {ACCENT}),
        (replace(experiment, cards=cards), "clmt_plain", {GREY, ACCENT}),
    ):
        panel = Figure().subplots()
        draw_folds(panel, some, "rmse")
        bold = [int(text.get_position()[1]) for text in panel.texts if text.get_fontweight() == "bold"]
        assert [some.models[row] for row in bold] == [best]
        assert {model_colour(some, model) for model in ("clmt", "clmt_plain")} == colours


def test_panels_name_a_model_with_its_faults(experiment: Experiment) -> None:
    cards = [{**card, "faults": "test_edges"} if card["model"] == "clmt" else card for card in experiment.cards]
    some = replace(experiment, cards=cards)
    curve = np.array([[1.0, 2.0, 0.5], [2.0, 4.0, 0.4]])
    curves = {("clmt", fold): curve for fold in some.folds}
    for figure in (draw_observed_predicted(some), draw_learning_curves(some, curves)):
        titles = [panel.get_title(loc="left").replace("\n", " ") for panel in figure.axes]
        assert sum(title.startswith("clmt (not sound: test_edges)") for title in titles) == 1
    assert named_model("clmt", "a b c") == "clmt (not sound: 3 faults)"
    assert named_model("clmt", "") == "clmt"


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow(experiment: Experiment) -> None:
    rows = {"drug_mean": ("0.2", "0.1", "9.0"), "cell_mean": ("0.2", "0.1", "0.3"), "clmt": ("-0.2", "-0.3", "-0.1")}
    names = ("difference", "difference_low", "difference_high", "p_holm", "reference")
    panel = Figure().subplots()
    draw_differences(
        panel, experiment, {model: dict(zip(names, (*row, "0.01", "mlp"), strict=True)) for model, row in rows.items()}
    )
    arrows = [(line.get_marker(), line.get_ydata()) for line in panel.lines if line.get_marker() in ("<", ">")]
    assert [(marker, experiment.models[int(np.atleast_1d(y)[0])]) for marker, y in arrows] == [(">", "drug_mean")]
    assert "arrow" in panel.get_xlabel()
    marked = [text.get_position()[1] for text in panel.texts if text.get_text() == "reference"]
    assert [experiment.models[row] for row in marked] == ["mlp"]


def test_models_that_equal_the_reference_leave_an_axis(experiment: Experiment) -> None:
    row = {"difference": "0", "difference_low": "0", "difference_high": "0", "p_holm": "1", "reference": "mlp"}
    rows = {"drug_mean": row, "cell_mean": row, "clmt": {**row, "difference": "-0.2", "difference_low": "-0.3"}}
    panel = Figure().subplots()
    draw_differences(panel, experiment, rows)
    assert panel.get_xlim() == (-1, 1)
    assert [line.get_marker() for line in panel.lines].count("o") == 3  # no dot is pushed to an arrow


@pytest.mark.parametrize("name", ["a $\\frac{$ b", "$_$", "$\\nonsense$", "US$ 5 and US$ 6"])
def test_a_name_with_dollar_signs_is_written_as_it_is(name: str, tmp_path: Path) -> None:
    with mpl.rc_context(STYLE):
        figure = new_figure(3, 2)
        panel = figure.subplots()
        panel.plot([0, 1], label=name)
        panel.set(title=name, xlabel=name, ylabel=name)
        panel.set_yticks([0.5], labels=[name])
        panel.legend()
    files = save_figure(figure, tmp_path / "dollars")
    assert all(path.stat().st_size > 0 for path in files)
    assert not panel.title.get_parse_math()
