"""The figure of metrics: every fold of every model as a dot, and differences to the reference with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import improvement
from clmt.report.bars import reach_of
from clmt.report.style import GREY, STYLE, add_title, model_colour, new_figure

__all__ = ["draw_differences", "draw_folds", "draw_metrics", "groups_used"]

_PANELS = (
    ("rmse", "RMSE, {target} (lower is better)"),
    ("per_drug_r", "per_drug_r (higher is better)"),
    ("per_cell_r", "per_cell_r (higher is better)"),
    ("normalized_pearson_tissue_mean_effects", "normalized_pearson_tissue_mean_effects"),
)
_GROUPS = {"per_drug_r": ("drugs_used", "drug"), "per_cell_r": ("cells_used", "cell line")}
_DIFFERENCES = (
    ("rmse", "difference of RMSE (left is better)"),
    ("per_drug_r", "difference of per_drug_r (right is better)"),
)


def draw_metrics(experiment: Experiment, summary: Sequence[Mapping[str, str]]) -> Figure:
    """Draw four metrics by fold, and two differences with 95 % intervals.

    Parameters
    ----------
    experiment
        The experiment.
    summary
        Rows of ``results/<experiment>_summary.tsv``.
    """
    with mpl.rc_context(STYLE):
        figure = new_figure(13, 2 * max(0.32 * len(experiment.models) + 1.0, 1.8))
        add_title(figure, "Metrics by model", experiment)
        panels = figure.subplots(2, 3, sharey=True)
        for panel, (metric, title) in zip(panels[:, :2].flat, _PANELS, strict=True):
            draw_folds(panel, experiment, metric)
            panel.set_title(title.format(target=experiment.target), loc="left", fontsize=10)
            panel.set_xlabel(groups_used(experiment, metric), fontsize=9, color=GREY)
        for panel, (metric, title) in zip(panels[:, 2], _DIFFERENCES, strict=True):
            rows = {row["model"]: row for row in summary if row["metric"] == metric}
            draw_differences(panel, experiment, rows)
            panel.set_title(title, loc="left", fontsize=10)
        panels[0, 0].set_yticks(range(len(experiment.models)), experiment.models)
        panels[0, 0].set_ylim(len(experiment.models) - 0.4, -0.6)
        for label in (*panels[0, 0].get_yticklabels(), *panels[1, 0].get_yticklabels()):
            label.set_color(model_colour(experiment, label.get_text()))
    return figure


def groups_used(experiment: Experiment, metric: str) -> str:
    """Of how many drugs or cell lines a fold's value is the mean: few of them make it a weak number."""
    if metric not in _GROUPS:
        return ""
    key, name = _GROUPS[metric]
    counts = [int(card[key]) for card in experiment.cards]
    low, high = min(counts), max(counts)
    several = "s" * (high != 1)
    return f"mean over {low if low == high else f'{low} to {high}'} {name}{several} a fold"


def draw_folds(panel: Axes, experiment: Experiment, metric: str) -> None:
    """One line per model: folds as dots, their mean as a bar and as a number; the best of the sound ones is bold."""
    known = {
        model: [card[metric] for card in experiment.of(model) if card[metric] is not None]
        for model in experiment.models
    }
    means = {model: float(np.mean(folds)) for model, folds in known.items() if folds}
    sound = [model for model in means if not experiment.faults[model]]
    best = max(sound, key=lambda model: improvement(metric) * means[model], default=None)
    for row, model in enumerate(experiment.models):
        values = np.array(known[model], dtype=np.float64)
        if len(values) == 0:
            _write_in_right_margin(panel, row, "undefined", GREY)
            continue
        colour = model_colour(experiment, model)
        panel.scatter(values, np.full(len(values), row), s=20, color=colour, alpha=0.6, linewidths=0)
        panel.plot([values.mean()] * 2, [row - 0.32, row + 0.32], color=colour, linewidth=2)
        _write_in_right_margin(panel, row, f"{values.mean():.3f}", "black", bold=model == best)
    panel.margins(x=0.06)


def _write_in_right_margin(panel: Axes, row: int, text: str, colour: str, *, bold: bool = False) -> None:
    """Write a number in the margin right of a panel."""
    place = panel.get_yaxis_transform()
    weight = "bold" if bold else "normal"
    panel.text(1.02, row, text, transform=place, ha="left", va="center", fontsize=9, color=colour, fontweight=weight)


def draw_differences(panel: Axes, experiment: Experiment, rows: Mapping[str, Mapping[str, str]]) -> None:
    """One line per model: difference to the reference and interval; far ones become arrows at the edge."""
    panel.axvline(0, color="black", linewidth=0.8)
    known = {model: row for model, row in rows.items() if row["difference"]}
    ends = {
        model: (float(row["difference"]), float(row["difference_low"]), float(row["difference_high"]))
        for model, row in known.items()
    }
    references = {row["reference"] for row in known.values()}
    reach = reach_of(list(ends.values()))
    for row, model in enumerate(experiment.models):
        colour = model_colour(experiment, model)
        if model not in ends:
            _write_in_right_margin(panel, row, "reference" if model in references else "", GREY)
            continue
        centre, low, high = ends[model]
        if abs(centre) <= reach:
            panel.plot([max(low, -reach), min(high, reach)], [row, row], color=colour, linewidth=2)
            panel.plot(centre, row, "o", color=colour, markersize=5)
        for side, marker in ((-1, "<"), (1, ">")):
            if max(side * value for value in ends[model]) > reach:
                panel.plot(side * reach * 0.97, row, marker, color=colour, markersize=7)
        p = float(known[model]["p_holm"])
        _write_in_right_margin(panel, row, f"{centre:+.3f}  p {'< 0.001' if p < 0.001 else f'{p:.3f}'}", "black")
    panel.set_xlim(-reach, reach)
    panel.locator_params(axis="x", nbins=4)
    far = any(abs(value) > reach for values in ends.values() for value in values)
    panel.set_xlabel(f"bar: 95 % interval{'; arrow: beyond the axis' * far}; p: Holm", fontsize=9, color=GREY)
