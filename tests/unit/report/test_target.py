"""What the responses are stands on every axis and page, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.table_files import read_table
from clmt.report.learning_curves import draw_learning_curves, read_history
from clmt.report.metrics import draw_metrics
from clmt.report.observed_predicted import draw_observed_predicted
from clmt.report.pairs import pairs_page
from clmt.report.per_drug import draw_per_drug
from clmt.report.table import html_table
from tests.helpers.made_up_runs import write_experiment


def words_of(made: dict[str, Any], experiment: Experiment) -> dict[str, str]:
    """All that the figures and the page say, by name."""
    summary = read_table(made["summary"])
    curves = {("clmt", fold): read_history(path) for fold, path in enumerate(made["history"][-3:])}
    figures = {
        "metrics": draw_metrics(experiment, summary),
        "observed and predicted": draw_observed_predicted(experiment),
        "per drug": draw_per_drug(experiment),
        "learning curves": draw_learning_curves(experiment, curves),
    }
    said = {name: " ".join(text.get_text() for text in each.findobj(Text)) for name, each in figures.items()}
    return {**said, "page": html_table(experiment, summary), "pairs": pairs_page(experiment, {})}


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return write_experiment(tmp_path_factory.mktemp("areas"), {"mlp": 0.4, "clmt": 0.2}, target="auc")


def test_areas_are_called_so(areas: dict[str, Any]) -> None:
    experiment = load_experiment("made_up_cv", areas["metrics"], areas["predictions"], areas["models"])
    assert {card["target"] for card in experiment.cards} == {"auc"}
    for name, words in words_of(areas, experiment).items():
        assert "AUC" in words, name
        assert "IC50" not in words, name


def test_ln_ic50_is_called_so(made: dict[str, Any], experiment: Experiment) -> None:
    for name, words in words_of(made, experiment).items():
        assert "ln IC50 (µM)" in words, name
        assert "AUC" not in words, name


def test_the_words_stand_in_one_place() -> None:
    """No module and no page of the report has a target's words of its own."""
    own = [path for path in Path("clmt").glob("report/*") if path.suffix in (".py", ".j2", ".js")]
    assert len(own) > 10
    having = [path.name for path in own if "IC50" in path.read_text(encoding="utf-8")]
    assert having == ["index.html.j2"]  # of experiments of several targets: says which one is meant unless told
