"""Tables of results as files: their columns, and one writer and one checked reader for all."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import ClmtError
from clmt.evaluation.metrics import METRICS
from clmt.files import check_plain, write_text

__all__ = ["COVERAGE_COLUMNS", "LEVELS", "SUMMARY_COLUMNS", "TABLE_COLUMNS", "read_table", "write_tsv"]

TABLE_COLUMNS = (
    "experiment",
    "dataset",
    "split",
    "model",
    "fold",
    "simulated",
    "faults",
    "n_train",
    "n_test",
    *METRICS,
    "drugs_used",
    "drugs_left_out",
    "cells_used",
    "cells_left_out",
    "device",
    "seconds",
    "peak_memory_mb",
    "clmt_version",
    "settings_digest",
)
"""Columns of ``results/<experiment>.tsv``; ``faults`` names those of the published code that the run repeats."""

SUMMARY_COLUMNS = (
    "experiment",
    "dataset",
    "split",
    "simulated",
    "folds",
    "model",
    "baseline",
    "faults",
    "seeds",
    "metric",
    "mean",
    "sd",
    "n",
    "all_folds",
    "reference",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "p_holm",
    "detectable",
)
"""Columns of ``results/<experiment>_summary.tsv``.

``folds`` is how many folds the experiment ran; ``faults`` are the published ones that a model repeats; ``mean``, ``sd``
and ``n`` are over the folds in which the metric is
defined; ``all_folds`` is the metric over the test pairs of all these folds at once, and ``difference`` is that of
``model`` minus that of ``reference``: the experiment's own or else the baseline with the best value of it, or the first
model without a baseline.
The row of a model that others repeat from other ``seeds`` is over all of them. ``detectable`` is the difference that
the table would find in 80 % of cases.
"""

LEVELS = (0.8, 0.9, 0.95)
"""Nominal levels of the intervals whose coverage is measured."""

COVERAGE_COLUMNS = (
    "experiment",
    "dataset",
    "split",
    "simulated",
    "model",
    "seeds",
    "kind",
    "groups",
    "level",
    "pairs",
    "coverage",
    "width",
    "worst_drugs",
    "near",
    "far",
)
"""Columns of ``<experiment>_coverage.tsv``.

``coverage`` is the share of the test pairs of all folds within their intervals; ``width`` the mean width, in the
target's units; ``worst_drugs`` the coverage that 9 of 10 drugs reach; ``near`` and ``far`` that of the half whose new
entity is more, and less, like its nearest training one. Empty where groups are too few for the level, or nothing is
new.
"""

#: Columns by which a file shows which table it is, the rule that makes it, and all columns.
_KINDS = (
    ("metric", "collect", SUMMARY_COLUMNS),
    ("level", "measure_coverage", COVERAGE_COLUMNS),
    ("fold", "collect", TABLE_COLUMNS),
)
_NUMBERS = frozenset(
    (
        *("mean", "sd", "n", "all_folds", "difference", "difference_low", "difference_high", "p", "p_holm"),
        *("detectable", "level", "coverage", "width", "worst_drugs", "near", "far"),
    )
)


def _format_value(value: Any) -> str:
    """Write one value: 6 significant digits, yes or no, and nothing for what is undefined."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def write_tsv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as tab-separated text with ``\\n`` line ends, atomically."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_format_value(row.get(column)) for column in columns] for row in rows)
    write_text(path, buffer.getvalue())


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table of results; every value is text.

    Raises
    ------
    ClmtError
        Where there is no such file, it is no such table, a row has more or fewer cells than the header, or no number
        stands where one belongs.
    """
    check_plain(path, "read")
    try:
        with Path(path).open(encoding="utf-8", newline="") as handle:
            header, *lines = list(csv.reader(handle, delimiter="\t", strict=True)) or [[]]
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such table! Rerun {_rule_of(path)}") from None
    except (OSError, ValueError, csv.Error) as error:
        raise ClmtError(f"{path}: cannot be read ({error})! Rerun {_rule_of(path)}") from None
    _, rule, columns = next((kind for kind in _KINDS if kind[0] in header), _KINDS[-1])
    if tuple(header) != columns:
        odd = [name for name in columns if name not in header] or [name for name in header if name not in columns]
        first, got = odd[0] if odd else "their order", ", ".join(header)[:200]
        raise ClmtError(f"{path}: wrong columns! The first is {first!r}; got: {got}. Rerun {rule}")
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            got = f"got: {len(line)}, expected: {len(header)}"
            raise ClmtError(f"{path}: line {number} has another number of cells! {got}. Rerun {rule}")
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    for number, row in enumerate(rows, start=2):
        for column in _NUMBERS & row.keys():
            if not _is_number(row[column]):
                raise ClmtError(f"{path}: no number in line {number}, {column}! got: {row[column]!r}. Rerun {rule}")
    return rows


def _rule_of(path: Path) -> str:
    """Rule that makes a table, by its name."""
    return "measure_coverage" if Path(path).stem.endswith("_coverage") else "collect"


def _is_number(text: str) -> bool:
    """Whether a cell is empty or a finite number."""
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False
