"""Command of the embedded demo: write its simulated sources."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from clmt.commands import Subparsers
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]

logger = logging.getLogger(__name__)


def register(subparsers: Subparsers) -> None:
    """Add ``clmt demo``."""
    demo = subparsers.add_parser("demo", help="write the simulated sources of the demo as a mirror folder")
    demo.add_argument("--out", type=Path, required=True, help="folder to write, such as resources/demo/mirror")
    demo.add_argument(
        "--registry", type=Path, default=here_or_packaged(REGISTRY), help="registry of sources (default: %(default)s)"
    )
    demo.set_defaults(run=run_demo)


def run_demo(args: argparse.Namespace) -> None:
    from clmt.acquire.registry import load_registry
    from clmt.demo.mirror import write_mirror

    count = write_mirror(load_registry(args.registry), args.out)
    logger.info("wrote %d simulated files to %s", count, args.out)
