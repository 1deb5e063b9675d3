"""How the time of one fit of `conditional_normal` grows with drugs and cell lines, on simulated responses.

    python -m benchmarks.conditional_normal

A fifth of the responses is missing. Every point runs in a process of its own and times ``--sweeps`` sweeps of EM; a
fold takes some twenty of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from benchmarks.harness import measure_apart, new_parser, run
from benchmarks.record import machine, publish

__all__ = ["POINTS", "main", "measure_fit"]

#: Cell lines, drugs.
POINTS = ((734, 24), (734, 177), (2000, 177), (734, 500), (734, 1000), (734, 1500), (2000, 5000))


def measure_fit(cells: int, drugs: int, sweeps: int) -> dict[str, Any]:
    """Fit one simulated table; returns its size, the seconds of a sweep and of predicting what is missing."""
    import numpy as np

    from clmt.models.response_normal import fit_response_normal

    random = np.random.default_rng(0)
    factors = random.normal(size=(cells, 10)) @ random.normal(size=(10, drugs)) / 3.0
    table = factors + random.normal(0.0, 0.5, (cells, drugs)) + random.normal(0.0, 2.0, drugs)
    table[random.random(table.shape) < 0.2] = np.nan
    start = time.perf_counter()
    fitted = fit_response_normal(table, 20, 400.0, sweeps)
    fit = time.perf_counter() - start
    fitted.expect(table)
    predict = time.perf_counter() - start - fit
    # The fit begins every sweep but the last with a prediction, and ends with one.
    return {"cells": cells, "drugs": drugs, "sweep_seconds": fit / (sweeps + 1), "predict_seconds": predict}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the points, each published when it is done."""
    parser = new_parser("conditional_normal", "time of a fit against drugs and cell lines")
    parser.add_argument("--sweeps", type=int, default=2, help="sweeps of EM (default: %(default)s)")
    args = parser.parse_args(argv)
    for cells, drugs in POINTS:
        sizes = {"cells": cells, "drugs": drugs, "sweeps": args.sweeps}
        publish([measure_apart(measure_fit, sizes, threads=args.threads)], machine(args.threads), args.out, args.note)


if __name__ == "__main__":
    run(main)
