"""Seconds until the validation RMSE of one fold first reaches each of some levels.

    python -m benchmarks.time_to_rmse --graph G --molecules M --text T          trains the configured model
    python -m benchmarks.time_to_rmse --history results/.../history.csv         reads a training that is done

The clock of ``history.csv`` runs through training and validation and starts when the inputs are prepared. The curve is
printed and kept beside the table, one row an epoch.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import add_fold, add_model, measure_apart, model_settings, new_parser, run
from benchmarks.record import append_rows, machine, publish, table
from clmt.errors import ClmtError
from clmt.graph.fold_graph import FOLD_KEY, FoldGraph

__all__ = ["levels_reached", "main", "read_history", "train_fold"]


def train_fold(
    settings: dict[str, Any], graph: Path, molecules: Path, text: Path, threads: int, keep: Path | None, device: str
) -> dict[str, Any]:
    """Train one fold as ``clmt train`` does; checkpoint and curve stay in ``keep``, else nowhere."""
    from clmt.runs.train import train_run

    stored = FoldGraph.load(graph)
    settings = {**settings, **{key: getattr(stored, key) for key in FOLD_KEY}}
    del stored  # or it would count in the peak memory
    with tempfile.TemporaryDirectory() as place:
        folder = keep or Path(place)
        files = {"model": folder / "model.pt", "history": folder / "history.csv"}
        inputs = {"graph": graph, "molecules": molecules, "text": text}
        train_run(settings, **inputs, device=device, threads=threads, **files)
        return {"history": read_history(files["history"])}


def read_history(path: Path) -> list[dict[str, float]]:
    """Rows of a ``history.csv`` with epoch, seconds and validation_rmse.

    Raises
    ------
    ClmtError
        Where there is no such file, a column is missing or there is no epoch in it.
    """
    if not path.exists():
        raise ClmtError(f"{path}: no such file! Give the history.csv of a training")
    names = ("epoch", "seconds", "validation_rmse")
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        for name in names:
            if name not in (reader.fieldnames or ()):
                raise ClmtError(f"{path}: no column {name!r}! Give the history.csv of a training")
        rows = [{name: float(row[name]) for name in names} for row in reader]
    if not rows:
        raise ClmtError(f"{path}: no epoch in it! Give the history.csv of a model that trains in epochs")
    return rows


def training_record(checkpoint: Path) -> dict[str, Any]:
    """What a checkpoint says of its training, see `benchmarks.harness.measure_apart`; no card where there is none."""
    if not checkpoint.exists():
        return {"card": ""}
    from clmt.runs.checkpoint import load_checkpoint

    record = load_checkpoint(checkpoint).record
    return {name: record[name] for name in ("peak_memory_mb", "device", "card", "threads")}


def levels_reached(history: Sequence[dict[str, float]], levels: Sequence[float]) -> list[dict[str, Any]]:
    """First epoch at or below each level, and its seconds; blank where none is. ``distance`` is what then was missing.

    ``best_rmse`` and ``total_seconds`` are of the whole training.
    """
    best = min(row["validation_rmse"] for row in history)
    rows = []
    for level in levels:
        first = next((row for row in history if row["validation_rmse"] <= level), None)
        epoch, seconds = (int(first["epoch"]), first["seconds"]) if first else (None, None)
        rows.append(
            {
                "level": level,
                "epoch": epoch,
                "seconds": seconds,
                "distance": max(0.0, best - level),
                "best_rmse": best,
                "epochs": int(history[-1]["epoch"]),
                "total_seconds": history[-1]["seconds"],
            }
        )
    return rows


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command."""
    parser = new_parser("time_to_rmse", "seconds until the validation RMSE of one fold reaches each level")
    parser.add_argument("--history", type=Path, help="history.csv of a training on this machine; else train now")
    add_fold(parser, required=False)
    add_model(parser)
    parser.add_argument("--seed", type=int, default=2026, help="of the training (default: %(default)s)")
    parser.add_argument("--levels", type=float, nargs="+", default=[0.95, 0.92], help="default: 0.95 0.92")
    parser.add_argument("--keep", type=Path, help="folder for model.pt and history.csv of the training")
    args = parser.parse_args(argv)
    missing = [name for name in ("graph", "molecules", "text") if getattr(args, name) is None]
    if args.history is None and missing:
        parser.error(f"give --history or all of --graph, --molecules, --text (missing: {', '.join(missing)})")
    return args


def main(argv: Sequence[str] | None = None) -> None:
    """Train or read, print the curve, publish the times."""
    args = parse(argv)
    found: dict[str, Any]
    if args.history is not None:
        found = {"history": read_history(args.history), **training_record(args.history.with_name("model.pt"))}
    else:
        own = model_settings(args.config, args.model_name, args.settings)
        settings: dict[str, Any] = {"arch": "clmt", "settings": own, "seed": args.seed, "model": args.model_name}
        arguments = {"settings": settings, "threads": args.threads, "keep": args.keep}
        arguments |= {name: getattr(args, name) for name in ("graph", "molecules", "text")}
        found = measure_apart(train_fold, arguments, threads=args.threads, device=args.device)
    history, card = found.pop("history"), found.pop("card")
    facts = machine(found.pop("threads", args.threads), card)
    print(table(history))
    curve = args.out.with_name(f"{args.out.stem}_curve.tsv")
    append_rows(curve, [{**row, "date": facts["date"], "card": card, "note": args.note} for row in history])
    publish([{**row, **found} for row in levels_reached(history, args.levels)], facts, args.out, args.note)


if __name__ == "__main__":
    run(main)
