"""How often the intervals of predictions hold, for the page of all experiments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from clmt.errors import ClmtError
from clmt.evaluation.table_files import LEVELS, read_table

__all__ = ["MIDDLE", "read_held"]

#: Level of the intervals whose width and parts the page shows.
MIDDLE = LEVELS[1]


def read_held(paths: Sequence[Path], shown: Mapping[str, Collection[str]]) -> list[dict[str, str]]:
    """Read tables of coverage, one of each experiment.

    Parameters
    ----------
    paths
        The tables.
    shown
        Experiment -> its models that the page shows.

    Returns
    -------
    list of dict
        A row for each model of each table: that of level `MIDDLE`, with the coverage at every level as ``at <level>``.

    Raises
    ------
    ClmtError
        Where a table is of no experiment in ``shown``, or has not each of `LEVELS` once for each model.
    """
    found = []
    for path in paths:
        rows: dict[str, dict[float, dict[str, str]]] = {}
        for row in read_table(path):
            if row["experiment"] not in shown:
                expected = ", ".join(shown)
                raise ClmtError(f"{path}: of another experiment! got: {row['experiment']!r}, expected: {expected}")
            of_model, level = rows.setdefault(row["model"], {}), float(row["level"] or "nan")
            if level in of_model:
                raise ClmtError(f"{path}: level {level:g} of {row['model']!r} stands twice! Rerun measure_coverage")
            of_model[level] = row
        for model, by_level in rows.items():
            if set(by_level) != set(LEVELS):
                got, expected = (", ".join(map(str, levels)) for levels in (by_level, LEVELS))
                raise ClmtError(
                    f"{path}: levels of {model!r}! got: {got}, expected: {expected}. Rerun measure_coverage"
                )
            middle = by_level[MIDDLE]
            if model in shown[middle["experiment"]]:
                found.append({**middle, **{f"at {level:g}": by_level[level]["coverage"] for level in LEVELS}})
    return found
