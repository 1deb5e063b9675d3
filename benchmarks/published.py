"""Training throughput of the models of other papers, beside CLMT's.

    python -m benchmarks.published --graph G --molecules M --text T

Every model trains ``--epochs`` epochs on the fold in a process of its own, with the settings of the configuration. The
time of an epoch is the one of the learning curve, with its validation; the first epoch is the warm-up where there are
more. ``cpu_seconds`` is what an epoch costs of the processors, preparation shared out; it tells more than the clock
where the machine is not idle. With ``--pairs`` only so many training pairs are used.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import add_config, add_fold, measure_apart, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import choose

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData

__all__ = ["MODELS", "few_pairs", "main", "measure_model"]

MODELS = ("clmt", "graphdrp", "graphdrp_gat", "deepcdr", "deeptta", "hi_geomvp")


def few_pairs(fold: FoldData, count: int) -> FoldData:
    """The fold with ``count`` of its training pairs, drawn at random."""
    import torch

    graph = fold.graph
    rows = torch.randperm(len(graph.train_pairs), generator=torch.Generator().manual_seed(0))[:count]
    return fold.trained_on(graph.train_pairs[rows], graph.train_ln_ic50[rows])


def measure_model(
    entry: dict[str, Any], graph: Path, molecules: Path, text: Path, epochs: int, pairs: int | None, device: str
) -> dict[str, Any]:
    """Train a model, an ``entry`` of the configuration, on the fold; returns the speed of an epoch."""
    from clmt.graph.fold_data import load_fold
    from clmt.models.create import create_model
    from clmt.planning.runs import MODEL_KEYS

    fold = load_fold(graph, molecules, text)
    fold = fold if pairs is None else few_pairs(fold, pairs)
    settings = {key: value for key, value in entry.items() if key not in MODEL_KEYS}
    model = create_model(entry["arch"], {**settings, "epochs": epochs})
    before = time.process_time()
    history = model.fit(fold, seed=0, device=device)
    used = (time.process_time() - before) / len(history)
    after = [row["seconds"] for row in history]
    seconds = after[-1] - after[0] if len(after) > 1 else after[0]
    count = len(fold.graph.train_pairs)
    passes = max(1, len(after) - 1)
    speed = count * passes / seconds
    return {"pairs": count, "seconds": seconds / passes, "cpu_seconds": used, "pairs_per_second": speed}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the models, each published when it is done, and their ratio to the first one."""
    import yaml

    parser = new_parser("published", "training throughput of the models of other papers, beside CLMT's")
    add_fold(parser)
    add_config(parser)
    parser.add_argument("--models", nargs="+", default=list(MODELS), metavar="MODEL", help="entries of models")
    parser.add_argument("--epochs", type=int, default=2, help="epochs of each (default: %(default)s)")
    parser.add_argument("--pairs", type=int, help="training pairs (default: all of the fold)")
    args = parser.parse_args(argv)
    entries: dict[str, Any] = {}
    for path in args.config:
        for name, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["models"].items():
            entries[name] = entries.get(name, {}) | entry
    common = {name: getattr(args, name) for name in ("graph", "molecules", "text", "epochs", "pairs")}
    reference = None
    for name in args.models:
        arguments = {"entry": choose("unknown model", name, entries), **common}
        found = measure_apart(measure_model, arguments, threads=args.threads, device=args.device)
        card = found.pop("card")
        reference = reference or found["pairs_per_second"]
        ratio = {f"times_{args.models[0]}": found["pairs_per_second"] / reference}
        publish([{"model": name, **found, **ratio}], machine(args.threads, card), args.out, args.note)


if __name__ == "__main__":
    run(main)
