"""Prediction with a frozen checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.score import write_evaluation
from clmt.graph.fold_data import FoldData, load_fold
from clmt.models.effects import fit_mean_effects
from clmt.planning.runs import settings_digest
from clmt.runs.checkpoint import load_checkpoint, published_faults

__all__ = ["evaluate_run", "training_effects"]

logger = logging.getLogger(__name__)


def training_effects(fold: FoldData, pairs: np.ndarray) -> dict[str, np.ndarray]:
    """What the training pairs' mean effects, without and with tissues, expect of ``pairs`` int64 (n, 2); float64 (n,).

    The names are those of `clmt.evaluation.metrics.REFERENCES`.
    """
    graph = fold.graph
    known, values = (part.numpy() for part in graph.responses("train"))
    tissues = {"mean_effects": None, "tissue_mean_effects": graph.cell_tissue.numpy()}
    return {
        name: fit_mean_effects(known[:, 0], known[:, 1], values, graph.n_cells, graph.n_drugs, tissue=tissue).predict(
            pairs[:, 0], pairs[:, 1]
        )
        for name, tissue in tissues.items()
    }


def evaluate_run(
    checkpoint: Path,
    *,
    graph: Path,
    molecules: Path,
    text: Path | None,
    response: Path,
    simulated: bool,
    predictions: Path,
    metrics: Path,
    expected: Mapping[str, Any] | None = None,
    members: Sequence[Path] = (),
) -> None:
    """Predict every test pair of the checkpoint's fold once, and only then look at what was measured.

    A checkpoint of other settings than ``expected`` is refused (a training that outlived its workflow may have written
    it), and so are a graph, molecules or text vectors that it was not trained on. ``members`` are the
    ``held_out.parquet`` of the models that this one reads, if any.
    """
    frozen = load_checkpoint(checkpoint)
    settings = frozen.settings
    for key in ("dataset", "split", "model", "fold"):
        if key not in settings:
            raise ClmtError(f"{checkpoint}: its settings lack {key!r}! Delete it and run the rule train")
    if expected is not None:
        frozen.check_settings(expected, checkpoint)
    fold = load_fold(graph, molecules, text, settings.get("text_encoder"), members)
    fold.graph.check_fold(settings, graph)
    frozen.check_inputs(fold, checkpoint)
    pairs = fold.graph.test_pairs.numpy()
    predicted = frozen.model.predict(fold, pairs)
    card: dict[str, Any] = {
        **{key: settings[key] for key in ("dataset", "split", "model", "arch", "fold")},
        **frozen.record,
        "simulated": simulated,
        "settings_digest": settings_digest(settings),
    }
    if fold.graph.variant:
        card["graph"] = fold.graph.variant
    if faults := published_faults(settings, fold.graph):
        card["faults"] = " ".join(faults)
    write_evaluation(
        cell_line_ids=fold.graph.cell_line_ids,
        drug_ids=fold.graph.drug_ids,
        pairs=pairs,
        predicted=predicted,
        response_path=response,
        digests=fold.graph.digests,
        expected=training_effects(fold, pairs),
        card=card,
        predictions_out=predictions,
        metrics_out=metrics,
    )
    logger.info("%s fold %s: %d test pairs scored", settings["model"], settings["fold"], len(pairs))
