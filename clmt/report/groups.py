"""Every drug and every tissue of an experiment with each model's error, as a table and as a page that filters it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.table_files import write_tsv
from clmt.files import atomic_path, write_text
from clmt.pages.render import render
from clmt.report.scores import drug_scores, tissue_scores
from clmt.report.style import named_model, subtitle
from clmt.tables.schema import read_table

__all__ = ["GROUP_COLUMNS", "group_rows", "write_groups"]

GROUP_COLUMNS = ("experiment", "kind", "name", "targets", "target_pathway", "pairs", "model", "faults", "rmse", "r")
"""Columns of ``results/<experiment>_per_drug.tsv``.

``kind`` is drug or tissue; ``faults`` are the published ones that the model repeats. ``rmse`` is over the test pairs of
all folds; ``r`` is the mean over folds of the Pearson correlation over the cell lines of the drug, or over the drugs of
each cell line of the tissue.
"""


def group_rows(
    experiment: Experiment, drugs: Mapping[str, Mapping[str, str]], tissues: Mapping[str, str]
) -> list[dict[str, Any]]:
    """One row for each drug or tissue and model.

    Parameters
    ----------
    experiment
        The experiment.
    drugs
        Drug -> its row of ``drugs.parquet``.
    tissues
        Cell line -> its primary site.
    """
    pairs = experiment.pairs
    for kind, ids, known in (("drug", pairs.drug_ids, drugs), ("cell line", pairs.cell_line_ids, tissues)):
        if missing := [name for name in ids if name not in known]:
            raise ClmtError(f"{kind} {missing[0]!r} of the predictions is not in the dataset's table! Rerun evaluate")
    of_cell = [tissues[name] for name in pairs.cell_line_ids]
    sites = sorted(set(of_cell))
    site_row = np.array([sites.index(site) for site in of_cell], dtype=np.int64)
    counts = np.bincount(pairs.drug_row, minlength=len(drugs)), np.bincount(site_row[pairs.cell_row])
    rows = []
    for model in experiment.models:
        own = {"experiment": experiment.name, "model": model, "targets": "", "target_pathway": ""}
        own["faults"] = experiment.faults[model]
        for row, (drug, error, r) in enumerate(zip(pairs.drug_ids, *drug_scores(pairs, model), strict=True)):
            labels = {key: drugs[drug][key] for key in ("targets", "target_pathway")}
            rows.append({**own, "kind": "drug", "name": drug, **labels, "pairs": int(counts[0][row])} | _pair(error, r))
        for row, (site, error, r) in enumerate(zip(*tissue_scores(pairs, model, of_cell), strict=True)):
            rows.append({**own, "kind": "tissue", "name": site, "pairs": int(counts[1][row])} | _pair(error, r))
    return rows


def _pair(error: float, r: float) -> dict[str, float]:
    return {"rmse": float(error), "r": float(r)}


def write_groups(
    name: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    models: Sequence[str],
    drugs: Path,
    cell_lines: Path,
    table: Path,
    page: Path,
    digests: Sequence[str] = (),
) -> None:
    """Write the table and the page.

    Parameters
    ----------
    name
        Of the experiment.
    metrics, predictions
        Files of each run, matched by folder.
    models
        Models in the order of the page's columns.
    drugs, cell_lines
        ``drugs.parquet`` and ``cell_lines.parquet`` of the dataset.
    table, page
        Files to write; either both appear or none.
    digests
        ``settings_digest`` that each of ``metrics`` must have; none: any.
    """
    experiment = load_experiment(name, metrics, predictions, models, digests=digests)
    known = {row["drug_id"]: row for row in read_table(drugs, "drugs").to_dict("records")}
    cells = read_table(cell_lines, "cell_lines")
    tissues = dict(zip(cells["cell_line_id"], cells["primary_site"], strict=True))
    rows = group_rows(experiment, known, tissues)
    content = render(
        "report/groups.html.j2",
        title=f"{name}, drug by drug",
        experiment=name,
        dataset=experiment.dataset,
        subtitle=subtitle(experiment),
        simulated=experiment.simulated,
        target=experiment.target,
        models=_headings(experiment),
        rows=_wide(rows, experiment.models),
    )
    with atomic_path(Path(table)) as temporary:
        write_tsv(temporary, GROUP_COLUMNS, rows)
        write_text(page, content)


def _headings(experiment: Experiment) -> list[dict[str, str]]:
    """Name of each model as the page has it, and the published faults that it repeats."""
    faults = experiment.faults
    return [{"name": named_model(model, faults[model]), "faults": faults[model]} for model in experiment.models]


def _wide(rows: Sequence[Mapping[str, Any]], models: Sequence[str]) -> list[dict[str, Any]]:
    """A line for each drug or tissue, with the two numbers of every model."""
    found = {(row["kind"], row["name"], row["model"]): row for row in rows}
    return [
        {**row, "cells": [found[row["kind"], row["name"], model] for model in models]}
        for row in rows
        if row["model"] == models[0]
    ]
