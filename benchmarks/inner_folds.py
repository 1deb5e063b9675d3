"""Cross-validation within the training pairs of a fold: a choice of settings that no held-out pair has a say in.

    python -m benchmarks.inner_folds --experiment gdsc_text_drug_gp --models drug_gp drug_gp_all_text

The training drugs of a fold (``--by cell_line``: its cell lines) are dealt into ``--parts``, each predicted by a model
that was fitted without it. For baselines, which read the training pairs themselves: the graph that a network reads was
made from all of them. The inputs are those of the workflow, which makes them with the experiment.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import add_config, measure_apart, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import ClmtError, choose
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.experiments import experiment_runs
from clmt.planning.overlays import read_config
from clmt.planning.runs import Run, graph_file, run_settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData

__all__ = ["inner_errors", "main", "measure_run"]

#: Column of the pairs that holds what is left out together.
COLUMNS = {"cell_line": 0, "drug": 1}


def inner_errors(fold: FoldData, settings: dict[str, Any], by: str, parts: int) -> NDArray[Any]:
    """Errors of the training pairs, ln IC50 (uM), by models fitted without their drugs or cell lines; float64 (n,).

    Raises
    ------
    ClmtError
        Where the drugs or cell lines cannot be dealt into so many parts.
    """
    import numpy as np

    from clmt.models.create import create_model

    pairs, values = fold.graph.train_pairs, fold.graph.train_ln_ic50
    places, entity = np.unique(pairs[:, COLUMNS[by]].numpy(), return_inverse=True)
    if not 2 <= parts <= len(places):
        raise ClmtError(
            f"--parts: got: {parts}, expected 2 to {len(places)}, the training {by.replace('_', ' ')}s of this fold"
        )
    part = (np.random.default_rng(0).permutation(len(places)) % parts)[entity]
    errors = np.empty(len(values))
    for left_out in range(parts):
        held = part == left_out
        inner = fold.trained_on(pairs[~held], values[~held])
        model = create_model(settings["arch"], settings["settings"])
        model.fit(inner, seed=settings["seed"], device="cpu")
        errors[held] = model.predict(inner, pairs[held].numpy()) - values[held].numpy()
    return errors


def measure_run(settings: dict[str, Any], graph: str, by: str, parts: int) -> dict[str, Any]:
    """Cross-validate one model within one fold; returns its root mean squared error, ln IC50 (uM)."""
    from clmt.graph.fold_data import load_fold

    features, encoder = Path(f"results/{settings['dataset']}/features"), settings["text_encoder"]
    text = features / f"text_{encoder}.parquet" if encoder else None
    start = time.perf_counter()
    errors = inner_errors(load_fold(Path(graph), features / "molecules.pt", text, encoder), settings, by, parts)
    return {"pairs": len(errors), "rmse": math.sqrt((errors**2).mean()), "seconds": time.perf_counter() - start}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the models on each fold of the experiment, each published when it is done."""
    parser = new_parser("inner_folds", "cross-validation within the training pairs of each fold")
    add_config(parser)
    parser.add_argument("--experiment", required=True, help="whose dataset, split and folds are taken")
    parser.add_argument("--models", nargs="+", metavar="MODEL", help="baselines (default: all of the experiment)")
    parser.add_argument("--by", choices=list(COLUMNS), default="drug", help="what is left out (default: %(default)s)")
    parser.add_argument("--parts", type=int, default=8, help="parts of the training part (default: %(default)s)")
    args = parser.parse_args(argv)
    config = read_config(args.config)
    dealt = {"by": args.by, "parts": args.parts}
    for one, settings in _baseline_runs(config, args.experiment, args.models):
        arguments = {"settings": settings, "graph": graph_file(config, one), **dealt}
        found = measure_apart(measure_run, arguments, threads=args.threads)
        about = {"experiment": args.experiment, "model": one.model, "fold": one.fold, **dealt}
        publish([{**about, **found}], machine(args.threads), args.out, args.note)


def _baseline_runs(
    config: dict[str, Any], experiment: str, models: Sequence[str] | None
) -> list[tuple[Run, dict[str, Any]]]:
    """Runs of the models, each with its settings: all are looked at before the first is measured."""
    planned = experiment_runs(config, experiment)
    folds = sorted({each.fold for each in planned})
    runs = [
        Run(planned[0].dataset, planned[0].split, model, fold)
        for model in models or dict.fromkeys(each.model for each in planned)
        for fold in folds
    ]
    found = [(one, run_settings(config, *one)) for one in runs]
    for one, settings in found:
        if not choose("unknown architecture", settings["arch"], ARCHITECTURES).baseline:
            raise ClmtError(f"{one.model}: reads the fold's graph, which all its training pairs made! Name a baseline")
    return found


if __name__ == "__main__":
    run(main)
