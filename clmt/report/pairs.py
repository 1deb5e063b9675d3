"""Observed against predicted as a page: all test pairs as a density, and some of them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment, Pairs
from clmt.evaluation.metrics import correlation, rmse
from clmt.pages.render import embed, render
from clmt.report.per_drug import model_and_reference
from clmt.report.style import named_model, subtitle

__all__ = ["pairs_data", "pairs_page"]

CELLS = 64
"""Columns and rows of the density."""

SAMPLE = 1500
WORST = 100
"""Pairs that are drawn one by one: any of them, and those that a model misses by most."""


def pairs_page(experiment: Experiment, labels: Mapping[str, str]) -> str:
    """One self-contained page: two models side by side, with the pair under the pointer in words.

    Parameters
    ----------
    experiment
        The experiment.
    labels
        Cell line -> how the page calls it; one that is missing is called by its id.
    """
    data = pairs_data(experiment, labels)
    return render(
        "report/pairs.html.j2",
        title=f"{experiment.name}, observed against predicted",
        subtitle=subtitle(experiment),
        simulated=experiment.simulated,
        target=experiment.target,
        experiment=experiment.name,
        dataset=experiment.dataset,
        models=data["models"],
        shown=data["shown"],
        total=len(experiment.pairs.observed),
        named=len(data["pairs"]),
        worst=len(data["worst"][0]),
        data=embed(data),
    )


def pairs_data(experiment: Experiment, labels: Mapping[str, str]) -> dict[str, Any]:
    """What the page draws.

    Returns
    -------
    dict
        ``models``, marked where one repeats published faults, and the two that are ``shown`` first (positions);
        ``limits`` of both axes (``target``) and the number of ``cells`` of the density along each; ``density``: for
        each model cell, pairs, cell, pairs, ..., a cell being column times ``cells`` plus row; ``pairs``: [cell line,
        drug, observed, predictions of the models]; ``worst``: for each model positions in ``pairs``, the largest error
        first; ``scores``: RMSE and r of each.
    """
    pairs, models = experiment.pairs, experiment.models
    if not len(pairs.observed):
        raise ClmtError(f"{experiment.name} has no test pair to draw! Rerun evaluate")
    worst = {model: _worst(pairs, model) for model in models}
    some = np.random.default_rng(0).permutation(len(pairs.observed))[:SAMPLE]
    named = np.unique(np.concatenate([some, *worst.values()]))
    low, high = float(np.floor(pairs.observed.min())), float(np.ceil(pairs.observed.max()))
    limits = low, max(high, low + 1)
    reference = model_and_reference(experiment)
    shown = reference[::-1] if reference else (models[0],)
    return {
        "target": experiment.target,
        "models": [named_model(model, experiment.faults[model]) for model in models],
        "shown": [models.index(model) for model in shown],
        "limits": limits,
        "cells": CELLS,
        "density": [_density(pairs.observed, pairs.predicted[model], limits) for model in models],
        "cell_lines": [labels.get(name, name) for name in pairs.cell_line_ids],
        "drugs": pairs.drug_ids,
        "pairs": [_named(pairs, row, models) for row in named.tolist()],
        "worst": [np.searchsorted(named, worst[model]).tolist() for model in models],
        "scores": [_scores(pairs.observed, pairs.predicted[model]) for model in models],
    }


def _worst(pairs: Pairs, model: str) -> np.ndarray:
    """Rows of the pairs of largest error, that first."""
    return np.argsort(-np.abs(pairs.predicted[model] - pairs.observed), kind="stable")[:WORST]


def _named(pairs: Pairs, row: int, models: Sequence[str]) -> list[Any]:
    predicted = [round(float(pairs.predicted[model][row]), 2) for model in models]
    return [int(pairs.cell_row[row]), int(pairs.drug_row[row]), round(float(pairs.observed[row]), 2), predicted]


def _density(observed: np.ndarray, predicted: np.ndarray, limits: tuple[float, float]) -> list[int]:
    """Cells that hold a pair, each with its number of pairs; what lies beyond an axis counts at its end."""
    low, high = limits
    column, row = (
        np.clip((values - low) / (high - low) * CELLS, 0, CELLS - 1).astype(np.int64)
        for values in (observed, predicted)
    )
    cells, counts = np.unique(column * CELLS + row, return_counts=True)
    found: list[int] = np.column_stack([cells, counts]).ravel().tolist()
    return found


def _scores(observed: np.ndarray, predicted: np.ndarray) -> list[str]:
    r = correlation(observed, predicted)
    return [f"{rmse(observed, predicted):.3f}", "–" if r is None else f"{r:.3f}"]
