"""Predicting with a bundle, from the file to the file: many known pairs, and few pairs of compounds that are new.

    python -m benchmarks.bundle

The bundle is simulated and its weights are drawn, not learnt, which costs the same. ``known`` asks for every cell line
and drug of it, ``new`` for real structures that it does not know on some of its cell lines; conformers are counted.
``read_seconds`` opens the bundle, ``predict_seconds`` is the Python call and ``predict_cpu_seconds`` what it took of
all cores, which depends less on what else the machine does; ``<format>_seconds`` writes the file.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import add_model, measure_apart, model_settings, new_parser, run
from benchmarks.record import machine, publish

if TYPE_CHECKING:
    from clmt.bundles.file import Bundle
    from clmt.graph.fold_data import FoldData

__all__ = ["main", "measure_bundle", "simulated_bundle"]

FORMATS = ("parquet", "csv", "json")


def simulated_bundle(fold: FoldData, settings: dict[str, Any], seeds: int) -> Bundle:
    """A bundle of a simulated fold, with networks of drawn weights and intervals for every kind of pair."""
    import numpy as np
    import torch

    from benchmarks.simulated import TEXT
    from benchmarks.training import build_training
    from clmt.bundles.conformal import calibrate
    from clmt.bundles.file import Bundle, Expression, Known
    from clmt.bundles.frozen import freeze
    from clmt.bundles.texts import TextReader
    from clmt.models.clmt.network import NetworkShape
    from clmt.planning.bundles import GROUPS
    from clmt.planning.settings.clmt import CLMTSettings

    frozen, chosen = freeze(fold), CLMTSettings.read(settings)
    members = []
    for seed in range(seeds):
        network, data = build_training(fold, chosen, "cpu")
        torch.manual_seed(seed)
        for parameter in network.parameters():
            parameter.data += 0.01 * torch.randn_like(parameter)
        shape = asdict(NetworkShape.of(data.inputs, fold.graph))
        members.append(
            {"arch": "clmt", "settings": settings, "state": {"shape": shape, "weights": network.state_dict()}}
        )
    values = frozen.graph.expression.numpy()
    distance = np.median(np.abs(values - values.mean(0)), axis=1)
    cells, drugs = frozen.graph.cell_line_ids, frozen.graph.drug_ids
    known = Known(cells, [""] * len(cells), drugs, [""] * len(drugs), [f"simulated {name}" for name in drugs])
    rng = np.random.default_rng(0)
    errors, spread = rng.normal(size=1000), rng.random(1000)
    calibration = {kind: calibrate(errors, spread, np.arange(1000).astype(str), "simulated") for kind in GROUPS}
    return Bundle(
        {"dataset": "simulated", "model": "clmt", "simulated": True, "neighbours": 20, "molecules": {}},
        members,
        frozen,
        Expression(values.min(0), values.max(0), values.mean(0), values.std(0), distance),
        known,
        TextReader({}, {kind: np.zeros(TEXT, dtype=np.float32) for kind in ("cell_line", "drug")}),
        calibration,
    )


def measure_bundle(
    cells: int, drugs: int, genes: int, seeds: int, settings: dict[str, Any], new: tuple[int, int], threads: int
) -> dict[str, Any]:
    """Write a bundle and time what its user waits for; ``new``: how many cell lines and new drugs, or none of both."""
    from benchmarks.molecules import vary_copies
    from benchmarks.simulated import FoldSize, names, simulated_fold, template_molecules
    from clmt.bundles.file import write_bundle
    from clmt.bundles.frozen import separate
    from clmt.bundles.output import write_predictions
    from clmt.bundles.predict import load_bundle
    from clmt.demo.drugs import DRUGS
    from clmt.features.molecules import concatenate

    templates = separate(template_molecules(None))
    copies = concatenate(names("drug", drugs), [templates[row % len(templates)] for row in range(drugs)])
    molecules = vary_copies(copies, len(templates), 0)
    fold = simulated_fold(molecules, FoldSize(cells * drugs // 2, cells, drugs, genes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simulated.clmt"
        write_bundle(path, simulated_bundle(fold, settings, seeds))
        start = time.perf_counter()
        predictor = load_bundle(path)
        read = time.perf_counter() - start
        asked_cells = fold.graph.cell_line_ids[: new[0] or cells]
        asked_drugs: Any = (
            {f"new {drug.name}": drug.smiles for drug in DRUGS[: new[1]]} if new[1] else molecules["drug_ids"]
        )
        start, before = time.perf_counter(), sum(os.times()[:4])
        frame = predictor.predict(asked_drugs, asked_cells, threads=threads)
        predict, cpu = time.perf_counter() - start, sum(os.times()[:4]) - before
        found = {
            "case": "new" if new[1] else "known",
            **{"cell_lines": cells, "drugs": drugs, "genes": genes, "seeds": seeds, "pairs": len(frame)},
            **{"new_drugs": new[1], "read_seconds": read, "predict_seconds": predict, "predict_cpu_seconds": cpu},
        }
        for form in FORMATS:
            start = time.perf_counter()
            write_predictions(frame, Path(folder) / f"predictions.{form}", form)
            found[f"{form}_seconds"] = time.perf_counter() - start
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Measure both cases and publish."""
    parser = new_parser("bundle", "seconds from a bundle to a file of predictions, of known pairs and of new compounds")
    add_model(parser)
    parser.add_argument("--cells", type=int, default=2000, help="cell lines of the bundle (default: %(default)s)")
    parser.add_argument("--drugs", type=int, default=500, help="drugs of the bundle (default: %(default)s)")
    parser.add_argument("--genes", type=int, default=8000, help="genes of the bundle (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="networks whose mean predicts (default: %(default)s)")
    parser.add_argument(
        "--new", type=int, nargs=2, default=[50, 20], metavar="N", help="cell lines and new drugs (default: 50 20)"
    )
    args = parser.parse_args(argv)
    settings = model_settings(args.config, args.model_name, args.settings)
    for new in ((0, 0), tuple(args.new)):
        sizes = {name: getattr(args, name) for name in ("cells", "drugs", "genes", "seeds", "threads")}
        arguments = {**sizes, "settings": settings, "new": new}
        publish(
            [measure_apart(measure_bundle, arguments, threads=args.threads)], machine(args.threads), args.out, args.note
        )


if __name__ == "__main__":
    run(main)
