"""One run of training: a model, a fold, a checkpoint and a learning curve."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from clmt import __version__
from clmt.files import atomic_path
from clmt.graph.fold_data import load_fold
from clmt.models.create import create_model
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.run import RunSettings
from clmt.runs.checkpoint import save_checkpoint
from clmt.runs.device import choose_device, peak_memory_mb
from clmt.runs.training_file import SAVE_SECONDS, TrainingFile, training_key

__all__ = ["train_run"]

logger = logging.getLogger(__name__)
HISTORY = ("epoch", "seconds", "train_loss", "train_rmse", "validation_rmse", "learning_rate", "best")


def train_run(
    settings: dict[str, Any],
    *,
    graph: Path,
    molecules: Path,
    text: Path | None,
    members: Sequence[Path] = (),
    given: Path | None = None,
    device: str,
    threads: int,
    model: Path,
    history: Path,
    save_seconds: float = SAVE_SECONDS,
) -> None:
    """Fit the run's model on its fold and write ``model.pt`` and ``history.csv``.

    A model that trains epoch by epoch is kept in ``training.pt`` beside ``model.pt`` on its way. After a kill the same
    call goes on from there, with the result that it would have had.

    The test pairs' responses are in none of the inputs.

    Parameters
    ----------
    settings
        See `clmt.planning.settings.run.RunSettings`; a graph of another dataset, split or fold is refused.
    graph, molecules, text
        The fold's ``graph.pt``, ``molecules.pt`` and the text vectors, None for a model that reads none.
    members
        ``held_out.parquet`` of the models that this one reads, if any.
    given
        Predictions that somebody else made, for ``arch: predictions``.
    device
        auto, cpu or cuda; an architecture that does not train step by step computes on the CPU whatever it is.
    threads
        CPU threads; equal results need an equal number.
    model, history
        Files to write.
    save_seconds
        Least time between two saves of ``training.pt``.
    """
    run = RunSettings.read(settings)
    fitted = create_model(run.arch, run.settings)
    torch.set_num_threads(threads)
    chosen = choose_device(device, gpu_helps=ARCHITECTURES[run.arch].gpu)
    fold = load_fold(graph, molecules, text, run.text_encoder, members, given)
    fold.graph.check_fold(settings, graph)
    logger.info("%s: %d training pairs on %s %s", run.model, len(fold.graph.train_pairs), chosen.name, chosen.card)
    inputs = {"graph": graph, "molecules": molecules, "text": text}
    saver = TrainingFile(
        Path(model).with_name("training.pt"), lambda: training_key(settings, inputs, chosen, threads), save_seconds
    )
    fitted.saver = saver
    start = time.perf_counter()
    rows = fitted.fit(fold, seed=run.seed, device=chosen.name)
    record = {
        "device": chosen.name,
        "card": chosen.card,
        "threads": threads,
        "seconds": saver.seconds_before + time.perf_counter() - start,
        "peak_memory_mb": peak_memory_mb(chosen.name),
        "epochs": int(rows[-1]["epoch"]) if rows else 0,
        "n_train": len(fold.graph.train_pairs),
        "clmt_version": __version__,
    }
    with atomic_path(history) as curve:
        write_history(curve, rows)
        save_checkpoint(model, fitted, settings, record, fold)  # inside, so that a failure leaves neither file
    saver.remove()
    logger.info("%s: %.1f s, %.0f MiB", run.model, record["seconds"], record["peak_memory_mb"])


def write_history(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the learning curve; a model without epochs leaves the header only."""
    with atomic_path(Path(path)) as temporary, temporary.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, HISTORY, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()})
