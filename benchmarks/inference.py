"""Scoring every cell line with every drug from a checkpoint.

    python -m benchmarks.inference --model model.pt --graph G --molecules M --text T

``load_seconds`` reads the checkpoint and the fold. ``first_seconds`` is the first prediction, ``seconds`` the median of
the repeats behind it; each prepares the inputs, encodes all entities and scores all pairs, as ``clmt evaluate`` does.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import add_fold, clock, measure_apart, new_parser, run
from benchmarks.record import machine, publish

if TYPE_CHECKING:
    import numpy as np

    from clmt.graph.fold_data import FoldData
    from clmt.models.base import Model

__all__ = ["main", "measure_inference"]


def all_pairs(cells: int, drugs: int) -> np.ndarray:
    """Every cell line with every drug, int64 (cells * drugs, 2)."""
    import numpy as np

    return np.stack(np.divmod(np.arange(cells * drugs, dtype=np.int64), drugs), axis=1)


def scorer(model: Model, fold: FoldData, pairs: np.ndarray, device: str) -> Callable[[], np.ndarray]:
    """What to time: the model's own prediction, which is on the CPU behind a checkpoint, or the network's on a GPU."""
    import torch

    from clmt.models.clmt.model import CLMT, all_inputs, predict_pairs

    if device == "cpu" or not isinstance(model, CLMT) or model.network is None:
        return lambda: model.predict(fold, pairs)
    network = model.network.to(device)
    return lambda: predict_pairs(network, all_inputs(fold).to(device), torch.from_numpy(pairs).to(device)).cpu().numpy()


def measure_inference(
    model: Path, graph: Path, molecules: Path, text: Path, repeats: int, device: str
) -> dict[str, Any]:
    """Load a checkpoint, then score all pairs ``repeats`` times and once before."""
    from clmt.graph.fold_data import load_fold
    from clmt.runs.checkpoint import load_checkpoint

    start = time.perf_counter()
    fitted, settings, _, _ = load_checkpoint(model)
    fold = load_fold(graph, molecules, text)
    load = time.perf_counter() - start
    cells, drugs = fold.graph.n_cells, fold.graph.n_drugs
    score = scorer(fitted, fold, all_pairs(cells, drugs), device)
    times = []
    for _ in range(repeats + 1):
        start = clock(device)
        score()
        times.append(clock(device) - start)
    seconds = statistics.median(times[1:] or times)
    return {
        "arch": settings["arch"],
        "cell_lines": cells,
        "drugs": drugs,
        "pairs": cells * drugs,
        "load_seconds": load,
        "first_seconds": times[0],
        "seconds": seconds,
        "repeats": repeats,
        "pairs_per_second": cells * drugs / seconds,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and publish."""
    parser = new_parser("inference", "seconds to score every cell line with every drug from a checkpoint")
    parser.add_argument("--model", type=Path, required=True, help="model.pt")
    add_fold(parser)
    parser.add_argument("--repeats", type=int, default=3, help="predictions after the first (default: %(default)s)")
    args = parser.parse_args(argv)
    names = ("model", "graph", "molecules", "text", "repeats")
    arguments = {name: getattr(args, name) for name in names}
    found = measure_apart(measure_inference, arguments, threads=args.threads, device=args.device)
    card = found.pop("card")
    publish([found], machine(args.threads, card), args.out, args.note)


if __name__ == "__main__":
    run(main)
