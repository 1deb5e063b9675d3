"""What the whole workflow costs: time and memory by rule, wall time, planning and the start of the command line.

    python -m benchmarks.workflow                                   reads results/benchmarks/ of a run that is done
    python -m benchmarks.workflow --run results/gdsc_cv.tsv         runs the workflow for this target and measures it

By rule come from Snakemake's own benchmark files: jobs, the sum of their seconds and the largest resident set. With
``--run`` the wall time is that of the ``snakemake`` command, and the peak is the largest sum over all its processes at
one time, looked at once a second.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import new_parser, run
from benchmarks.record import machine, publish, read_rows
from clmt.errors import ClmtError

__all__ = ["by_rule", "main", "measure_command", "rule_name"]


def rule_name(path: Path) -> str:
    """Name the work of a benchmark file, relative to results/benchmarks: the model's name behind ``train``.

    Datasets, splits and folds are left out, so that equal work adds up.
    """
    folders = [part for part in path.parts[:-1] if not (part.startswith("fold") and part[4:].isdigit())]
    if len(path.parts) == 1:
        return f"collect {path.stem}"
    return f"{path.stem} {folders[2]}" if len(folders) == 3 else path.stem


def by_rule(folder: Path, only: tuple[str, ...] = ("",)) -> list[dict[str, Any]]:
    """Add up Snakemake's benchmark files below ``folder``, the longest work first, with a line for all of it.

    Files are left out whose path below ``folder`` starts with none of ``only``.

    Returns
    -------
    list of dict
        work, jobs, seconds (sum), longest_seconds, cpu_seconds (sum), peak_memory_mb (largest).
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        below = path.relative_to(folder)
        if below.as_posix().startswith(only):
            rows.setdefault(rule_name(below), []).extend(read_rows(path))
    if not rows:
        raise ClmtError(f"{folder}: no benchmark files! Run the workflow first, or give other --results or --only")
    rows = dict(sorted(rows.items(), key=lambda item: -sum(numbers(item[1], "s"))))
    rows["all"] = [row for part in rows.values() for row in part]
    return [
        {
            "work": work,
            "jobs": len(part),
            "seconds": sum(numbers(part, "s")),
            "longest_seconds": max(numbers(part, "s"), default=None),
            "cpu_seconds": sum(numbers(part, "cpu_time")),
            "peak_memory_mb": max(numbers(part, "max_rss"), default=None),
        }
        for work, part in rows.items()
    ]


def numbers(rows: Sequence[dict[str, str]], column: str) -> Iterator[float]:
    """Numbers of a column; a job that is too short to look at has none."""
    for row in rows:
        try:
            yield float(row[column])
        except (KeyError, ValueError):
            continue


def tree_memory_mb(process: int) -> float:
    """Resident memory of a process and all below it, MiB; pages that they share count for each."""
    import psutil

    total = 0
    try:
        root = psutil.Process(process)
        for one in (root, *root.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:  # ended while we looked
        pass
    return total / 2**20


def measure_command(command: Sequence[str], every: float = 1.0, *, quiet: bool = False) -> dict[str, Any]:
    """Run a command to its end: wall seconds and peak memory of its processes together.

    ``every`` is the pause in seconds between two looks at the memory; ``quiet`` keeps its messages from the terminal.

    Raises
    ------
    ClmtError
        Where the program is missing or it fails.
    """
    start = time.perf_counter()
    try:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if quiet else None)
    except FileNotFoundError:
        raise ClmtError(f"{command[0]}: no such program! Activate the environment of clmt") from None
    peak = 0.0
    while child.poll() is None:
        peak = max(peak, tree_memory_mb(child.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=every)
    seconds = time.perf_counter() - start
    if child.returncode:
        raise ClmtError(f"{' '.join(command)} ended with exit code {child.returncode}! Run it by itself to see why")
    return {"seconds": seconds, "peak_memory_mb": peak or None}


def planning_rows(overlays: Sequence[str], target: str | None, repeats: int) -> list[dict[str, Any]]:
    """Median seconds of ``clmt --help`` and of a dry run of everything, or of ``target``."""
    commands = {
        "clmt --help": [sys.executable, "-m", "clmt", "--help"],
        "dry run": [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", "--cores", "1", *overlays],
    }
    commands["dry run"] += ["--", target] if target else []
    rows = []
    for work, command in commands.items():
        times = [measure_command(command, 0.05, quiet=True)["seconds"] for _ in range(repeats)]
        rows.append({"work": work, "jobs": repeats, "seconds": statistics.median(times)})
    return rows


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command."""
    parser = new_parser("workflow", "what the whole workflow costs, by rule and in all")
    parser.add_argument("--results", type=Path, default=Path("results"), help="default: %(default)s")
    parser.add_argument("--run", metavar="TARGET", help="run the workflow for this file first; what is there stays")
    parser.add_argument("--only", nargs="+", default=[""], metavar="START", help="only files that start so: gdsc/")
    parser.add_argument("--configfile", nargs="+", default=[], help="overlays for Snakemake")
    parser.add_argument("--repeats", type=int, default=3, help="of help and dry run; 0 leaves them out")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Run where asked to, then publish."""
    args = parse(argv)
    overlays = ["--configfile", *args.configfile] if args.configfile else []
    rows = planning_rows(overlays, args.run, args.repeats) if args.repeats else []
    if args.run:
        command = [sys.executable, "-m", "snakemake", "--cores", str(args.threads), *overlays, "--", args.run]
        rows.append({"work": f"snakemake {args.run}", "jobs": 1, **measure_command(command)})
    rows += by_rule(args.results / "benchmarks", tuple(args.only))
    publish(rows, machine(args.threads), args.out, args.note)


if __name__ == "__main__":
    run(main)
