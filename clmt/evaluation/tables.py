"""Tables of results: one row per model and fold, and a summary with differences to a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.metrics import METRICS
from clmt.evaluation.statistics import compare_models
from clmt.evaluation.table_files import SUMMARY_COLUMNS, TABLE_COLUMNS, write_tsv
from clmt.files import atomic_path

__all__ = ["collect", "result_rows", "summary_rows"]


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


def summary_rows(
    experiment: Experiment, *, reference: str | None = None, replicates: int = 2000, seed: int = 0
) -> list[dict[str, Any]]:
    """One row per model and metric, with the difference to the reference where the metric has a test.

    The reference, where none is named, is the best baseline; see `compare_models`.
    """
    scores, comparisons = compare_models(
        experiment.pairs,
        experiment.models,
        experiment.baselines,
        reference=reference,
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
    reference: str | None = None,
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
    reference
        Model that the others are compared with; None: the best baseline.
    replicates, seed
        Of the clustered bootstrap.
    """
    experiment = load_experiment(name, metrics, predictions, models, repeat_of, digests)
    if reference is not None and reference not in experiment.models:
        raise ClmtError(f"--reference: got: {reference}, expected one of: {', '.join(experiment.models)}")
    summary = summary_rows(experiment, reference=reference, replicates=replicates, seed=seed)
    with atomic_path(Path(table_out)) as table:
        write_tsv(table, TABLE_COLUMNS, result_rows(experiment))
        write_tsv(summary_out, SUMMARY_COLUMNS, summary)  # inside, so that a failure leaves neither file
