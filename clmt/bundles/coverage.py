"""How often the intervals hold: measured on the pairs of each fold in turn, calibrated on pairs that are new to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.bundles.calibrate import HeldOutPairs
from clmt.bundles.neighbourhood import nearest_training
from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.table_files import COVERAGE_COLUMNS, LEVELS, write_tsv
from clmt.graph.fold_graph import FoldGraph
from clmt.planning.bundles import GROUPS

__all__ = ["coverage_rows", "write_coverage"]

logger = logging.getLogger(__name__)
_WORST = 0.1


def coverage_rows(experiment: Experiment, kind: str, similarity: np.ndarray | None = None) -> list[dict[str, Any]]:
    """Rows of the table: every model, its seeds joined, at each of `LEVELS`.

    Parameters
    ----------
    experiment
        Of two folds or more.
    kind
        Kind of pairs that the test pairs of its split are.
    similarity
        Of each pair's new entity to its nearest training one, float64 (n,) in the order of the experiment's pairs.
    """
    if len(experiment.folds) < 2:
        raise ClmtError(
            f"experiment {experiment.name}: coverage needs a fold to calibrate on and one to measure! got: "
            f"{len(experiment.folds)}, expected: at least 2. Run more folds"
        )
    rows = []
    for model, names in experiment.seeds.items():
        if model in experiment.repeat_of:
            continue
        held_out = _held_out(experiment, names)
        strangers = {fold: held_out.strangers(kind, fold) for fold in np.unique(held_out.fold).tolist()}
        facts = {name: getattr(experiment, name) for name in ("dataset", "split")}
        facts |= {"experiment": experiment.name, "simulated": experiment.simulated, "model": model}
        for level in LEVELS:
            half, groups = _half_widths(held_out, kind, level, strangers)
            facts |= {"seeds": len(names), "kind": kind, "groups": groups, "level": level, "pairs": len(half)}
            rows.append({**facts, **_measured(held_out, half, similarity)})
    return rows


def _held_out(experiment: Experiment, names: Sequence[str]) -> HeldOutPairs:
    pairs = experiment.pairs
    each = np.stack([pairs.predicted[name] for name in names])
    cells, drugs = (np.array(ids, dtype=object) for ids in (pairs.cell_line_ids, pairs.drug_ids))
    spread = each.std(axis=0) if len(each) > 1 else None
    return HeldOutPairs(
        experiment.split, cells[pairs.cell_row], drugs[pairs.drug_row], pairs.fold, pairs.observed, each.mean(0), spread
    )


def _half_widths(
    pairs: HeldOutPairs, kind: str, level: float, strangers: Mapping[int, np.ndarray]
) -> tuple[np.ndarray, int]:
    """Half the width of each pair's interval, (n,), from the strangers of its fold, and the fewest groups of any."""
    half, fewest = np.empty(len(pairs.fold)), len(pairs.fold)
    spread = np.zeros(len(pairs.fold)) if pairs.spread is None else pairs.spread
    for fold, known in strangers.items():
        if not known.any():
            return np.full(len(pairs.fold), np.inf), 0
        own = pairs.fold == fold
        calibration = pairs.calibrate(kind, np.flatnonzero(known))
        half[own] = calibration.half_width(spread[own], level)
        fewest = min(fewest, calibration.groups)
    return half, fewest


def _measured(pairs: HeldOutPairs, half: np.ndarray, similarity: np.ndarray | None) -> dict[str, float]:
    if np.isinf(half).any():
        return {}
    held = np.abs(pairs.observed - pairs.predicted) <= half
    of_drug = [held[pairs.drugs == drug].mean() for drug in np.unique(pairs.drugs)]
    found = {"coverage": held.mean(), "width": 2 * half.mean(), "worst_drugs": np.quantile(of_drug, _WORST)}
    if similarity is not None:
        far = similarity < np.median(similarity)
        if far.any():
            found |= {"near": held[~far].mean(), "far": held[far].mean()}
    return {name: float(value) for name, value in found.items()}


def write_coverage(
    name: str,
    kind: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    models: Sequence[str],
    digests: Sequence[str],
    repeat_of: Mapping[str, str],
    graphs: Sequence[Path],
    out: Path,
) -> None:
    """Measure the coverage of an experiment and write its table.

    Parameters
    ----------
    name, metrics, predictions, models, digests, repeat_of
        As `clmt.evaluation.loading.load_experiment` takes them.
    kind
        Kind of pairs that the test pairs are.
    graphs
        ``graph.pt`` of each fold, for the distance of the new entities; none where none is new.
    out
        Tab-separated table to write.
    """
    experiment = load_experiment(name, metrics, predictions, models, repeat_of, digests)
    similarity = _similarity(experiment, kind, graphs) if graphs else None
    rows = coverage_rows(experiment, kind, similarity)
    write_tsv(out, COVERAGE_COLUMNS, rows)
    logger.info("%s: coverage of %d models at %s", name, len(rows) // len(LEVELS), ", ".join(map(str, LEVELS)))


def _similarity(experiment: Experiment, kind: str, graphs: Sequence[Path]) -> np.ndarray:
    """Similarity of each pair's new entity to its nearest training one, float64 (n,)."""
    side = "cell" if GROUPS[kind] == "cell line" else "drug"
    pairs, values = experiment.pairs, np.empty(len(experiment.pairs.fold))
    names, rows = (pairs.cell_line_ids, pairs.cell_row) if side == "cell" else (pairs.drug_ids, pairs.drug_row)
    for path in graphs:
        graph = FoldGraph.load(path)
        own = pairs.fold == graph.fold
        ids = graph.cell_line_ids if side == "cell" else graph.drug_ids
        nearest = dict(zip(ids, nearest_training(graph, side), strict=True))
        values[own] = [nearest[names[row]] for row in rows[own]]
    return values
