"""Prediction with a frozen checkpoint."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from clmt.evaluation.score import write_evaluation
from clmt.graph.fold_data import FoldData, load_fold
from clmt.models.effects import fit_mean_effects
from clmt.planning.runs import settings_json
from clmt.runs.checkpoint import load_checkpoint

__all__ = ["evaluate_run", "training_effects"]

logger = logging.getLogger(__name__)


def training_effects(fold: FoldData, pairs: np.ndarray) -> np.ndarray:
    """What the training pairs' mean effects of drug and cell line expect of ``pairs`` int64 (n, 2); float64 (n,)."""
    graph = fold.graph
    known, values = (part.numpy() for part in graph.responses("train"))
    effects = fit_mean_effects(known[:, 0], known[:, 1], values, graph.n_cells, graph.n_drugs)
    return effects.predict(pairs[:, 0], pairs[:, 1])


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
) -> None:
    """Predict every test pair of the checkpoint's fold once, and only then look at what was measured.

    A graph of another dataset, split or fold than the checkpoint's is refused.
    """
    model, settings, record = load_checkpoint(checkpoint)
    fold = load_fold(graph, molecules, text, settings.get("text_encoder"))
    fold.graph.check_fold(settings, graph)
    pairs = fold.graph.test_pairs.numpy()
    predicted = model.predict(fold, pairs)
    card: dict[str, Any] = {
        **{key: settings[key] for key in ("dataset", "split", "model", "arch", "fold")},
        **record,
        "simulated": simulated,
        "settings_digest": hashlib.sha256(settings_json(settings).encode()).hexdigest()[:12],
    }
    write_evaluation(
        cell_line_ids=fold.graph.cell_line_ids,
        drug_ids=fold.graph.drug_ids,
        pairs=pairs,
        predicted=predicted,
        response_path=response,
        expected=training_effects(fold, pairs),
        card=card,
        predictions_out=predictions,
        metrics_out=metrics,
    )
    logger.info("%s fold %s: %d test pairs scored", settings["model"], settings["fold"], len(pairs))
