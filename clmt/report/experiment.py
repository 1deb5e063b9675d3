"""Everything that the report shows of an experiment: its figures and its table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.loading import load_runs
from clmt.evaluation.runs import Runs
from clmt.evaluation.tables import read_table
from clmt.files import write_text
from clmt.report.curves import learning_curves, read_history
from clmt.report.dots import metric_dots
from clmt.report.figures import observed_predicted, per_drug
from clmt.report.page import html_table
from clmt.report.style import save

__all__ = ["load_histories", "write_report"]


def load_histories(runs: Runs, paths: Sequence[Path]) -> dict[tuple[str, int], np.ndarray]:
    """Read the learning curves that lie beside the metric cards: (model, fold) -> curve."""
    run_of = {
        folder: (str(card["model"]), int(card["fold"])) for folder, card in zip(runs.folders, runs.cards, strict=True)
    }
    histories = {}
    for path in map(Path, paths):
        if path.parent not in run_of:
            raise ClmtError(f"{path}: no metrics.json of its folder is among the given files! Name both")
        histories[run_of[path.parent]] = read_history(path)
    return histories


def write_report(
    experiment: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    history: Sequence[Path],
    models: Sequence[str],
    summary: Path,
    out_dir: Path,
) -> None:
    """Write ``<experiment>_{learning_curves,observed_predicted,per_drug,metrics}.{svg,png}`` and ``<experiment>.html``.

    Parameters
    ----------
    experiment
        Its name.
    metrics, predictions, history
        Files of each run, matched by folder; a history may have no rows.
    models
        Models in the order of the panels.
    summary
        ``results/<experiment>_summary.tsv``.
    out_dir
        Folder to write to.
    """
    runs = load_runs(experiment, metrics, predictions, models)
    rows = read_table(summary)
    page = html_table(runs, rows)
    figures = {
        "learning_curves": learning_curves(runs, load_histories(runs, history)),
        "observed_predicted": observed_predicted(runs),
        "per_drug": per_drug(runs),
        "metrics": metric_dots(runs, rows),
    }
    for name, figure in figures.items():
        save(figure, Path(out_dir) / f"{experiment}_{name}")
    write_text(Path(out_dir) / f"{experiment}.html", page)
