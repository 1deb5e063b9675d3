"""Commands that take data and folds to another program, and its predictions back."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers, whole_number

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt export`` and ``clmt import``."""
    export = subparsers.add_parser("export", help="write a dataset and its folds as another program reads them")
    export.add_argument("--to", required=True, choices=["drevalpy"], help="the program; drevalpy 1.6")
    export.add_argument("--tables", type=Path, required=True, help="folder of the tables, results/<dataset>/tables")
    export.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    export.add_argument("--folds", type=Path, required=True, help="folds.parquet")
    export.add_argument(
        "--genes", type=whole_number(1, 1_000_000), default=1000, help="of highest variance (default: %(default)s)"
    )
    export.add_argument("--out", type=Path, required=True, help="folder to write")
    export.set_defaults(run=run_export)

    back = subparsers.add_parser("import", help="turn another program's predictions into files for arch: predictions")
    back.add_argument("--from", dest="source", required=True, choices=["drevalpy"], help="the program; drevalpy 1.6")
    back.add_argument("--export", type=Path, required=True, help="folder that 'clmt export' wrote")
    back.add_argument("--predictions", type=Path, required=True, help="folder of predictions_split_<k>.csv")
    back.add_argument("--out", type=Path, required=True, help="folder of fold<k>.csv to write")
    back.set_defaults(run=run_import)


def run_export(args: argparse.Namespace) -> None:
    from clmt.exchange.drevalpy import export_drevalpy

    export_drevalpy(args.tables, args.molecules, args.folds, args.out, genes=args.genes)


def run_import(args: argparse.Namespace) -> None:
    from clmt.exchange.predictions import import_drevalpy

    import_drevalpy(args.export, args.predictions, args.out)
