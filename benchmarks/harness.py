"""What the commands share: options, errors in one line, a measurement in a process of its own."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS, usable_cores
from clmt.errors import ClmtError, expected_one_of
from clmt.files import parse_settings
from clmt.logs import configure_logging

__all__ = [
    "ProcessDied",
    "add_config",
    "add_device",
    "add_fold",
    "add_model",
    "clock",
    "measure_apart",
    "model_settings",
    "new_parser",
    "resident_peak_mb",
    "run",
]

Measure = Callable[..., dict[str, Any]]


class ProcessDied(ClmtError):
    """A measurement's process ended without figures, as it does where memory ends."""


def new_parser(name: str, description: str) -> argparse.ArgumentParser:
    """Parser of one benchmark with the options that all have."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--threads", type=int, default=usable_cores(), help="CPU threads (default: all, %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS / f"{name}.tsv", help="table to add to")
    parser.add_argument("--note", default="", help="a word on this run, kept in the table")
    return parser


def add_fold(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """Options that name the files of a fold, and the device."""
    parser.add_argument("--graph", type=Path, required=required, help="graph.pt of the fold")
    parser.add_argument("--molecules", type=Path, required=required, help="molecules.pt")
    parser.add_argument("--text", type=Path, required=required, help="text_<encoder>.parquet")
    add_device(parser)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Option that names the device."""
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Option that names the configuration and its overlays."""
    parser.add_argument(
        "--config",
        type=Path,
        nargs="+",
        default=[Path("config/config.yaml")],
        help="configuration, then overlays (default: config/config.yaml)",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Options that choose the model's settings."""
    add_config(parser)
    parser.add_argument("--model-name", default="clmt", help="entry of the configuration's models (default: clmt)")
    parser.add_argument("--settings", default="{}", help="JSON of settings that differ from the configuration's")


def model_settings(configs: Sequence[Path], name: str, differing: str) -> dict[str, Any]:
    """Settings of a configured model, without its ``arch``, which must be clmt."""
    import yaml

    entry: dict[str, Any] = {}
    for path in configs:
        if not path.exists():
            raise ClmtError(f"{path}: no such configuration! Start in the folder of the workflow or give --config")
        entry |= (yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or {}).get(name) or {}
    entry.pop("text_encoder", None)  # the vectors are given as a file
    if entry.pop("arch", "nothing") != "clmt":
        raise expected_one_of(f"models.{name}: not a configuration of the network", name, ["a model of arch clmt"])
    return {**entry, **parse_settings(differing)}


def clock(device: str) -> float:
    """Seconds on a clock, once the device has done all that it was given."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize()
    return time.perf_counter()


def resident_peak_mb() -> float:
    """Peak resident memory of this process in MiB, or of its largest child where that is larger.

    The kernel's per-program high-water mark is read where there is one: ``getrusage`` also counts what the process was
    before it became this program.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line.split()[1] for line in status.read_text(encoding="utf-8").splitlines() if line[:6] == "VmHWM:"]
        own = int(marks[0]) if marks else own
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def measure_apart(
    function: Measure, arguments: Mapping[str, Any], *, threads: int, device: str | None = None
) -> dict[str, Any]:
    """Call a function in a new process, so that the peak memory is its own.

    Parameters
    ----------
    function
        Importable by its name; returns figures. Where ``device`` is given it is called with ``device=cpu`` or ``cuda``.
    arguments
        Keyword arguments.
    threads
        CPU threads of torch.
    device
        auto, cpu or cuda; None for work that does not use torch.

    Returns
    -------
    dict
        The figures, ``peak_memory_mb``, and with a device ``peak_gpu_mb``, ``device`` and ``card``.

    Raises
    ------
    ClmtError
        As the function did.
    ProcessDied
        Where the process ended without figures.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, function, dict(arguments), threads, device))
    child.start()
    sender.close()
    try:
        outcome, content = receiver.recv()
    except EOFError:
        child.join()
        raise ProcessDied(f"the measurement ended with exit code {child.exitcode}; -9: memory ended") from None
    child.join()
    if outcome == "refused":
        raise ClmtError(content)
    figures: dict[str, Any] = content
    return figures


def _child(sender: Connection, function: Measure, arguments: dict[str, Any], threads: int, device: str | None) -> None:
    configure_logging("WARNING")
    try:
        sender.send(("done", _measure(function, arguments, threads, device)))
    except ClmtError as error:
        sender.send(("refused", str(error)))


def _measure(function: Measure, arguments: dict[str, Any], threads: int, device: str | None) -> dict[str, Any]:
    if device is None:
        return {**function(**arguments), "peak_memory_mb": resident_peak_mb()}
    import torch

    from clmt.runs.device import choose_device

    torch.set_num_threads(threads)
    chosen = choose_device(device)
    figures = function(**arguments, device=chosen.name)
    gpu = torch.cuda.max_memory_allocated() / 2**20 if chosen.card else None
    peaks = {"peak_memory_mb": resident_peak_mb(), "peak_gpu_mb": gpu}
    return {**figures, **peaks, "device": chosen.name, "card": chosen.card}


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run a command; bad input ends with one line and exit code 2."""
    configure_logging("INFO")
    try:
        main(None)
    except ClmtError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
