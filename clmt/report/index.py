"""The page of all experiments, results/report/index.html: what wins where, by how much, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.evaluation.metrics import improvement
from clmt.evaluation.table_files import LEVELS
from clmt.files import parse_settings, write_text
from clmt.pages.render import render
from clmt.planning.settings.config import Group
from clmt.report.bars import Bar, interval_bar, reach_of
from clmt.report.inputs import Input
from clmt.report.intervals import read_held
from clmt.report.style import named_model
from clmt.report.summary import Summary, read_summary
from clmt.report.table import MEANING

__all__ = ["read_groups", "write_index"]

_SHOWN = ("rmse", "per_drug_r", "per_cell_r", "normalized_pearson_mean_effects")


def read_groups(text: str) -> dict[str, Group]:
    """Read the parts of the page from JSON; a `ClmtError` names the first fault."""
    return {name: Group.read(entry, f"--groups: {name}") for name, entry in parse_settings(text).items()}


def write_index(
    groups: Mapping[str, Group],
    tables: Sequence[Path],
    summaries: Sequence[Path],
    out: Path,
    inputs: Sequence[Input] = (),
    coverage: Sequence[Path] = (),
) -> None:
    """Write the page.

    Parameters
    ----------
    groups
        Title and experiments of each part of the paper, in the order of the sections.
    tables, summaries
        ``results/<experiment>.tsv`` and ``_summary.tsv`` of every experiment, in one order.
    out
        The page; links lead to the experiments' own pages and figures beside it.
    inputs
        Files that all of it was made of.
    coverage
        ``<experiment>_coverage.tsv`` of experiments that have one.
    """
    if len(tables) != len(summaries):
        raise ClmtError(f"not a summary for each table! got: {len(summaries)}, expected: {len(tables)}. Name them all")
    found: dict[str, Summary] = {}
    for table, summary in zip(tables, summaries, strict=True):
        read = read_summary(table, summary)
        name = read.runs[0]["experiment"]
        if name in found:
            raise ClmtError(f"{table}: a second table of experiment {name!r}! expected: one of each. Take one out")
        found[name] = read
    missing = [name for group in groups.values() for name in group.experiments if name not in found]
    if missing:
        raise ClmtError(f"no table of experiment {missing[0]!r} is among the given files! got: {', '.join(found)}")
    glance, reach = _glance({name: found[name] for group in groups.values() for name in group.experiments})
    page = render(
        "report/index.html.j2",
        title="Cancer drug response: results",
        simulated=any(read.runs[0]["simulated"] == "yes" for read in found.values()),
        glance=glance,
        reach=reach,
        sections=[
            {
                "name": name,
                "title": group.title,
                "cases": [_about(found[each]) for each in group.experiments] if group.cases else [],
                "tables": [] if group.cases else [_table(found[each]) for each in group.experiments],
            }
            for name, group in groups.items()
        ],
        shown=[(name, MEANING[name]) for name in _SHOWN],
        held=_held(coverage, found),
        levels=LEVELS,
        inputs=inputs,
        versions=", ".join(sorted({row["clmt_version"] for read in found.values() for row in read.runs})),
    )
    write_text(out, page)


def _glance(found: Mapping[str, Summary]) -> tuple[list[dict[str, Any]], float]:
    """One line for each experiment, its reference and the best of the others; and half of the differences' axis."""
    compared = {name: read.contender for name, read in found.items()}
    ends = {name: found[name].ends().get(model) for name, model in compared.items() if model}
    known = [end for end in ends.values() if end]
    reach = reach_of(known)
    lines = []
    for name, read in found.items():
        models = [read.reference, compared[name]]
        cells = [{"model": m, "text": _mean(read, m, "rmse")} if m else None for m in models]
        lines.append({**_about(read), "cells": cells, "difference": _difference(ends.get(name), reach)})
    return lines, reach if known else 0.0


def _compared(read: Summary) -> list[str]:
    """The models that are no baselines, and the best baseline."""
    return [model for model in read.models if not read.is_baseline(model) or model == read.best_baseline]


def _held(coverage: Sequence[Path], found: Mapping[str, Summary]) -> list[dict[str, str]]:
    """Rows of the tables of coverage for the models that are shown, each with the ``name`` that the page gives it."""
    rows = read_held(coverage, {name: _compared(read) for name, read in found.items()})
    faults = [found[row["experiment"]].means[row["model"], "rmse"]["faults"] for row in rows]
    return [{**row, "name": named_model(row["model"], each)} for row, each in zip(rows, faults, strict=True)]


def _about(read: Summary) -> dict[str, Any]:
    """Which experiment it is, how large, and what its runs cost."""
    first, runs = read.runs[0], read.runs
    mean = next(iter(read.means.values()))
    one = [row for row in runs if row["model"] == first["model"]]
    return {
        "experiment": first["experiment"],
        "dataset": first["dataset"],
        "split": first["split"],
        "folds": int(mean["folds"]),
        "pairs": sum(int(row["n_test"]) for row in one),
        "runs": len(runs),
        "minutes": sum(float(row["seconds"]) for row in runs) / 60,
        "memory": max(float(row["peak_memory_mb"]) for row in runs) / 1024,
        "devices": ", ".join(sorted({row["device"] for row in runs})),
    }


def _table(read: Summary) -> dict[str, Any]:
    """The table of one experiment: its models with four metrics and the difference to the reference."""
    ends = read.ends()
    reach = reach_of(list(ends.values()))
    best = {name: _best_value(read, name) for name in _SHOWN}
    rows = [
        {
            "model": model,
            "ours": read.means[model, "rmse"]["baseline"] != "yes",
            "faults": read.means[model, "rmse"]["faults"],
            "cells": [
                {"text": _mean(read, model, name), "best": read.means[model, name]["mean"] == best[name] != ""}
                for name in _SHOWN
            ],
            "difference": _difference(ends.get(model), reach),
            "p": read.means[model, "rmse"]["p_holm"],
            "detectable": read.means[model, "rmse"]["detectable"],
            "minutes": sum(float(row["seconds"]) for row in read.runs if row["model"] == model) / 60,
        }
        for model in read.models
    ]
    return {
        **_about(read),
        "rows": rows,
        "reach": reach if ends else 0.0,
        "reference": read.reference or "–",
    }


def _best_value(read: Summary, metric: str) -> str:
    known = [read.means[model, metric]["mean"] for model in read.sound if read.means[model, metric]["mean"]]
    return max(known, key=lambda value: improvement(metric) * float(value), default="")


def _mean(read: Summary, model: str, metric: str) -> str:
    row = read.means[model, metric]
    deviation = f" ±\N{NO-BREAK SPACE}{float(row['sd']):.3f}" if row["sd"] else ""
    return f"{float(row['mean']):z.3f}{deviation}" if row["mean"] else "–"


def _difference(ends: tuple[float, float, float] | None, reach: float) -> dict[str, str | Bar] | None:
    """Difference in words and as a bar; none for the reference itself."""
    if ends is None:
        return None
    centre, low, high = ends
    return {"text": f"{centre:+.3f} ({low:+.3f} to {high:+.3f})", "bar": interval_bar(*ends, reach)}
