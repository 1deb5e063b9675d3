"""The summary as a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.metrics import METRICS
from clmt.evaluation.table_files import read_table
from clmt.report.table import MEANING, html_table
from tests.helpers.made_up_runs import MODELS, write_experiment


class Cells(HTMLParser):
    """The texts of the table's cells, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "button"):
            self.rows[-1].append("")
        self.inside = tag in ("td", "button") or (self.inside and tag == "wbr")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data.strip()


def test_the_page_shows_every_model_metric_and_meaning(made: dict[str, Any]) -> None:
    page = (made["out_dir"] / "made_up_cv.html").read_text(encoding="utf-8")
    cells = Cells()
    cells.feed(page)
    assert cells.rows[0] == ["model", "role", *METRICS]
    models, (heads, *differences) = cells.rows[1 : 1 + len(MODELS)], cells.rows[1 + len(MODELS) : 2 + 2 * len(MODELS)]
    assert heads == ["model", "role", "Δ rmse to mlp", "Δ per_drug_r to mlp"]
    assert [row[0] for row in differences] == list(MODELS)
    assert [row[0] for row in models] == list(MODELS)
    assert [row[1] for row in models] == ["baseline"] * 3 + ["model"] * 2
    ours = next(row for row in read_table(made["summary"]) if (row["model"], row["metric"]) == ("clmt", "rmse"))
    assert cells.rows[4][2] == f"{float(ours['mean']):.3f} ±\N{NO-BREAK SPACE}{float(ours['sd']):.3f}"
    assert differences[3][2].startswith(f"{float(ours['difference']):+.3f} [")
    assert set(MEANING) == set(METRICS)
    assert all(line in page for line in MEANING.values() if "'" not in line)
    assert "SIMULATED DATA" in page
    assert "http" not in page


def test_every_run_stands_with_its_cost_its_device_and_the_way_to_its_card(made: dict[str, Any]) -> None:
    page = (made["out_dir"] / "made_up_cv.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="\.\./(made_up/[^"]+)"', page)
    assert {made["summary"].parent / name for name in linked} == set(made["metrics"])
    card = json.loads(made["metrics"][0].read_text())
    line = next(row for row in page.split("<tr>") if f"../{linked[0]}" in row)
    shown = re.findall(r"<td[^>]*>(.*?)</td>", line)
    assert shown[2:5] == [f"{card['n_train']:,}", f"{card['n_test']:,}", f"{card['rmse']:.4f}"]
    assert shown[5:] == ["0.21", "0.5", "cpu", card["clmt_version"], card["settings_digest"]]


def test_a_model_of_another_paper_is_not_called_clmt(experiment: Experiment, made: dict[str, Any]) -> None:
    cards = [{**card, "arch": "graphdrp"} if card["arch"] == "clmt" else card for card in experiment.cards]
    page = html_table(replace(experiment, cards=cards), read_table(made["summary"]))
    assert page.count("<td>model</td>") == 4  # two models in two tables
    assert page.count('<tr class="model">') == 4
    assert "CLMT" not in page


def test_names_are_escaped(tmp_path: Path) -> None:
    """A metric card with such a name is refused; the page does not rely on that."""
    arguments = write_experiment(tmp_path, {"clmt": 0.4})
    loaded = load_experiment("made_up_cv", arguments["metrics"], arguments["predictions"], [])
    title, name = "<script>alert(1)</script>", "clmt<b>2</b>"
    cards = [{**card, "model": name} for card in loaded.cards]
    summary = [{**row, "experiment": title, "model": name} for row in read_table(arguments["summary"])]
    page = html_table(replace(loaded, name=title, models=[name], cards=cards), summary)
    assert page.count("<script>") == 1
    assert "<b>" not in page
    assert "clmt&lt;b&gt;2&lt;/b&gt;" in page


def test_zero_has_no_sign(tmp_path: Path) -> None:
    arguments = write_experiment(tmp_path, {"clmt": 0.4})
    loaded = load_experiment("made_up_cv", arguments["metrics"], arguments["predictions"], [])
    cards = [{**card, "r2": -0.0002} for card in loaded.cards]
    summary = [
        {**row, "mean": "-0.0002", "sd": ""} if row["metric"] == "r2" else row
        for row in read_table(arguments["summary"])
    ]
    cells = Cells()
    cells.feed(html_table(replace(loaded, cards=cards), summary))
    assert cells.rows[1][2 + list(METRICS).index("r2")] == "0.000"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: [{**rows[0], "experiment": "other"}, *rows[1:]], "is of another experiment! got: 'other'"),
        (lambda rows: [*rows, rows[3]], "stands twice! Rerun collect"),
        (
            lambda rows: [{**rows[0], "mean": "9.9"}, *rows[1:]],
            r"rmse of model 'drug_mean', is not the mean of its runs",
        ),
    ],
)
def test_a_summary_of_other_runs_is_refused(
    experiment: Experiment, made: dict[str, Any], change: Any, message: str
) -> None:
    rows = read_table(made["summary"])
    html_table(experiment, rows)
    with pytest.raises(ClmtError, match=message):
        html_table(experiment, change(rows))
