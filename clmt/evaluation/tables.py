"""Tables of results: one row per model and fold, and a summary with differences to the best baseline."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.metrics import METRICS
from clmt.evaluation.statistics import compare_models
from clmt.files import atomic_path, check_plain, write_text

__all__ = ["SUMMARY_COLUMNS", "TABLE_COLUMNS", "collect", "read_table", "result_rows", "summary_rows", "write_tsv"]

TABLE_COLUMNS = (
    "experiment",
    "dataset",
    "split",
    "model",
    "fold",
    "simulated",
    "faults",
    "n_train",
    "n_test",
    *METRICS,
    "drugs_used",
    "drugs_left_out",
    "cells_used",
    "cells_left_out",
    "device",
    "seconds",
    "peak_memory_mb",
    "clmt_version",
    "settings_digest",
)
"""Columns of ``results/<experiment>.tsv``; ``faults`` names those of the published code that the run repeats."""

SUMMARY_COLUMNS = (
    "experiment",
    "dataset",
    "split",
    "simulated",
    "folds",
    "model",
    "baseline",
    "faults",
    "seeds",
    "metric",
    "mean",
    "sd",
    "n",
    "all_folds",
    "reference",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "p_holm",
    "detectable",
)
"""Columns of ``results/<experiment>_summary.tsv``.

``folds`` is how many folds the experiment ran; ``faults`` are the published ones that a model repeats; ``mean``, ``sd``
and ``n`` are over the folds in which the metric is
defined; ``all_folds`` is the metric over the test pairs of all these folds at once, and ``difference`` is that of
``model`` minus that of ``reference``: the baseline with the best value of it, or the first model without a baseline.
The row of a model that others repeat from other ``seeds`` is over all of them. ``detectable`` is the difference that
the table would find in 80 % of cases.
"""


_NUMBERS = frozenset(
    ("mean", "sd", "n", "all_folds", "difference", "difference_low", "difference_high", "p", "p_holm", "detectable")
)


def _format_value(value: Any) -> str:
    """Write one value: 6 significant digits, yes or no, and nothing for what is undefined."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def write_tsv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as tab-separated text with ``\\n`` line ends, atomically."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_format_value(row.get(column)) for column in columns] for row in rows)
    write_text(path, buffer.getvalue())


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table written by `collect`; every value is text.

    Raises
    ------
    ClmtError
        Where there is no such file, it is no such table, or a row has more or fewer cells than the header.
    """
    check_plain(path, "read")
    try:
        with Path(path).open(encoding="utf-8", newline="") as handle:
            header, *lines = list(csv.reader(handle, delimiter="\t", strict=True)) or [[]]
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such table! Rerun collect") from None
    except (OSError, ValueError, csv.Error) as error:
        raise ClmtError(f"{path}: cannot be read ({error})! Rerun collect") from None
    if tuple(header) not in (TABLE_COLUMNS, SUMMARY_COLUMNS):
        columns = SUMMARY_COLUMNS if "metric" in header or "mean" in header else TABLE_COLUMNS
        odd = [name for name in columns if name not in header] or [name for name in header if name not in columns]
        first = odd[0] if odd else "their order"
        raise ClmtError(f"{path}: wrong columns! The first is {first!r}; got: {', '.join(header)[:200]}. Rerun collect")
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            raise ClmtError(
                f"{path}: line {number} has another number of cells! got: {len(line)}, expected: {len(header)}. "
                "Rerun collect"
            )
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    for number, row in enumerate(rows, start=2):
        for column in _NUMBERS & row.keys():
            if not _is_number(row[column]):
                raise ClmtError(f"{path}: no number in line {number}, {column}! got: {row[column]!r}. Rerun collect")
    return rows


def _is_number(text: str) -> bool:
    """Whether a cell is empty or a finite number."""
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False


def result_rows(experiment: Experiment) -> list[dict[str, Any]]:
    """One row per model and fold, in the order of the experiment's models."""
    return [{"experiment": experiment.name, **card} for card in experiment.cards]


def _fold_summary(values: Sequence[float | None]) -> dict[str, Any]:
    """Mean, standard deviation (n - 1) and number of the folds in which a metric is defined."""
    known = [value for value in values if value is not None]
    return {
        "mean": float(np.mean(known)) if known else None,
        "sd": float(np.std(known, ddof=1)) if len(known) > 1 else None,
        "n": len(known),
    }


def _over_seeds(experiment: Experiment, model: str, metric: str) -> list[float | None]:
    """Value of a metric in each fold, averaged over the seeds of the model."""
    values = [[card[metric] for card in experiment.of(name)] for name in experiment.seeds[model]]
    return [None if None in fold else float(np.mean(fold)) for fold in zip(*values, strict=True)]


def summary_rows(experiment: Experiment, *, replicates: int = 2000, seed: int = 0) -> list[dict[str, Any]]:
    """One row per model and metric, with the difference to the best baseline where the metric has a test."""
    scores, comparisons = compare_models(
        experiment.pairs,
        experiment.models,
        experiment.baselines,
        seeds=experiment.seeds,
        replicates=replicates,
        seed=seed,
    )
    tests = {(found.metric, found.model): found for found in comparisons}
    rows = []
    for model in experiment.models:
        for metric in METRICS:
            row = {
                "experiment": experiment.name,
                "dataset": experiment.dataset,
                "split": experiment.split,
                "simulated": experiment.simulated,
                "folds": len(experiment.folds),
                "model": model,
                "baseline": model in experiment.baselines,
                "faults": experiment.faults[model],
                "seeds": len(experiment.seeds[model]),
                "metric": metric,
                **_fold_summary(_over_seeds(experiment, model, metric)),
                "all_folds": scores.get(metric, {}).get(model),
            }
            if (found := tests.get((metric, model))) is not None:
                row |= {
                    "reference": found.reference,
                    "difference": found.difference,
                    "p": found.p,
                    "p_holm": found.p_holm,
                    "detectable": found.detectable,
                }
                row |= {"difference_low": found.low, "difference_high": found.high}
            rows.append(row)
    return rows


def collect(
    name: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    models: Sequence[str],
    table_out: Path,
    summary_out: Path,
    repeat_of: Mapping[str, str] | None = None,
    digests: Sequence[str] = (),
    replicates: int = 2000,
    seed: int = 0,
) -> None:
    """Write both tables of an experiment.

    Parameters
    ----------
    name
        Of the experiment.
    metrics, predictions
        Files of each run, matched by folder.
    models
        Models in the order of the rows.
    table_out, summary_out
        ``results/<experiment>.tsv`` and ``results/<experiment>_summary.tsv``.
    repeat_of
        Model -> the model that it trains again from another seed.
    digests
        ``settings_digest`` that each of ``metrics`` must have; none: any.
    replicates, seed
        Of the clustered bootstrap.
    """
    experiment = load_experiment(name, metrics, predictions, models, repeat_of, digests)
    summary = summary_rows(experiment, replicates=replicates, seed=seed)
    with atomic_path(Path(table_out)) as table:
        write_tsv(table, TABLE_COLUMNS, result_rows(experiment))
        write_tsv(summary_out, SUMMARY_COLUMNS, summary)  # inside, so that a failure leaves neither file
