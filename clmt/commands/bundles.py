"""Commands of bundles: fit the final model of a dataset, pack it, predict with it."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import THREADS, Subparsers
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt fit`` and ``clmt bundle``."""
    fit = subparsers.add_parser("fit", help="train the final model of a dataset and write it as one file")
    fit.add_argument("--dataset", required=True, help="entry of datasets, such as gdsc or demo")
    fit.add_argument("--model", default="clmt", help="entry of models, of arch clmt (default: %(default)s)")
    fit.add_argument("--configfile", type=Path, nargs="*", default=[], metavar="FILE", help="overlays of the config")
    fit.add_argument("--cores", type=THREADS, default=1, help="CPU cores (default: %(default)s)")
    fit.set_defaults(run=run_fit)

    pack = subparsers.add_parser("bundle", help="pack the checkpoints of a model's seeds, as clmt fit does")
    pack.add_argument("--settings", required=True, metavar="JSON", help="dataset, model, models, encoder, ...")
    pack.add_argument("--models", type=Path, nargs="+", required=True, metavar="FILE", help="model.pt of each seed")
    pack.add_argument("--graph", type=Path, required=True, help="graph.pt of their fold")
    pack.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    pack.add_argument("--text", type=Path, help="text_<encoder>.parquet, for a model that reads text")
    pack.add_argument("--tables", type=Path, required=True, metavar="DIR", help="the dataset's tables")
    pack.add_argument("--corpus", type=Path, required=True, metavar="DIR", help="folder of the corpus")
    pack.add_argument("--folder", type=Path, metavar="DIR", help="local folder of a transformer")
    pack.add_argument("--registry", type=Path, default=here_or_packaged(REGISTRY), help="default: %(default)s")
    pack.add_argument(
        "--calibration", nargs="*", default=[], metavar="KIND=FILE", help="predictions.parquet of a kind of pairs"
    )
    pack.add_argument("--out", type=Path, required=True, help="bundle to write, .clmt")
    pack.set_defaults(run=run_bundle)


def run_fit(args: argparse.Namespace) -> None:
    """Run the workflow for the bundle of a dataset."""
    from clmt.bundles.fit import fit

    print(fit(args.dataset, args.model, args.configfile, args.cores))


def run_bundle(args: argparse.Namespace) -> None:
    """Write a bundle."""
    from clmt.bundles.pack import pack_bundle
    from clmt.errors import ClmtError, expected_one_of
    from clmt.planning.bundles import GROUPS
    from clmt.planning.settings.bundles import BundleSettings

    calibration = []
    for text in args.calibration:
        kind, separator, path = text.partition("=")
        if not separator or not path:
            raise ClmtError(f"--calibration is not KIND=FILE! got: {text!r}")
        if kind not in GROUPS:
            raise expected_one_of("--calibration: unknown kind of pairs", kind, GROUPS)
        calibration.append((kind, Path(path)))
    pack_bundle(
        BundleSettings.parse(args.settings),
        models=args.models,
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        tables=args.tables,
        corpus=args.corpus,
        folder=args.folder,
        registry=args.registry,
        calibration=calibration,
        out=args.out,
    )
