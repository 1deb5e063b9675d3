"""Training throughput at the published widths with all views and losses, beside the published way of training.

    python -m benchmarks.training --graph G --molecules M --text T

Modes: ``ours`` is one pass over the training pairs; ``reference`` encodes the molecule and the cell line of every pair
of a batch of 256, as the published code does; ``distinct`` differs from it in one thing: each distinct entity of the
batch is encoded once. Every mode runs in a process of its own, one after the other, and is timed after a warm-up.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import add_fold, add_model, clock, measure_apart, model_settings, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import ClmtError, expected_one_of

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.models.clmt.network import CLMTNetwork
    from clmt.models.clmt.training import TrainingData
    from clmt.planning.settings.clmt import CLMTSettings

__all__ = ["build_training", "main", "measure_mode", "time_ours"]

MODES = ("ours", "reference", "distinct")


def build_training(fold: FoldData, settings: CLMTSettings, device: str) -> tuple[CLMTNetwork, TrainingData]:
    """A new network and its training data on the device, as `clmt.models.clmt.model.CLMT.fit` makes them."""
    import torch

    from clmt.models.clmt.inputs import prepare_inputs, prepare_labels
    from clmt.models.clmt.model import renumber
    from clmt.models.clmt.network import CLMTNetwork, NetworkShape
    from clmt.models.clmt.training import TrainingData

    torch.manual_seed(0)
    cells, drugs = fold.graph.training_rows()
    inputs = prepare_inputs(fold, cells, drugs).to(device)
    values = fold.graph.train_ln_ic50
    pairs = renumber(fold.graph.train_pairs, fold, cells, drugs).to(device)
    data = TrainingData(inputs, prepare_labels(fold, cells, drugs).to(device), pairs, values.to(device))
    shape = NetworkShape.of(inputs, fold.graph)
    network = CLMTNetwork(shape, settings.views, settings, float(values.mean()), float(values.std()))
    return network.to(device), data


def time_ours(
    network: CLMTNetwork, data: TrainingData, settings: CLMTSettings, rounds: int | None, device: str
) -> dict[str, Any]:
    """Time one pass over the pairs, or over as many as ``rounds`` passes of the molecular encoder serve."""
    from clmt.models.clmt.training import Trainer
    from clmt.models.precision import training_precision

    span = settings.batch_size * settings.updates_per_encoding
    count = len(data.pairs) if rounds is None else min(len(data.pairs), span * rounds)
    with training_precision():
        trainer = Trainer(network, replace(data, pairs=data.pairs[:span], ln_ic50=data.ln_ic50[:span]), settings)
        trainer.epoch()  # warm-up: one pass of the molecular encoder
        trainer.data = replace(data, pairs=data.pairs[:count], ln_ic50=data.ln_ic50[:count])
        start, before = clock(device), trainer.step
        trainer.epoch()
        seconds = clock(device) - start
    return {
        "batch": settings.batch_size,
        "updates": trainer.step - before,
        "pairs": count,
        "seconds": seconds,
    }


def measure_mode(
    mode: str,
    graph: Path,
    molecules: Path,
    text: Path,
    settings: dict[str, Any],
    rounds: int | None,
    batch: int,
    steps: int,
    fast: bool,
    device: str,
) -> dict[str, Any]:
    """Load the fold and time one mode."""
    from clmt.graph.fold_data import load_fold
    from clmt.planning.settings.clmt import CLMTSettings

    complete = CLMTSettings.read(settings)
    for key in ("views", "contrastive", "auxiliary"):
        if mode != "ours" and set(getattr(complete, key)) != set(getattr(CLMTSettings(), key)):
            raise ClmtError(
                f"the reference has all {key}! got: {getattr(complete, key)}. Give a model that leaves none out"
            )
    start = time.perf_counter()
    fold = load_fold(graph, molecules, text)
    network, data = build_training(fold, complete, device)
    shape = {"genes": data.inputs.expression.shape[1], "prepare_seconds": clock(device) - start}
    if mode == "ours":
        return {**shape, **time_ours(network, data, complete, rounds, device)}
    from benchmarks.reference import ReferenceTrainer, time_reference, training_molecules

    store = training_molecules(fold, device)
    trainer = ReferenceTrainer(network, data, store, complete, distinct=mode == "distinct")
    return {**shape, **time_reference(trainer, batch=batch, steps=steps, fast=fast, device=device)}


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command."""
    parser = new_parser("training", "training throughput and peak memory, beside the published way of training")
    add_fold(parser)
    add_model(parser)
    parser.add_argument(
        "--modes", nargs="+", default=["ours", "reference"], metavar="MODE", help="of " + ", ".join(MODES)
    )
    parser.add_argument("--rounds", type=int, help="ours: passes of the molecular encoder (default: a whole epoch)")
    parser.add_argument("--reference-batch", type=int, default=256, help="pairs a step (default: %(default)s)")
    parser.add_argument("--reference-steps", type=int, default=5, help="steps after the warm-up (default: %(default)s)")
    parser.add_argument(
        "--reference-fast", action="store_true", help="let the reference multiply matrices as fast as our training"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the modes and their ratio to the reference."""
    args = parse(argv)
    settings = model_settings(args.config, args.model_name, args.settings)
    for mode in args.modes:
        if mode not in MODES:
            raise expected_one_of("unknown mode", mode, MODES)
    common = {name: getattr(args, name) for name in ("graph", "molecules", "text", "rounds")}
    common |= {"batch": args.reference_batch, "steps": args.reference_steps, "fast": args.reference_fast}
    rows: list[dict[str, Any]] = []
    card = ""
    for mode in args.modes:
        arguments = {"mode": mode, "settings": settings, **common}
        found = measure_apart(measure_mode, arguments, threads=args.threads, device=args.device)
        card = found.pop("card")
        speed = found["pairs"] / found["seconds"]
        rows.append({"mode": mode, **found, "pairs_per_second": speed, "seconds_per_100000": 1e5 / speed})
    reference = next((row["pairs_per_second"] for row in rows if row["mode"] == "reference"), None)
    for row in rows:
        row["times_reference"] = None if reference is None else row["pairs_per_second"] / reference
        row["training_precision"] = row["mode"] == "ours" or args.reference_fast
    publish(rows, machine(args.threads, card), args.out, args.note)


if __name__ == "__main__":
    run(main)
