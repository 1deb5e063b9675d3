"""``clmt check-sources``: whether every address of the registry still answers as it should."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt check-sources``."""
    check = subparsers.add_parser(
        "check-sources",
        help="ask every file of the registry for its first bytes, and every service for one known answer",
        description="Prints a table; exit code 2 where an address fails. Needs the network; nothing is kept.",
    )
    check.add_argument("--source", action="append", default=[], help="only this file or service (repeatable)")
    check.add_argument(
        "--registry", type=Path, default=here_or_packaged(REGISTRY), help="registry of sources (default: %(default)s)"
    )
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> None:
    from clmt.acquire.live import check_addresses, table
    from clmt.acquire.registry import load_registry
    from clmt.errors import ClmtError

    findings = list(check_addresses(load_registry(args.registry), args.source))
    print("".join(table(findings)), end="")
    failed = [finding.name for finding in findings if not finding.ok]
    if failed:
        raise ClmtError(f"{len(failed)} of {len(findings)} addresses fail: {', '.join(failed)}. The table says why")
