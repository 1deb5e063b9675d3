"""The command line: parse, configure logging, call one function.

Each module of `clmt.commands` adds the commands of one stage and imports what they need only when they run, so that
``clmt --help`` answers at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from clmt import __version__, commands
from clmt.errors import ClmtError
from clmt.logs import configure_logging

__all__ = ["build_parser", "main"]

logger = logging.getLogger(__name__)


def build_parser() -> argparse.ArgumentParser:
    """Collect the commands of every stage into one parser."""
    parser = argparse.ArgumentParser(
        prog="clmt", description="Predict cancer drug response; the workflow's rules call one command each."
    )
    parser.add_argument("--version", action="version", version=f"clmt {__version__}")
    parser.add_argument(
        "--log-level", default="info", choices=["debug", "info", "warning", "error"], help="default: %(default)s"
    )
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        import_module(f"{commands.__name__}.{module.name}").register(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    Returns
    -------
    int
        0 on success; 2 where the input or the machine (a path, a full disk) is at fault, with one line on stderr; 130
        where the user interrupted.
    """
    # Read when torch is loaded: threads that wait sleep soon instead of spinning, which costs nothing on idle cores and
    # keeps two jobs on the same cores from slowing each other down many times over.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    args = build_parser().parse_args(argv)
    configure_logging(args.log_level)
    try:
        args.run(args)
    except ClmtError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        logger.debug("where it happened:", exc_info=True)
        print(f"error: {_machine_fault(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    return 0


def _machine_fault(error: OSError) -> str:
    """One line from what the operating system refused."""
    words = " ".join(str(error.strerror or error).split()) or type(error).__name__
    if error.filename is None:
        return words
    return f"{error.filename}: {words}! Give a path that can be read, or written where it is an output"
