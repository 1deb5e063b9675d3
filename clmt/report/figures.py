"""Figures of an experiment: observed against predicted, and drug by drug."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from clmt.evaluation.metrics import correlation, group_correlations, rmse
from clmt.evaluation.runs import Pairs, Runs
from clmt.report.labels import label_points
from clmt.report.style import GREY, LN_IC50, OKABE_ITO, STYLE, head, new_figure, notice

__all__ = ["contrast", "observed_predicted", "per_drug"]

MAX_PANELS = 6
LABELLED = 5


def shown_models(runs: Runs) -> list[str]:
    """At most six models: CLMT and its variants first, then the baselines of lowest RMSE; in the config's order."""
    error = {model: rmse(runs.pairs.observed, runs.pairs.predicted[model]) for model in runs.models}
    chosen = sorted(runs.models, key=lambda model: (model in runs.baselines, error[model]))[:MAX_PANELS]
    return [model for model in runs.models if model in chosen]


def observed_predicted(runs: Runs) -> Figure:
    """Density of the test pairs, predicted against observed, one panel per model."""
    models, observed = shown_models(runs), runs.pairs.observed
    values = np.concatenate([observed, *(runs.pairs.predicted[model] for model in models)])
    low, high = np.quantile(values, [0.0005, 0.9995]) + np.array([-0.5, 0.5])
    columns = min(3, len(models))
    lines = -(-len(models) // columns)
    with mpl.rc_context(STYLE):
        figure = new_figure(max(3.3 * columns + 1.2, 8), 3.5 * lines)
        head(figure, "Observed against predicted", runs)
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
        grids = []
        for panel, model in zip(panels.flat, models, strict=False):
            grids.append(draw_density(panel, observed, runs.pairs.predicted[model], (float(low), float(high))))
            r = correlation(observed, runs.pairs.predicted[model])
            score = (
                f"RMSE {rmse(observed, runs.pairs.predicted[model]):.3f}, r {'-' if r is None else format(r, '.3f')}"
            )
            panel.set_title(f"{model}\n{score}", loc="left")
        scale = LogNorm(1, max(2.0, *(float(np.asarray(grid.get_array()).max()) for grid in grids)))
        for grid in grids:
            grid.set_norm(scale)
        figure.colorbar(grids[0], ax=panels, shrink=0.6, aspect=30, label="test pairs in a cell of the plot")
        for panel in panels.flat[len(models) :]:
            panel.set_visible(False)
        figure.supxlabel(f"observed {LN_IC50}", fontsize=10)
        figure.supylabel(f"predicted {LN_IC50}", fontsize=10)
    return figure


def draw_density(
    panel: Axes, observed: np.ndarray, predicted: np.ndarray, limits: tuple[float, float]
) -> PolyCollection:
    """Count pairs in hexagons and draw the line of perfect prediction."""
    grid = panel.hexbin(observed, predicted, gridsize=55, extent=(*limits, *limits), mincnt=1, linewidths=0.1)
    panel.plot(limits, limits, color="black", linewidth=0.8, linestyle="--")
    panel.set(xlim=limits, ylim=limits, aspect="equal")
    return grid


def contrast(runs: Runs) -> tuple[str, str] | None:
    """The model under test and its reference: the best of CLMT's variants and the best baseline, by RMSE."""
    ranked = sorted(runs.models, key=lambda model: rmse(runs.pairs.observed, runs.pairs.predicted[model]))
    ours = [model for model in ranked if model not in runs.baselines]
    theirs = [model for model in ranked if model in runs.baselines]
    if ours and theirs:
        return ours[0], theirs[0]
    return (ranked[0], ranked[1]) if len(ranked) > 1 else None


def drug_scores(pairs: Pairs, model: str) -> tuple[np.ndarray, np.ndarray]:
    """RMSE (D,) over all folds, and Pearson r (D,) as the mean of the drug's folds, NaN where no fold has one."""
    predicted, n_drugs = pairs.predicted[model], len(pairs.drug_ids)
    squares = np.bincount(pairs.drug, (predicted - pairs.observed) ** 2, n_drugs)
    error = np.sqrt(squares / np.bincount(pairs.drug, minlength=n_drugs))
    found = group_correlations(pairs.fold * n_drugs + pairs.drug, pairs.observed, predicted)
    known = np.isfinite(found.r)
    drug = found.labels[known] % n_drugs
    folds = np.bincount(drug, minlength=n_drugs)
    total = np.bincount(drug, found.r[known], n_drugs)
    return error, np.divide(total, folds, out=np.full(n_drugs, np.nan), where=folds > 0)


def per_drug(runs: Runs) -> Figure:
    """How much better or worse than by the reference each drug is predicted, with the extremes by name."""
    title = "Drug by drug"
    compared = contrast(runs)
    if compared is None:
        return notice(runs, title, "This experiment has one model: there is nothing to compare it with.")
    ours, theirs = compared
    scores = {model: drug_scores(runs.pairs, model) for model in compared}
    with mpl.rc_context(STYLE):
        figure = new_figure(12, 5.2)
        head(figure, f"{title}: {ours} against {theirs}", runs)
        kinds = ((f"RMSE, {LN_IC50}", -1), ("Pearson r within the drug", 1))
        for kind, (panel, (name, sign)) in enumerate(zip(figure.subplots(1, 2), kinds, strict=True)):
            x, y = scores[theirs][kind], scores[ours][kind] - scores[theirs][kind]
            known = np.isfinite(x) & np.isfinite(y)
            names = [drug for drug, keep in zip(runs.pairs.drug_ids, known, strict=True) if keep]
            draw_drugs(panel, x[known], y[known], names, sign)
            better = "below zero is better" if sign < 0 else "above zero is better"
            panel.set(xlabel=f"{theirs}: {name}", ylabel=f"{ours} minus {theirs} ({better})")
    return figure


def draw_drugs(panel: Axes, x: np.ndarray, y: np.ndarray, names: Sequence[str], sign: int) -> None:
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
    count = min(LABELLED, len(order) // 2)
    label_points(panel, x, y, {int(row): names[row] for row in (*order[:count], *order[len(order) - count :][::-1])})
