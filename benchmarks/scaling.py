"""How time and memory of training grow with pairs, drugs, cell lines and genes, on simulated tables.

    python -m benchmarks.scaling --axis drugs --molecules molecules.pt

One size grows along an axis, the others stay at their base. Every point runs in a process of its own. On the axis of
pairs a whole epoch is timed; on the others ``--rounds`` passes of the molecular encoder with their updates. The
exponent is the slope of log(seconds per 100,000 pairs) over log(size), on the axis of pairs that of an epoch's seconds.
A point where memory ends is kept without figures.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness import ProcessDied, add_device, add_model, clock, measure_apart, model_settings, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import ClmtError, expected_one_of

__all__ = ["AXES", "exponent", "main", "measure_point", "memory_end"]

#: Axis -> points; those of pairs are multiples of the base.
AXES: dict[str, tuple[int, ...]] = {
    "pairs": (1, 4, 16),
    "drugs": (177, 500, 1500, 5000),
    "cells": (734, 2000),
    "genes": (400, 8000, 19000),
}


def measure_point(
    size: Mapping[str, int], molecules: Path | None, settings: dict[str, Any], rounds: int | None, device: str
) -> dict[str, Any]:
    """Train on one simulated fold; ``rounds`` None times a whole epoch.

    Returns
    -------
    dict
        The sizes, ``atoms`` and ``angles`` of the molecules, ``prepare_seconds`` (of the network's inputs) and times.
    """
    from benchmarks.simulated import FoldSize, draw_molecules, simulated_fold, template_molecules
    from benchmarks.training import build_training, time_ours
    from clmt.planning.settings.clmt import CLMTSettings

    complete = CLMTSettings.read(settings)
    wanted = FoldSize(**size)
    drawn = draw_molecules(template_molecules(molecules), wanted.drugs)
    fold = simulated_fold(drawn, wanted)
    start = time.perf_counter()
    network, data = build_training(fold, complete, device)
    prepare = clock(device) - start
    times = time_ours(network, data, complete, rounds, device)
    return {
        **asdict(wanted),
        "atoms": len(drawn["atoms"]),
        "angles": len(drawn["angle"]),
        "prepare_seconds": prepare,
        "batch": times["batch"],
        "timed_pairs": times["pairs"],
        "timed_seconds": times["seconds"],
        "seconds_per_100000": 1e5 * times["seconds"] / times["pairs"],
        "epoch_seconds": wanted.pairs * times["seconds"] / times["pairs"],
    }


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float | None:
    """Slope of log(value) over log(size) by least squares; None of fewer than two sizes."""
    import numpy as np

    if len(set(sizes)) < 2:
        return None
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def memory_end(sizes: Sequence[float], memory_mb: Sequence[float], limit_gib: float) -> int | None:
    """Size at which a straight line through the peak memories reaches the limit; None where it does not grow."""
    import numpy as np

    if len(set(sizes)) < 2:
        return None
    slope, start = np.polyfit(sizes, memory_mb, 1)
    grows = slope * (max(sizes) - min(sizes)) >= 1.0  # at least 1 MiB over the axis
    return round((limit_gib * 1024 - start) / slope) if grows else None


def measure_axis(axis: str, args: argparse.Namespace, settings: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Rows of one axis, and the card that computed."""
    base = {name: getattr(args, name) for name in ("pairs", "cells", "drugs", "genes")}
    points = args.points or AXES[axis]
    rows: list[dict[str, Any]] = []
    card = ""
    for point in points:
        size = {**base, axis: point * (base["pairs"] if axis == "pairs" else 1)}
        rounds = None if axis == "pairs" else args.rounds
        arguments = {"size": size, "molecules": args.molecules, "settings": settings, "rounds": rounds}
        try:
            found = measure_apart(measure_point, arguments, threads=args.threads, device=args.device)
        except ProcessDied as error:
            print(f"{axis} {size[axis]}: {error}", flush=True)
            rows.append({"axis": axis, "size": size[axis], **size})
            continue
        card = found.pop("card")
        rows.append({"axis": axis, "size": size[axis], **found})
        print(f"{axis} {size[axis]}: {found['timed_seconds']:.4g} s", flush=True)
    fitted = [row for row in rows if "timed_seconds" in row]
    sizes = [row["size"] for row in fitted]
    measure = "epoch_seconds" if axis == "pairs" else "seconds_per_100000"
    memory = "peak_gpu_mb" if card else "peak_memory_mb"
    ends = {
        "exponent": exponent(sizes, [row[measure] for row in fitted]),
        "limit_gib": args.memory,
        "size_at_limit": memory_end(sizes, [row[memory] for row in fitted], args.memory),
    }
    return [{**row, **ends} for row in rows], card


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command."""
    parser = new_parser("scaling", "how time and memory of training grow with the size of the tables")
    parser.add_argument("--axis", nargs="+", default=list(AXES), metavar="AXIS", help="of " + ", ".join(AXES))
    parser.add_argument("--points", type=int, nargs="+", help="in place of the axis's own; multiples of --pairs there")
    parser.add_argument("--molecules", type=Path, help="molecules.pt to draw from (default: the demo's drugs)")
    parser.add_argument("--pairs", type=int, default=100_000, help="base, training pairs (default: %(default)s)")
    parser.add_argument("--cells", type=int, default=734, help="base, cell lines (default: %(default)s)")
    parser.add_argument("--drugs", type=int, default=177, help="base, drugs (default: %(default)s)")
    parser.add_argument("--genes", type=int, default=400, help="base, genes (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="timed rounds but for pairs (default: %(default)s)")
    parser.add_argument("--memory", type=float, default=24.0, help="GiB; at which size does memory end? (default: 24)")
    add_device(parser)
    add_model(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the axes, each published when it is done."""
    args = parse(argv)
    for axis in args.axis:
        if axis not in AXES:
            raise expected_one_of("unknown axis", axis, AXES)
    if args.points and len(args.axis) != 1:
        raise ClmtError(f"--points belong to one axis! got: {', '.join(args.axis)}. Give one --axis")
    if min(args.pairs, args.cells - 1, args.drugs - 1, args.genes, *(args.points or [1])) < 1:
        raise ClmtError("sizes are too small! Give at least 1 pair and gene, 2 cell lines and drugs")
    settings = model_settings(args.config, args.model_name, args.settings)
    for axis in args.axis:
        rows, card = measure_axis(axis, args, settings)
        publish(rows, machine(args.threads, card), args.out, args.note)


if __name__ == "__main__":
    run(main)
