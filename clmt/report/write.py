"""Everything that the report shows of an experiment: its figures and its table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.table_files import read_table
from clmt.files import write_text
from clmt.report.learning_curves import draw_learning_curves, read_history
from clmt.report.metrics import draw_metrics
from clmt.report.observed_predicted import draw_observed_predicted
from clmt.report.pairs import pairs_page
from clmt.report.per_drug import draw_per_drug
from clmt.report.style import save_figure
from clmt.report.table import html_table
from clmt.tables.schema import read_table as dataset_table

__all__ = ["load_histories", "write_report"]


def load_histories(experiment: Experiment, paths: Sequence[Path]) -> dict[tuple[str, int], np.ndarray]:
    """Read the learning curves that lie beside the metric cards: (model, fold) -> curve."""
    runs = zip(experiment.folders, experiment.cards, strict=True)
    run_of = {folder: (str(card["model"]), int(card["fold"])) for folder, card in runs}
    histories = {}
    for path in map(Path, paths):
        if path.parent not in run_of:
            raise ClmtError(f"{path}: no metrics.json of its folder is among the given files! Name both")
        histories[run_of[path.parent]] = read_history(path)
    return histories


def write_report(
    name: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    history: Sequence[Path],
    models: Sequence[str],
    summary: Path,
    out_dir: Path,
    cell_lines: Path | None = None,
    digests: Sequence[str] = (),
) -> None:
    """Write the figures of an experiment and its pages.

    They are ``<experiment>_{learning_curves,observed_predicted,per_drug,metrics}.{svg,png}``, ``<experiment>.html`` and
    ``<experiment>_pairs.html``.

    Parameters
    ----------
    name
        Of the experiment.
    metrics, predictions, history
        Files of each run, matched by folder; a history may have no rows.
    models
        Models in the order of the panels.
    summary
        ``results/<experiment>_summary.tsv``.
    out_dir
        Folder to write to.
    cell_lines
        ``cell_lines.parquet`` of the dataset, for the names of cell lines; without it they are called by their ids.
    digests
        ``settings_digest`` that each of ``metrics`` must have; none: any.
    """
    experiment = load_experiment(name, metrics, predictions, models, digests=digests)
    rows = read_table(summary)
    pages = {"": html_table(experiment, rows), "_pairs": pairs_page(experiment, _labels(cell_lines))}
    figures = {
        "learning_curves": draw_learning_curves(experiment, load_histories(experiment, history)),
        "observed_predicted": draw_observed_predicted(experiment),
        "per_drug": draw_per_drug(experiment),
        "metrics": draw_metrics(experiment, rows),
    }
    for kind, figure in figures.items():
        save_figure(figure, Path(out_dir) / f"{name}_{kind}")
    for ending, page in pages.items():
        write_text(Path(out_dir) / f"{name}{ending}.html", page)


def _labels(cell_lines: Path | None) -> dict[str, str]:
    """Name and tissue of each cell line."""
    if cell_lines is None:
        return {}
    table = dataset_table(cell_lines, "cell_lines")
    known = zip(table["cell_line_id"], table["name"], table["primary_site"], strict=True)
    return {key: f"{name or key} ({site or 'tissue unknown'})" for key, name, site in known}
