"""Figure of the test pairs: predicted against observed, one panel per model."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import correlation, rmse
from clmt.report.style import STYLE, add_title, named_model, new_figure

__all__ = ["draw_observed_predicted", "shown_models"]

_MAX_PANELS = 6


def shown_models(experiment: Experiment) -> list[str]:
    """At most six models: those that are no baselines, then baselines, lowest RMSE first; in the config's order."""
    error = {model: rmse(experiment.pairs.observed, experiment.pairs.predicted[model]) for model in experiment.models}
    chosen = sorted(experiment.models, key=lambda model: (model in experiment.baselines, error[model]))[:_MAX_PANELS]
    return [model for model in experiment.models if model in chosen]


def draw_observed_predicted(experiment: Experiment) -> Figure:
    """Density of the test pairs, predicted against observed, one panel per model."""
    models, observed, predicted = shown_models(experiment), experiment.pairs.observed, experiment.pairs.predicted
    values = np.concatenate([observed, *(predicted[model] for model in models)])
    low, high = np.quantile(values, [0.0005, 0.9995])
    margin = 0.03 * (high - low) or 0.5
    columns = min(3, len(models))
    lines = -(-len(models) // columns)
    with mpl.rc_context(STYLE):
        figure = new_figure(max(3.3 * columns + 1.2, 8), 3.5 * lines)
        add_title(figure, "Observed against predicted", experiment)
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
        grids = []
        for panel, model in zip(panels.flat, models, strict=False):
            grids.append(_draw_density(panel, observed, predicted[model], (float(low - margin), float(high + margin))))
            error, r = rmse(observed, predicted[model]), correlation(observed, predicted[model])
            name = named_model(model, experiment.faults[model], gap="\n")
            panel.set_title(f"{name}\nRMSE {error:.3f}, r {'-' if r is None else format(r, '.3f')}", loc="left")
        scale = LogNorm(1, max(2.0, *(float(np.asarray(grid.get_array()).max()) for grid in grids)))
        for grid in grids:
            grid.set_norm(scale)
        figure.colorbar(grids[0], ax=panels, shrink=0.6, aspect=30, label="test pairs in a cell of the plot")
        for panel in panels.flat[len(models) :]:
            panel.set_visible(False)
        figure.supxlabel(f"observed {experiment.target}", fontsize=10)
        figure.supylabel(f"predicted {experiment.target}", fontsize=10)
    return figure


def _draw_density(
    panel: Axes, observed: np.ndarray, predicted: np.ndarray, limits: tuple[float, float]
) -> PolyCollection:
    """Count pairs in hexagons and draw the line of perfect prediction."""
    grid = panel.hexbin(observed, predicted, gridsize=55, extent=(*limits, *limits), mincnt=1, linewidths=0.1)
    panel.plot(limits, limits, color="black", linewidth=0.8, linestyle="--")
    panel.set(xlim=limits, ylim=limits, aspect="equal")
    return grid
