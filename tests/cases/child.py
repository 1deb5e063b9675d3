"""A command in a forked process of its own, under limits of processor time, waiting time and address space."""

from __future__ import annotations

import gc
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import clmt

#: Imported by commands only when they run.
LIBRARIES = (
    "pandas",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "torch",
    "sklearn.decomposition",
    "lightgbm",
    "rdkit.Chem.AllChem",
    "scipy.stats",
    "matplotlib.pyplot",
    "adjustText",
)

SECONDS, WAIT, MEMORY = 20, 180, 8 << 30


@dataclass(frozen=True)
class Done:
    """How a process ended: exit code, or None where a limit of time ended it; its signal; what it said."""

    code: int | None
    out: str
    err: str
    signal: int = 0


def load_all() -> None:
    """Import what the commands import, once, so that a forked process need not."""
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    for module in pkgutil.walk_packages(clmt.__path__, "clmt."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    # A forked process has none of its parent's threads, and would wait for them without end.
    import_module("torch").set_num_threads(1)
    gc.collect()
    gc.freeze()


def run_child(
    argv: Sequence[str] | Callable[[], object],
    folder: Path,
    *,
    prepare: Callable[[], object] | None = None,
    wait: float = WAIT,
) -> Done:
    """Run ``clmt.cli.main`` on a command line, or a function in its place, with ``folder`` as working directory.

    ``prepare`` runs first in the new process, such as what makes pauses short.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    out, err = folder / ".stdout", folder / ".stderr"
    process = os.fork()
    if process == 0:
        _be_child(argv, folder, out, err, prepare)
    status = _wait_for(process, wait)
    said = [path.read_text(encoding="utf-8", errors="replace") for path in (out, err)]
    out.unlink()
    err.unlink()
    if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return Done(None, *said)
    if os.WIFSIGNALED(status):
        return Done(-1, *said, signal=os.WTERMSIG(status))
    return Done(os.WEXITSTATUS(status), *said)


def run_process(command: Sequence[str], folder: Path, *, wait: float = WAIT, **environment: str) -> Done:
    """Run a true process, such as Snakemake or a shell, under the same limits of memory and waiting."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    own = {"PATH": path, "XDG_CACHE_HOME": str(folder / ".cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | own | environment, capture_output=True, timeout=wait, check=False
        )
    except subprocess.TimeoutExpired:
        return Done(None, "", "")
    said = [text.decode("utf-8", "replace") for text in (done.stdout, done.stderr)]
    return Done(max(done.returncode, -1), *said, signal=max(0, -done.returncode))


def _be_child(
    argv: Sequence[str] | Callable[[], object],
    folder: Path,
    out: Path,
    err: Path,
    prepare: Callable[[], object] | None,
) -> None:
    code = 1
    try:
        os.setsid()
        for path, number in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
        # Under pytest these names stand for its own files.
        sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
        os.chdir(folder)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(time.process_time()) + SECONDS, int(time.process_time()) + 2 * SECONDS)
        )
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if prepare is not None:
            prepare()
        code = _call(argv)
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # noqa: BLE001 -- the parent reads it as a traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _call(argv: Sequence[str] | Callable[[], object]) -> int:
    from clmt import cli
    from clmt.errors import ClmtError

    if not callable(argv):
        return cli.main(list(argv))
    try:
        argv()
    except ClmtError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _wait_for(process: int, wait: float) -> int | None:
    """Exit status of a process; None where it had to be ended."""
    end, pause = time.monotonic() + wait, 0.001
    while time.monotonic() < end:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None
