"""Commands of the feature stage: molecules, folds and graphs."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import THREADS, Subparsers

__all__ = ["register"]

TABLES = ("response", "expression", "mutation", "copy_number", "cell_lines", "drugs")


def register(subparsers: Subparsers) -> None:
    """Add ``clmt molecules``, ``clmt folds`` and ``clmt graph``."""
    molecules = subparsers.add_parser("molecules", help="turn the drugs' SMILES into molecular graphs and fingerprints")
    molecules.add_argument("--drugs", type=Path, required=True, help="drugs.parquet")
    molecules.add_argument("--threads", type=THREADS, default=1, help="processes (default: %(default)s)")
    _add_settings(molecules, "conformers, conformer_seed, angle_step_degrees", "molecules.pt")
    molecules.set_defaults(run=run_molecules)

    folds = subparsers.add_parser("folds", help="assign every response a role in every fold of a protocol")
    for table in ("response", "cell_lines", "drugs"):
        _add_table(folds, table)
    _add_settings(folds, "dataset, split, protocol, folds, validation, variant, seed", "folds.parquet")
    folds.set_defaults(run=run_folds)

    graph = subparsers.add_parser("graph", help="build one fold's graph from its training pairs")
    for table in TABLES:
        _add_table(graph, table)
    graph.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    graph.add_argument("--folds", type=Path, required=True, help="folds.parquet")
    _add_settings(
        graph, "dataset, split, fold (from 0), genes, neighbours, threshold_draws, threshold_spread, seed", "graph.pt"
    )
    graph.set_defaults(run=run_graph)


def _add_table(parser: argparse.ArgumentParser, table: str) -> None:
    parser.add_argument(f"--{table.replace('_', '-')}", type=Path, required=True, help=f"{table}.parquet")


def _add_settings(parser: argparse.ArgumentParser, keys: str, out: str) -> None:
    parser.add_argument("--settings", default="{}", metavar="JSON", help=f"settings as a JSON object: {keys}")
    parser.add_argument("--out", type=Path, required=True, help=f"{out} to write")


def run_molecules(args: argparse.Namespace) -> None:
    from clmt.features.molecules import write_molecules
    from clmt.files import parse_settings

    write_molecules(args.drugs, args.out, settings=parse_settings(args.settings), threads=args.threads)


def run_folds(args: argparse.Namespace) -> None:
    from clmt.files import parse_settings
    from clmt.folds.make import write_folds

    write_folds(args.response, args.cell_lines, args.drugs, args.out, settings=parse_settings(args.settings))


def run_graph(args: argparse.Namespace) -> None:
    from clmt.files import parse_settings
    from clmt.graph.build import write_graph

    tables = {table: getattr(args, table) for table in TABLES}
    write_graph(tables, args.molecules, args.folds, args.out, settings=parse_settings(args.settings))
