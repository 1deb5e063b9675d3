"""What was measured, where and when: rows of figures, printed as a table and added to a tracked TSV."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clmt import __version__
from clmt.files import write_text

__all__ = ["RESULTS", "append_rows", "machine", "publish", "read_rows", "table"]

#: Folder of the tables; each command adds to the one of its name.
RESULTS = Path(__file__).parent / "results"

Row = dict[str, Any]

#: What else the machine was doing: the average of the minute before the command began.
LOAD_BEFORE = os.getloadavg()[0]


def machine(threads: int, card: str = "") -> Row:
    """Describe the machine without importing torch.

    Parameters
    ----------
    threads
        Threads or processes that the measured work was given.
    card
        Name of the GPU that computed; "" on the CPU.

    Returns
    -------
    dict
        ``cpu``, ``cores`` (that this process may use), ``memory_gib``, ``card``, ``threads``, ``load`` (of the
        minute before the command began), versions and ``date`` (UTC).
    """
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu_model(),
        "cores": usable_cores(),
        "memory_gib": round(pages / 2**30, 1),
        "card": card,
        "threads": threads,
        "load": round(LOAD_BEFORE, 1),
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "clmt": __version__,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def cpu_model() -> str:
    """Name of the processor as the system gives it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def text_of(value: Any) -> str:
    """Write a figure with six significant digits; None is blank."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def append_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table; a column that is new to it is blank in the rows above."""
    every = [*read_rows(path), *({key: text_of(value) for key, value in row.items()} for row in rows)]
    columns = list(dict.fromkeys(key for row in every for key in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(every)
    write_text(path, buffer.getvalue())


def table(rows: Sequence[Mapping[str, Any]], columns: Iterable[str] | None = None) -> str:
    """Lay rows out in aligned columns, numbers to the right."""
    names = list(columns or dict.fromkeys(key for row in rows for key in row))
    cells = [[text_of(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    right = [all(isinstance(row.get(name), int | float | None) for row in rows) for name in names]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [names, *cells]
    )


def publish(rows: Sequence[Row], facts: Mapping[str, Any], out: Path, note: str = "") -> None:
    """Print the figures and the machine, and add them to the table ``out``."""
    print(table(rows))
    print("; ".join(f"{key}: {text_of(value)}" for key, value in facts.items() if value != ""))
    append_rows(out, [{**row, **facts, "note": note} for row in rows])
    print(f"added {len(rows)} rows to {out}")
