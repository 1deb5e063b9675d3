"""``clmt check``: your own tables before anything is run; ``clmt check-sources``: the addresses of the registry."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt check`` and ``clmt check-sources``."""
    own = subparsers.add_parser(
        "check",
        help="list every problem of your own tables, and what they are taken for",
        description=(
            "Looks at the datasets of layout tables that a configuration declares. Exit code 2 where there is a "
            "problem. Asks nothing of the network and writes nothing."
        ),
    )
    own.add_argument("config", type=Path, nargs="+", help="overlays, as for snakemake --configfile")
    own.add_argument("--dataset", action="append", default=[], metavar="NAME", help="only this dataset (repeatable)")
    own.set_defaults(run=run_check_own)
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


def run_check_own(args: argparse.Namespace) -> None:
    from clmt.errors import ClmtError
    from clmt.planning.overlays import read_config
    from clmt.tables.own.report import check_config_datasets

    count = 0
    for name, findings in check_config_datasets(read_config(args.config), args.dataset).items():
        found = len(findings.problems)
        print(f"{name}: {found} problem{'s' if found != 1 else ''}")
        for note in findings.notes:
            print(f"  understood  {note}")
        for number, problem in enumerate(findings.problems, 1):
            print(f"  problem {number:>2}  {problem}")
        count += found
    if count:
        listed = "1 problem" if count == 1 else f"{count} problems"
        raise ClmtError(f"{listed}, listed above. Correct and run 'clmt check' again")


def run_check(args: argparse.Namespace) -> None:
    from clmt.acquire.live import check_addresses, table
    from clmt.acquire.registry import load_registry
    from clmt.errors import ClmtError

    findings = list(check_addresses(load_registry(args.registry), args.source))
    print("".join(table(findings)), end="")
    failed = [finding.name for finding in findings if not finding.ok]
    if failed:
        raise ClmtError(f"{len(failed)} of {len(findings)} addresses fail: {', '.join(failed)}. The table says why")
