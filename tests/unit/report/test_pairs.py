"""The page of single pairs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import rmse
from clmt.report import pairs as module
from clmt.report.pairs import CELLS, pairs_data, pairs_page


@pytest.fixture
def data(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Fewer pairs by name than there are."""
    monkeypatch.setattr(module, "SAMPLE", 20)
    monkeypatch.setattr(module, "WORST", 7)
    return pairs_data(experiment, {})


def test_the_density_counts_every_pair_of_every_model_once(data: dict[str, Any], experiment: Experiment) -> None:
    for flat in data["density"]:
        assert sum(flat[1::2]) == len(experiment.pairs.observed)
        assert max(flat[::2]) < CELLS**2


def test_a_pair_lies_in_the_cell_of_its_two_values(data: dict[str, Any], experiment: Experiment) -> None:
    low, high = data["limits"]
    assert low <= experiment.pairs.observed.min()
    assert experiment.pairs.observed.max() <= high
    counts = np.zeros((CELLS, CELLS), dtype=int)
    edges = np.linspace(low, high, CELLS + 1)
    for observed, predicted in zip(experiment.pairs.observed, experiment.pairs.predicted["clmt"], strict=True):
        column, row = (
            min(max(np.searchsorted(edges, v, side="right") - 1, 0), CELLS - 1) for v in (observed, predicted)
        )
        counts[column, row] += 1
    flat = data["density"][experiment.models.index("clmt")]
    assert {cell: number for cell, number in zip(flat[::2], flat[1::2], strict=True)} == {
        int(cell): int(counts.ravel()[cell]) for cell in np.flatnonzero(counts)
    }


def test_those_missed_by_most_are_among_the_named_in_order(data: dict[str, Any], experiment: Experiment) -> None:
    found = experiment.pairs
    for column, model in enumerate(experiment.models):
        errors = np.sort(np.abs(found.predicted[model] - found.observed))[::-1][:7]
        named = [data["pairs"][place] for place in data["worst"][column]]
        assert [abs(pair[3][column] - pair[2]) for pair in named] == pytest.approx(errors.tolist(), abs=0.011)
    assert 20 <= len(data["pairs"]) <= 20 + 7 * len(experiment.models) < len(found.observed)


def test_a_named_pair_is_that_of_the_predictions(data: dict[str, Any], experiment: Experiment) -> None:
    found = experiment.pairs
    known = {
        (cell, drug): (observed, *(found.predicted[model][row] for model in experiment.models))
        for row, (cell, drug, observed) in enumerate(zip(found.cell_row, found.drug_row, found.observed, strict=True))
    }
    for cell, drug, observed, predicted in data["pairs"]:
        assert [observed, *predicted] == pytest.approx(known[cell, drug], abs=0.0051)


def test_the_best_baseline_stands_left_of_the_best_other(data: dict[str, Any]) -> None:
    assert [data["models"][place] for place in data["shown"]] == ["mlp", "clmt"]


def test_a_model_that_repeats_published_faults_says_so_and_does_not_stand_first(experiment: Experiment) -> None:
    cards = [{**card, "faults": "live_dropout" if card["model"] == "clmt" else ""} for card in experiment.cards]
    data = pairs_data(replace(experiment, cards=cards), {})
    assert data["models"] == ["drug_mean", "cell_mean", "mlp", "clmt (not sound: live_dropout)", "clmt_plain"]
    assert [data["models"][place] for place in data["shown"]] == ["mlp", "clmt_plain"]


def test_the_page_holds_its_data_and_needs_nothing_but_itself(experiment: Experiment) -> None:
    first = experiment.pairs.cell_line_ids[0]
    page = pairs_page(experiment, {first: "A<b> (lung)"})
    held = re.search(r'id="data">(.*?)</script>', page)
    assert held is not None
    data = json.loads(held[1])
    assert data["cell_lines"][:2] == ["A<b> (lung)", experiment.pairs.cell_line_ids[1]]
    assert data["scores"][0][0] == f"{rmse(experiment.pairs.observed, experiment.pairs.predicted['drug_mean']):.3f}"
    assert "A<b>" not in page
    assert "src=" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert "SIMULATED DATA" in page
    assert "Dots: all of them." in page
    assert pairs_page(experiment, {first: "A<b> (lung)"}) == page
