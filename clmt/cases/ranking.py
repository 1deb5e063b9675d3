"""The drugs and cell lines that a model predicts best and worst, with the best baseline beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clmt.evaluation.experiment import Experiment
from clmt.report.scores import cell_line_scores, drug_scores

__all__ = ["Ranked", "rank_cell_lines", "rank_drugs"]

SHOWN = 8
"""Entities of either end."""


@dataclass(frozen=True)
class Ranked:
    """A drug or cell line with its scores over the test pairs of all folds.

    Attributes
    ----------
    name
        Its id.
    pairs
        Test pairs.
    spread
        Standard deviation of its observed ln IC50, uM.
    rmse, r
        Of the model, as `clmt.report.scores` has them.
    reference_rmse, reference_r
        Of the baseline; NaN without one.
    """

    name: str
    pairs: int
    spread: float
    rmse: float
    r: float
    reference_rmse: float
    reference_r: float


def rank_drugs(experiment: Experiment, model: str, reference: str | None) -> tuple[list[Ranked], list[Ranked]]:
    """Drugs of highest and of lowest r: does the model tell which cell lines are sensitive to them?"""
    found = _scored(experiment, model, reference, drug_scores, experiment.pairs.drug_ids, experiment.pairs.drug_row)
    known = sorted((row for row in found if np.isfinite(row.r)), key=lambda row: -row.r)
    return _ends(known)


def rank_cell_lines(experiment: Experiment, model: str, reference: str | None) -> tuple[list[Ranked], list[Ranked]]:
    """Cell lines of lowest and of highest RMSE."""
    pairs = experiment.pairs
    found = _scored(experiment, model, reference, cell_line_scores, pairs.cell_line_ids, pairs.cell_row)
    return _ends(sorted((row for row in found if row.pairs > 1), key=lambda row: row.rmse))


def _scored(
    experiment: Experiment,
    model: str,
    reference: str | None,
    scores: Callable[..., tuple[np.ndarray, np.ndarray]],
    names: Sequence[str],
    of_pair: np.ndarray,
) -> list[Ranked]:
    pairs = experiment.pairs
    unknown = np.full(len(names), np.nan)
    theirs = scores(pairs, reference) if reference else (unknown, unknown)
    counts = np.bincount(of_pair, minlength=len(names))
    mean = np.bincount(of_pair, pairs.observed, len(names)) / np.maximum(counts, 1)
    squares = np.bincount(of_pair, (pairs.observed - mean[of_pair]) ** 2, len(names))
    spread = np.sqrt(squares / np.maximum(counts - 1, 1))
    columns = (counts, spread, *scores(pairs, model), *theirs)
    return [Ranked(name, *(column[row].item() for column in columns)) for row, name in enumerate(names)]


def _ends(ranked: Sequence[Ranked]) -> tuple[list[Ranked], list[Ranked]]:
    """The first and the last of a ranking, none of them twice; the last one comes first."""
    count = min(SHOWN, len(ranked) // 2)
    return list(ranked[:count]), list(ranked[len(ranked) - count :][::-1])
