"""Snakemake in a forked process: its imports, half of the time of a dry run, are done once for all tests."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path

__all__ = ["fork_snakemake"]


def fork_snakemake(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m snakemake`` in ``folder``, whose own ``clmt``, if it has one, is the one that plans."""
    _import_once()
    with tempfile.TemporaryDirectory() as place:
        said = [Path(place, name) for name in ("out", "err")]
        sys.stdout.flush()
        sys.stderr.flush()
        ears, mouth = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(mouth)
            _be_snakemake(folder, arguments, environment, said, ears)
        os.close(ears)
        code = _wait_for(process, timeout)
        os.close(mouth)
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in said)
    if code is None:
        raise subprocess.TimeoutExpired(["snakemake", *arguments], timeout, out, err)
    return subprocess.CompletedProcess(["snakemake", *arguments], code, out, err)


@cache
def _import_once() -> None:
    """Import Snakemake, its plugins, which its parser of arguments asks for, and what a plan imports besides."""
    with contextlib.redirect_stdout(sys.__stdout__):  # jobs write where it was imported, which capsys may have taken
        importlib.import_module("snakemake.cli").get_argument_parser()
        for name in ("jinja2", "pydantic", "smart_open"):
            importlib.import_module(name)


def _end_with(ears: int) -> None:
    """End this process and its jobs once the pipe closes: the test that asked is gone, or was killed."""
    os.read(ears, 1)
    os.killpg(0, signal.SIGKILL)


def _be_snakemake(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], said: list[Path], ears: int
) -> None:
    code = 1
    try:
        os.setsid()
        threading.Thread(target=_end_with, args=(ears,), daemon=True).start()
        for number, path in enumerate(said, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
        # Under pytest these names stand for its own files.
        sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
        # Handlers of before write to files of the tests that ran before.
        for logger in (logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))):
            logger.handlers.clear()
        os.chdir(folder)
        os.environ.update(environment)
        sys.argv = ["snakemake", *arguments]
        # As "-m" does, and the interpreter after it; the Snakefile takes its own folder off again.
        sys.path[:0] = [str(folder), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
        for name in [name for name in sys.modules if name.partition(".")[0] == "clmt"]:
            del sys.modules[name]
        sys.modules["snakemake.cli"].main(list(arguments))
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 -- the test reads it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait_for(process: int, timeout: float) -> int | None:
    """Exit code of a process; None where it had to be ended."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None
