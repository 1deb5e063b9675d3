"""One experiment as its two tables tell it, checked, for the page of all experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.errors import ClmtError
from clmt.evaluation.metrics import METRICS
from clmt.evaluation.table_files import read_table

__all__ = ["Row", "Summary", "read_summary"]

Row = Mapping[str, str]
_ENDS = ("difference", "difference_low", "difference_high")
_OF_RUNS = ("n_test", "seconds", "peak_memory_mb")
_COUNTS = ("n_test", "folds")


@dataclass(frozen=True)
class Summary:
    """One experiment as its two tables tell it.

    Attributes
    ----------
    runs
        Rows of ``results/<experiment>.tsv``: a model on a fold each.
    means
        Rows of ``results/<experiment>_summary.tsv`` by model and metric.
    """

    runs: Sequence[Row]
    means: Mapping[tuple[str, str], Row]

    @property
    def models(self) -> list[str]:
        """Models in the order of the table."""
        return list(dict.fromkeys(model for model, _ in self.means))

    @property
    def sound(self) -> list[str]:
        """Models that repeat no published fault."""
        return [model for model in self.models if not self.means[model, "rmse"]["faults"]]

    @property
    def best_baseline(self) -> str | None:
        """The sound baseline of lowest RMSE."""
        baselines = [model for model in self.sound if self.is_baseline(model)]
        return min(baselines, key=self._rmse, default=None)

    @property
    def reference(self) -> str | None:
        """The model that the others' RMSE is compared with; None where there is no other."""
        rows = (self.means[model, "rmse"] for model in self.models)
        return next((row["reference"] for row in rows if row["reference"]), None)

    @property
    def contender(self) -> str | None:
        """Of the models that are compared, the best one that is no baseline; where all are, the best one."""
        compared = [model for model in self.sound if model in self.ends()]
        others = [model for model in compared if not self.is_baseline(model)]
        return min(others or compared, key=self._rmse, default=None)

    def is_baseline(self, model: str) -> bool:
        """Whether the table counts a model among the baselines."""
        return self.means[model, "rmse"]["baseline"] == "yes"

    def _rmse(self, model: str) -> float:
        return float(self.means[model, "rmse"]["mean"])

    def ends(self, metric: str = "rmse") -> dict[str, tuple[float, float, float]]:
        """Difference of each model to the reference, and both ends of its interval; the reference has none."""
        rows = {model: self.means[model, metric] for model in self.models}
        return {
            m: (float(row[_ENDS[0]]), float(row[_ENDS[1]]), float(row[_ENDS[2]]))
            for m, row in rows.items()
            if row[_ENDS[0]]
        }


def read_summary(table: Path, summary: Path) -> Summary:
    """Read the two tables of an experiment; a `ClmtError` where one is empty or they are not of one experiment."""
    runs, rows = read_table(table), read_table(summary)
    for path, found, column in ((table, runs, "rmse"), (summary, rows, "metric")):
        if not found or column not in found[0]:
            raise ClmtError(f"{path}: no such table of an experiment, or an empty one! Rerun collect")
    names = sorted({row["experiment"] for row in (*runs, *rows)})
    if len(names) > 1:
        raise ClmtError(f"{table} and {summary} must be of one experiment! got: {', '.join(names)}. Rerun collect")
    means = {(row["model"], row["metric"]): row for row in rows}
    if len(means) < len(rows) or not {model for model, _ in means} <= {row["model"] for row in runs}:
        raise ClmtError(f"{table} and {summary}: not each model and metric once, of the same models! Rerun collect")
    for path, found, columns in ((table, runs, _OF_RUNS), (summary, rows, ("folds",))):
        _refuse_blank(path, found, columns)
    errors = [row for row in rows if row["metric"] == "rmse"]
    _refuse_blank(summary, errors, ("mean",))
    for row in errors:
        if len({row[name] == "" for name in _ENDS}) > 1:
            raise ClmtError(f"{summary}: a difference without its interval! got: {row['model']!r}. Rerun collect")
    if strangers := {row["reference"] for row in rows} - {"", *(row["model"] for row in rows)}:
        raise ClmtError(f"{summary}: differences to a model without rows! got: {min(strangers)!r}. Rerun collect")
    missing = [(m, name) for m in {row["model"] for row in rows} for name in METRICS if (m, name) not in means]
    if missing:
        raise ClmtError(f"{summary}: no {missing[0][1]} of model {missing[0][0]!r}! Rerun collect")
    return Summary(runs, means)


def _refuse_blank(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Refuse a row without a number that the page adds up; counts are whole."""
    for row in rows:
        for column in columns:
            if not row[column] or (column in _COUNTS and not row[column].isdecimal()):
                got = f"{row[column]!r} of {row['model']!r}"
                raise ClmtError(f"{path}: {column}! got: {got}, expected: a number. Rerun collect")
