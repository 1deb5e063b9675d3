"""``clmt where``: the paths of the files that come with clmt, for the command line of Snakemake."""

from __future__ import annotations

import argparse

from clmt.commands import Subparsers
from clmt.paths import PLACES, place

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt where``."""
    parser = subparsers.add_parser(
        "where",
        help="print where the workflow and its configurations lie",
        description='For example: snakemake --cores 2 --snakefile "$(clmt where snakefile)" --configfile '
        '"$(clmt where demo)" -- results/demo_cv.tsv',
    )
    parser.add_argument("name", nargs="?", choices=list(PLACES), metavar="NAME", help=f"one of: {', '.join(PLACES)}")
    parser.set_defaults(run=run_where)


def run_where(args: argparse.Namespace) -> None:
    """Print one path, or each name with its path."""
    if args.name:
        print(place(args.name))
        return
    for name in PLACES:
        print(f"{name}\t{place(name)}")
