"""``clmt crate``: a finished paper as a Research Object Crate."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers
from clmt.commands.evaluation import add_inputs

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt crate``."""
    parser = subparsers.add_parser(
        "crate", help="describe results, their inputs with checksums and the software as an RO-Crate"
    )
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="tables, pages and figures to describe")
    parser.add_argument("--config", type=Path, nargs="*", default=[], help="files of the configuration")
    parser.add_argument("--made-by", required=True, metavar="COMMAND", help="command that makes the files")
    add_inputs(parser)
    parser.add_argument("--simulated", action="store_true", help="the data are simulated; the crate says so")
    parser.add_argument("--out", type=Path, required=True, help="ro-crate-metadata.json, in the folder of the files")
    parser.set_defaults(run=run_crate)


def run_crate(args: argparse.Namespace) -> None:
    from clmt.acquire.registry import load_registry
    from clmt.report.crate import write_crate

    write_crate(
        args.out,
        files=args.files,
        inputs=args.inputs,
        config=args.config,
        command=args.made_by,
        registry=load_registry(args.registry),
        downloads=args.downloads,
        simulated=args.simulated,
    )
