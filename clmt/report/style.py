"""How figures look: sizes, colours, titles, and files whose bytes depend on nothing but the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from clmt.files import atomic_path
from clmt.simulated import STAMP

if TYPE_CHECKING:
    from clmt.evaluation.experiment import Experiment

__all__ = [
    "ACCENT",
    "GREY",
    "OKABE_ITO",
    "add_title",
    "model_colour",
    "named_model",
    "new_figure",
    "save_figure",
    "subtitle",
    "text_figure",
]

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Colours that colour-blind readers can tell apart (Okabe and Ito 2008, jfly.uni-koeln.de/color)."""

GREY = "#6B6B6B"
ACCENT = OKABE_ITO[5]

STYLE: Any = {  # Any: matplotlib types the keys one by one
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "text.parse_math": False,  # a name may have dollar signs
    "svg.fonttype": "path",
    "svg.hashsalt": "clmt",  # otherwise the identifiers in an svg are random
}

_TITLE_INCHES = 0.72
"""Height kept free for the title."""


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of this size in inches; ``height`` is that of the panels, the title comes on top."""
    figure = Figure(figsize=(width, height + _TITLE_INCHES), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(rect=(0, 0, 1, height / (height + _TITLE_INCHES)))  # type: ignore[union-attr, call-arg]
    return figure


def model_colour(experiment: Experiment, model: str) -> str:
    """Blue for a baseline, vermilion for any other model, grey for what repeats published faults."""
    if experiment.faults[model]:
        return GREY
    return OKABE_ITO[0] if model in experiment.baselines else ACCENT


def named_model(model: str, faults: str, gap: str = " ") -> str:
    """A model as pages and panels call it, after a gap with the published faults (parted by spaces) that it repeats."""
    known = faults.split()
    return f"{model}{gap}(not sound: {faults if len(known) == 1 else f'{len(known)} faults'})" if known else model


def subtitle(experiment: Experiment) -> str:
    """What the figure is of: dataset, split, folds and size."""
    pairs = experiment.pairs
    n_folds = len(experiment.folds)
    faulty = sum(bool(faults) for faults in experiment.faults.values())
    unsound = f"; {faulty} of {len(experiment.models)} models (grey) not sound, with published faults" if faulty else ""
    return (
        f"{experiment.name}: dataset {experiment.dataset}, split {experiment.split}, "
        f"{n_folds} fold{'s' * (n_folds > 1)}, "
        f"{len(pairs.observed):,} test pairs ({len(pairs.cell_line_ids):,} cell lines, {len(pairs.drug_ids):,} drugs)"
        f"{unsound}"
    )


def add_title(figure: Figure, title: str, experiment: Experiment) -> None:
    """Write title and subtitle, and stamp figures of simulated data."""
    width, height = figure.get_size_inches()
    figure.text(0.12 / width, 1 - 0.14 / height, title, fontsize=13, fontweight="bold", va="top")
    figure.text(0.12 / width, 1 - 0.47 / height, subtitle(experiment), fontsize=9, color=GREY, va="top")
    if experiment.simulated:
        stamp = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": ACCENT}
        place = (1 - 0.14 / width, 1 - 0.14 / height)
        figure.text(*place, STAMP, fontsize=10, fontweight="bold", color=ACCENT, va="top", ha="right", bbox=stamp)


def text_figure(experiment: Experiment, title: str, text: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    with mpl.rc_context(STYLE):
        figure = new_figure(9, 1.2)
        add_title(figure, title, experiment)
        figure.text(0.5, 0.3, text, ha="center", va="center", fontsize=11)
    return figure


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write ``stem.svg`` and ``stem.png``, without dates, so that equal data give equal bytes."""
    files = [stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "png")]
    with mpl.rc_context(STYLE):
        for path in files:
            metadata: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {"Software": None}
            with atomic_path(path) as temporary:
                figure.savefig(temporary, format=path.suffix[1:], dpi=150, metadata=metadata)
    return files
