"""The summary of an experiment as one HTML page that needs nothing but itself."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import GROUP_RULE, METRICS
from clmt.evaluation.statistics import COMPARED
from clmt.pages.render import render
from clmt.report.style import subtitle

__all__ = ["MEANING", "html_table"]

MEANING: Mapping[str, str] = {
    "rmse": "root mean squared error over all test pairs, in units of the target; lower is better",
    "mae": "mean absolute error, in units of the target; lower is better",
    "r2": "share of the variance of the target that is explained; knowing each drug's mean is enough for a high value",
    "pearson": "linear correlation over all test pairs; knowing each drug's mean is enough for a high value",
    "spearman": "rank correlation over all test pairs",
    "per_drug_r": "Pearson correlation over the cell lines of one drug, averaged over drugs: does the model tell "
    "sensitive from resistant cell lines? The drug's mean scores 0",
    "per_cell_r": "Pearson correlation over the drugs of one cell line, averaged over cell lines",
    "normalized_pearson_mean_effects": "Pearson correlation after the training means of drug and cell line (the model "
    "mean_effects) are taken off both sides; constant predictions score 0",
    "normalized_r2_mean_effects": "R2 after the same",
    "normalized_pearson_tissue_mean_effects": "Pearson correlation after the training means of drug, cell line and "
    "tissue (the model tissue_mean_effects) are taken off both sides: what is known beyond a new cell line's tissue",
    "normalized_r2_tissue_mean_effects": "R2 after the same",
}
"""One line on each metric."""


def _format_number(text: str, form: str = "z.3f") -> str:
    """A number of a table as a reader wants it, zero without a sign; a dash for what is undefined."""
    return format(float(text), form) if text else "–"


def _table_rows(experiment: Experiment, summary: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Rows of the HTML table: per model its role, its metrics and its differences, each with a value to sort by."""
    _check_summary(experiment, summary)
    found = {(row["model"], row["metric"]): row for row in summary}
    missing = [(m, name) for m in experiment.models for name in METRICS if (m, name) not in found]
    if missing:
        raise ClmtError(
            f"the summary of {experiment.name} lacks {missing[0][1]} of model {missing[0][0]!r}! Rerun collect"
        )
    rows = []
    for model in experiment.models:
        role = "baseline" if model in experiment.baselines else "model"
        cells = [_mean_cell(found[model, name]) for name in METRICS]
        differences = [_difference_cell(found[model, name]) for name in COMPARED]
        own = {"model": model, "role": role, "faults": experiment.faults[model]}
        rows.append({**own, "cells": cells, "differences": differences})
    return rows


def _check_summary(experiment: Experiment, summary: Sequence[Mapping[str, str]]) -> None:
    """Refuse the summary of another experiment, with a row twice, or of other runs than the cards are of."""
    seen = set()
    for row in summary:
        place = f"the summary of {experiment.name}, {row['metric']} of model {row['model']!r},"
        if row["experiment"] != experiment.name:
            raise ClmtError(f"{place} is of another experiment! got: {row['experiment']!r}. Rerun collect")
        if (row["model"], row["metric"]) in seen:
            raise ClmtError(f"{place} stands twice! Rerun collect")
        seen.add((row["model"], row["metric"]))
        values = [card.get(row["metric"]) for card in experiment.cards if card["model"] == row["model"]]
        known = [value for value in values if value is not None]
        # The mean of a model that others repeat is over all of them.
        if not known or row["seeds"] != "1" or not row["mean"]:
            continue
        mean = statistics.fmean(known)
        if not math.isclose(float(row["mean"]), mean, rel_tol=1e-4, abs_tol=1e-6):  # it has six digits
            raise ClmtError(
                f"{place} is not the mean of its runs! got: {row['mean']}, expected: {mean:.6g}. Rerun collect"
            )


def _mean_cell(row: Mapping[str, str]) -> dict[str, str]:
    deviation = f" ±\N{NO-BREAK SPACE}{_format_number(row['sd'])}" if row["sd"] else ""
    return {"text": f"{_format_number(row['mean'])}{deviation}", "sort": row["mean"]}


def _difference_cell(row: Mapping[str, str]) -> dict[str, str]:
    if not row["difference"]:
        return {"text": "–", "sort": ""}
    difference, low, high = (_format_number(row[f"difference{end}"], "+.3f") for end in ("", "_low", "_high"))
    return {"text": f"{difference} [{low}, {high}], p {_format_number(row['p_holm'])}", "sort": row["difference"]}


def _runs(experiment: Experiment) -> list[dict[str, str]]:
    """A line for each run: what it was of, what it cost, and where its card lies below ``results``."""
    return [
        {
            "model": card["model"],
            "fold": str(card["fold"]),
            "card": "/".join(str(card[key]) for key in ("dataset", "split", "model"))
            + f"/fold{card['fold']}/metrics.json",
            "training": f"{card['n_train']:,}",
            "test": f"{card['n_test']:,}",
            "rmse": f"{card['rmse']:.4f}",
            "minutes": f"{card['seconds'] / 60:.2f}",
            "memory": f"{card['peak_memory_mb'] / 1024:.1f}",
            "device": card["device"],
            "version": card["clmt_version"],
            "settings": card["settings_digest"],
        }
        for card in experiment.cards
    ]


def html_table(experiment: Experiment, summary: Sequence[Mapping[str, str]]) -> str:
    """The summary as one self-contained HTML page whose columns sort on a click."""
    known = {row["metric"]: row["reference"] for row in summary if row["reference"]}
    references = {name: known.get(name, "–") for name in COMPARED}
    return render(
        "report/table.html.j2",
        title=experiment.name,
        subtitle=subtitle(experiment),
        simulated=experiment.simulated,
        target=experiment.target,
        meaning=MEANING,
        compared={f"Δ {name} to {other}": f"difference of {name} to {other}" for name, other in references.items()},
        rows=_table_rows(experiment, summary),
        rule=GROUP_RULE,
        experiment=experiment.name,
        dataset=experiment.dataset,
        runs=_runs(experiment),
    )
