"""Figure of single drugs: how much better or worse than the best baseline each of them is predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from adjustText import adjust_text
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import rmse
from clmt.report.scores import drug_scores
from clmt.report.style import GREY, OKABE_ITO, STYLE, add_title, new_figure, text_figure

__all__ = ["draw_per_drug", "model_and_reference"]

_LABELLED_EITHER_WAY = 5


def model_and_reference(experiment: Experiment) -> tuple[str, str] | None:
    """The model under test and its reference: the best that is no baseline and the best baseline, by RMSE.

    Runs that repeat published faults are no part of it, where there are others.
    """
    pairs = experiment.pairs
    sound = [model for model in experiment.models if not experiment.faults[model]]
    ranked = sorted(sound or experiment.models, key=lambda model: rmse(pairs.observed, pairs.predicted[model]))
    ours = [model for model in ranked if model not in experiment.baselines]
    theirs = [model for model in ranked if model in experiment.baselines]
    if ours and theirs:
        return ours[0], theirs[0]
    return (ranked[0], ranked[1]) if len(ranked) > 1 else None


def draw_per_drug(experiment: Experiment) -> Figure:
    """How much better or worse than by the reference each drug is predicted, with the extremes by name."""
    title = "Drug by drug"
    compared = model_and_reference(experiment)
    if compared is None:
        return text_figure(experiment, title, "This experiment has one model: there is nothing to compare it with.")
    ours, theirs = compared
    scores = {model: drug_scores(experiment.pairs, model) for model in compared}
    with mpl.rc_context(STYLE):
        figure = new_figure(12, 5.2)
        add_title(figure, f"{title}: {ours} against {theirs}", experiment)
        kinds = ((f"RMSE, {experiment.target}", -1), ("Pearson r within the drug", 1))
        for kind, (panel, (name, sign)) in enumerate(zip(figure.subplots(1, 2), kinds, strict=True)):
            x, y = scores[theirs][kind], scores[ours][kind] - scores[theirs][kind]
            known = np.isfinite(x) & np.isfinite(y)
            names = [drug for drug, keep in zip(experiment.pairs.drug_ids, known, strict=True) if keep]
            _draw_drugs(panel, x[known], y[known], names, sign)
            better = "below zero is better" if sign < 0 else "above zero is better"
            panel.set(xlabel=f"{theirs}: {name}", ylabel=f"{ours} minus {theirs} ({better})")
    return figure


def _draw_drugs(panel: Axes, x: np.ndarray, y: np.ndarray, names: Sequence[str], sign: int) -> None:
    """Scatter differences (D,) against the reference's values (D,), and label the largest either way.

    ``sign`` is that of an improvement.
    """
    if len(x) == 0:
        panel.text(0.5, 0.5, "no drug has enough test pairs", transform=panel.transAxes, ha="center")
        return
    better = sign * y > 0
    for mask, colour, label in ((better, OKABE_ITO[5], "better"), (~better, OKABE_ITO[0], "not better")):
        panel.scatter(
            x[mask], y[mask], s=22, color=colour, alpha=0.75, linewidths=0, label=f"{label}: {mask.sum()} drugs"
        )
    panel.axhline(0, color="black", linewidth=0.8, linestyle="--")
    panel.axhline(y.mean(), color=GREY, linewidth=1.2, label=f"mean over drugs {y.mean():+.3f}")
    panel.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, columnspacing=1.2, handletextpad=0.4, handlelength=1.2,
        fontsize=9,
    )  # fmt: skip
    panel.margins(x=0.12, y=0.1)
    order = np.argsort(y, kind="stable")
    count = min(_LABELLED_EITHER_WAY, len(order) // 2)
    _label_points(panel, x, y, {int(row): names[row] for row in (*order[:count], *order[len(order) - count :][::-1])})


def _label_points(panel: Axes, x: np.ndarray, y: np.ndarray, names: Mapping[int, str]) -> None:
    """Write names beside some of the points (n,), clear of each other and of the points."""
    panel.figure.canvas.draw()  # settles the layout, and with it the panel's size
    texts = [panel.text(x[row], y[row], name, fontsize=8) for row, name in names.items()]
    # A number of steps and no time limit: the same data give the same places on every machine. Names push each other
    # away harder than by default; with that, none met another in panels of up to 230 drugs.
    line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5}
    adjust_text(
        texts, x=x, y=y, ax=panel, iter_lim=500, expand=(1.2, 1.5), force_text=1.0, min_arrow_len=3, arrowprops=line
    )
