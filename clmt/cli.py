"""The command line: parse, configure logging, call one function.

Each module of `clmt.commands` adds the commands of one stage and imports what they need only when they run, so that
``clmt --help`` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import pkgutil
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

from clmt import __version__, commands
from clmt.errors import ClmtError
from clmt.files import DISK_FAULTS
from clmt.logs import configure_logging, printable

__all__ = ["build_parser", "main"]


class _Parser(argparse.ArgumentParser):
    """A parser whose refusals are one line, as any other; a page of usage would hide it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {self.prog}: {printable(message)}. '{self.prog} --help' says more\n")


def build_parser() -> argparse.ArgumentParser:
    """Collect the commands of every stage into one parser."""
    parser = _Parser(
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
        0 on success; 2 where the input or the machine (a path, a full disk, memory) is at fault; 1 where the program
        is; 130 where the user interrupted. A failure is one line on stderr; ``CLMT_TRACEBACK=1`` adds where it was.
    """
    # Read when torch is loaded: threads that wait sleep soon instead of spinning, which costs nothing on idle cores and
    # keeps two jobs on the same cores from slowing each other down many times over.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it is closed
            stream.reconfigure(errors="replace")
    args = build_parser().parse_args(argv)
    configure_logging(args.log_level)
    with _terminable():
        try:
            _refuse_shared_files(args)
            args.run(args)
            if sys.stdout is not None:  # it is closed
                sys.stdout.flush()
        except BrokenPipeError:
            _give_up_output()  # whoever read it, such as head, has enough
        except KeyboardInterrupt:
            print("error: interrupted", file=sys.stderr)
            return 130
        except Exception as error:  # noqa: BLE001 -- the last net under every command
            return _fail(error, args.command)
    return 0


def _refuse_shared_files(args: argparse.Namespace) -> None:
    """Refuse one file under two names: an output would replace an input or another output, or a run count twice."""
    options: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    for name, value in vars(args).items():
        option = f"--{name.replace('_', '-')}"
        for given in value if isinstance(value, list) else [value]:
            if isinstance(given, str) and "\0" not in given:  # a name or a file, NAME=FILE
                named += [(option, given), (option, given.partition("=")[2])]
            if not isinstance(given, Path) or given.is_dir():
                continue
            _refuse_second(given, options, option)
            options[os.path.realpath(given)] = option
    for option, text in named:
        if os.path.isfile(text):
            _refuse_second(text, options, option)


def _refuse_second(path: Path | str, options: Mapping[str, str], option: str) -> None:
    if (first := options.get(os.path.realpath(path))) is not None:
        raise ClmtError(f"{path}: one file is given twice, with {first} and {option}! Name another one of them")


def _fail(error: Exception, command: str) -> int:
    """Say on one line what went wrong; returns the exit code."""
    if os.environ.get("CLMT_TRACEBACK") == "1":
        traceback.print_exception(error)
    code, kind = 2, type(error).__name__
    if isinstance(error, ClmtError):
        line = str(error)
    elif isinstance(error, OSError):
        line = _machine_fault(error, command)
    elif isinstance(error, MemoryError) or _is_out_of_memory(error):
        line = f"clmt {command}: memory is not enough! {_words(error)}. Give it more memory, or smaller settings"
    else:
        code = 1
        line = (
            f"clmt {command}: {kind}: {_words(error) or 'no message'}. This is a fault of clmt, or a damaged input: "
            "CLMT_TRACEBACK=1 shows where it happened"
        )
    print(f"error: {printable(line)}", file=sys.stderr)
    return code


def _give_up_output() -> None:
    """Send what Python still holds back for standard output nowhere; it would try again at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let a SIGTERM (a scheduler's stop) leave like an exit, so that half-written files are removed."""

    def leave(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a second one ends the process at once
        raise SystemExit(128 + number)

    try:
        before = signal.signal(signal.SIGTERM, leave)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _machine_fault(error: OSError, command: str) -> str:
    """One line from what the operating system refused."""
    words = " ".join(str(error.strerror or error).split()) or type(error).__name__
    name = error.filename if error.filename2 is None or error.errno not in DISK_FAULTS else error.filename2
    if name is None and error.errno in DISK_FAULTS:  # files say their names: `clmt.files.atomic_path`
        _give_up_output()
        return f"clmt {command}: {words}, on standard output or the disk of temporary files"
    if name is None:
        return f"clmt {command}: {words}"
    return f"{name}: {words}! Give a path that can be read, or written where it is an output"


def _is_out_of_memory(error: Exception) -> bool:
    """Whether torch found too little memory on the CPU, for which it has no kind of error, or on a GPU."""
    return type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
