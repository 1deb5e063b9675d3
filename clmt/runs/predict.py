"""Predictions of a frozen checkpoint for the models that read them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.graph.fold_data import load_fold
from clmt.graph.held_out import held_out_pairs, write_held_out
from clmt.planning.runs import settings_digest
from clmt.runs.checkpoint import load_checkpoint, published_faults

__all__ = ["predict_held_out"]

logger = logging.getLogger(__name__)


def predict_held_out(
    checkpoint: Path,
    *,
    graph: Path,
    molecules: Path,
    text: Path | None,
    out: Path,
    expected: Mapping[str, Any] | None = None,
) -> None:
    """Predict the validation and test pairs of the checkpoint's fold; see `clmt.graph.held_out`.

    A checkpoint of other settings than ``expected`` is refused, and so are other inputs than those it was trained on.
    """
    frozen = load_checkpoint(checkpoint)
    settings = frozen.settings
    if expected is not None:
        frozen.check_settings(expected, checkpoint)
    fold = load_fold(graph, molecules, text, settings.get("text_encoder"))
    fold.graph.check_fold(settings, graph)
    frozen.check_inputs(fold, checkpoint)
    if faults := published_faults(settings, fold.graph):
        raise ClmtError(
            f"{checkpoint}: repeats published faults, so that no other model may read it! got: {', '.join(faults)}, "
            "expected: a sound model. Name another one among the members"
        )
    pairs = held_out_pairs(fold.graph)
    facts = {**settings, "settings_digest": settings_digest(settings)}
    write_held_out(out, fold.graph, frozen.model.predict(fold, pairs), facts)
    logger.info("%s fold %s: %d held-out pairs predicted", settings["model"], settings["fold"], len(pairs))
