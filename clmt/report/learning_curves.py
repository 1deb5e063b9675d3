"""Learning curves: the history of every run, and the figure of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.files import check_plain
from clmt.report.style import OKABE_ITO, STYLE, add_title, named_model, new_figure, text_figure

__all__ = ["draw_learning_curves", "read_history"]


def read_history(path: Path) -> np.ndarray:
    """Read a learning curve: float64 (n, 3) of epoch, seconds since the start and validation RMSE.

    Epochs without a check on the validation pairs are left out; n may be 0.
    """
    names = ("epoch", "seconds", "validation_rmse")
    check_plain(path, "read")
    try:
        with Path(path).open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            columns, lines = reader.fieldnames or [], list(reader)
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such learning curve! Rerun train") from None
    except (OSError, ValueError, csv.Error) as error:
        raise ClmtError(f"{path}: cannot be read ({error})! Rerun train") from None
    missing = [name for name in names if name not in columns]
    if missing:
        raise ClmtError(f"{path}: no column {missing[0]!r}! got: {', '.join(columns)}. Rerun train")
    rows = []
    for number, line in enumerate(lines, start=2):
        try:
            if None in line or None in line.values():
                raise ValueError(f"{sum(value is not None for value in line.values())} cells of {len(columns)}")
            rows.append([float(line[name] or "nan") for name in names])
        except ValueError as error:
            raise ClmtError(f"{path}: no number in line {number}! got: {error}. Rerun train") from None
    curve = np.array(rows, dtype=np.float64).reshape(-1, 3)
    odd = np.isinf(curve).any(axis=1) | (curve < 0).any(axis=1) | (np.diff(curve[:, 0], prepend=-1) <= 0)
    if odd.any():
        row = int(odd.argmax())
        raise ClmtError(
            f"{path}: line {row + 2} is no epoch of a learning curve! got: epoch, seconds, validation RMSE "
            f"{', '.join(f'{value:g}' for value in curve[row])}, expected: growing epochs, no infinity and nothing "
            "below 0. Rerun train"
        )
    return curve[np.isfinite(curve).all(axis=1)]


def draw_learning_curves(experiment: Experiment, histories: Mapping[tuple[str, int], np.ndarray]) -> Figure:
    """Validation RMSE against epochs and minutes, one row of panels per model that has epochs.

    Parameters
    ----------
    experiment
        The experiment.
    histories
        (model, fold) -> curve, see `read_history`.
    """
    title = "Learning curves"
    models = [m for m in experiment.models if any(len(histories.get((m, fold), ())) for fold in experiment.folds)]
    if not models:
        return text_figure(experiment, title, "No model of this experiment is trained in epochs.")
    with mpl.rc_context(STYLE):
        figure = new_figure(9, 2.7 * len(models))
        add_title(figure, title, experiment)
        panels = figure.subplots(len(models), 2, squeeze=False, sharey="row")
        for row, model in zip(panels, models, strict=True):
            curves = {
                fold: histories[model, fold] for fold in experiment.folds if len(histories.get((model, fold), ()))
            }
            _draw_curves(row, curves)
            row[0].set_title(named_model(model, experiment.faults[model]), loc="left", fontweight="bold")
            row[0].set_ylabel(f"validation RMSE\n{experiment.target}")
        _add_legend_of_folds(figure, panels[0, 1])
        for panel, label in zip(panels[-1], ("epoch", "minutes since the start"), strict=True):
            panel.set_xlabel(label)
    return figure


def _add_legend_of_folds(figure: Figure, panel: Axes) -> None:
    """Write the folds' colours below the panels, where no curve runs."""
    handles, labels = panel.get_legend_handles_labels()
    names = [f"fold {label}" for label in labels]
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(names), 8), fontsize=9, handlelength=1.2)


def _draw_curves(row: Sequence[Axes], curves: Mapping[int, np.ndarray]) -> None:
    """Draw one model's folds in both panels, from just below the best to just above where the curves settle."""
    for fold, curve in curves.items():
        colour = OKABE_ITO[fold % len(OKABE_ITO)]
        best = int(np.argmin(curve[:, 2]))
        for panel, x in zip(row, (curve[:, 0], curve[:, 1] / 60), strict=True):
            panel.plot(x, curve[:, 2], color=colour, linewidth=1.3, label=str(fold))
            panel.plot(x[best], curve[best, 2], "o", color=colour, markeredgecolor="black", markersize=6, zorder=3)
    for panel in row:
        panel.locator_params(axis="x", nbins=5)  # of a fit that takes milliseconds the numbers are long
    lowest = min(curve[:, 2].min() for curve in curves.values())
    settled = max(np.quantile(curve[:, 2], 0.9) for curve in curves.values())
    row[0].set_ylim(lowest - 0.06 * (settled - lowest) - 1e-3, settled + 0.35 * (settled - lowest) + 1e-3)
