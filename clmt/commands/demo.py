"""Command of the embedded demo: write its simulated sources."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``clmt demo``."""
    parser = subparsers.add_parser(
        "demo", help="write the simulated sources of the demo as a mirror folder", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write, such as resources/demo/mirror")
    parser.add_argument(
        "--registry", type=Path, default=Path("config/sources.yaml"), help="registry of sources (default: %(default)s)"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from clmt.acquire.registry import load_registry
    from clmt.demo.mirror import write_mirror

    count = write_mirror(load_registry(args.registry), args.out)
    logging.getLogger(__name__).info("wrote %d simulated files to %s", count, args.out)
