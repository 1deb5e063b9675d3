"""How well single drugs and tissues are predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clmt.evaluation.experiment import Pairs
from clmt.evaluation.metrics import group_correlations

__all__ = ["cell_line_scores", "drug_scores", "tissue_scores"]


def drug_scores(pairs: Pairs, model: str) -> tuple[np.ndarray, np.ndarray]:
    """RMSE (D,) over all folds, and Pearson r (D,) as the mean of the drug's folds, NaN where no fold has one."""
    return _scores(pairs, model, pairs.drug_row, pairs.drug_row, np.arange(len(pairs.drug_ids)))


def cell_line_scores(pairs: Pairs, model: str) -> tuple[np.ndarray, np.ndarray]:
    """RMSE (C,) over all folds, and Pearson r (C,) over drugs as the mean of the cell line's folds."""
    return _scores(pairs, model, pairs.cell_row, pairs.cell_row, np.arange(len(pairs.cell_line_ids)))


def tissue_scores(pairs: Pairs, model: str, tissues: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names (T,) of the tissues, RMSE (T,), and the mean r (T,) over drugs within their cell lines and folds.

    ``tissues`` is that of each cell line of ``pairs``.
    """
    names, tissue = np.unique(np.asarray(tissues), return_inverse=True)
    error, r = _scores(pairs, model, tissue[pairs.cell_row], pairs.cell_row, tissue)
    return names.tolist(), error, r


def _scores(
    pairs: Pairs, model: str, label: np.ndarray, within: np.ndarray, label_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """RMSE by ``label`` (n,), and the mean of the correlations ``within`` (n,) each fold; both (L,).

    ``label_of`` int64 (W,) is the label of each group that correlations are within.
    """
    predicted, count = pairs.predicted[model], int(label_of.max()) + 1
    squares = np.bincount(label, (predicted - pairs.observed) ** 2, count)
    rows = np.bincount(label, minlength=count)
    error = np.sqrt(np.divide(squares, rows, out=np.full(count, np.nan), where=rows > 0))
    found = group_correlations(pairs.fold * len(label_of) + within, pairs.observed, predicted)
    known = np.isfinite(found.r)
    group = label_of[found.labels[known] % len(label_of)]
    number = np.bincount(group, minlength=count)
    total = np.bincount(group, found.r[known], count)
    return error, np.divide(total, number, out=np.full(count, np.nan), where=number > 0)
