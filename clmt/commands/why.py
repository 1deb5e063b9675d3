"""``clmt why``: where a number of a table comes from."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers, whole_number
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt why``."""
    parser = subparsers.add_parser(
        "why",
        help="print the files behind a row of results/<experiment>.tsv, down to the sources",
        description="Exit code 2 where a file is missing or does not fit the next one.",
    )
    parser.add_argument("table", type=Path, help="results/<experiment>.tsv")
    parser.add_argument("--row", type=whole_number(1, 10**6), required=True, help="run, from 1 below the header")
    parser.add_argument(
        "--downloads", type=Path, default=Path("resources/downloads"), help="raw downloads (default: %(default)s)"
    )
    parser.set_defaults(run=run_why)


def run_why(args: argparse.Namespace) -> None:
    """Print the way, and end with code 2 where it does not hold."""
    from clmt.acquire.registry import load_registry
    from clmt.errors import ClmtError
    from clmt.runs.why import table_of, trace

    links = trace(args.table, args.row, load_registry(here_or_packaged(REGISTRY)), args.downloads)
    print(table_of(links), end="")
    if unfit := [link for link in links if link.problem]:
        raise ClmtError(f"{unfit[0].path}: {unfit[0].problem}! Rerun the workflow for {args.table}")
