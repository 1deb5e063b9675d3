"""Joins of the responses with settings and omics; each notes in the audit what it leaves out.

Responses travel as a matrix (cell lines, drugs) with NaN where there is none, beside a matrix of the same shape that
marks censored ones.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of
from clmt.reading.delimited import Matrix, refuse_duplicates
from clmt.tables.genes import mend_genes
from clmt.tables.layouts import survey

if TYPE_CHECKING:
    import numpy as np

__all__ = ["count_present", "drop_empty", "exclude_drugs", "join_cell_lines", "keep_slice", "note_step", "read_omics"]

logger = logging.getLogger(__name__)


def count_present(values: np.ndarray) -> int:
    """Count the responses that are there."""
    import numpy as np

    return int((~np.isnan(values)).sum())


def note_step(audit: dict[str, Any], name: str, matrix: Matrix) -> None:
    """Log and keep the counts after a join; an error where nothing is left."""
    pairs = count_present(matrix.values)
    counts = {"cell_lines": len(matrix.ids), "drugs": len(matrix.columns), "pairs": pairs}
    audit["joins"].append({"step": name, **counts})
    logger.info("%-16s %5d cell lines %4d drugs %7d responses", name, *counts.values())
    if pairs == 0:
        raise ClmtError(
            f"No response is left after step {name!r}! See which cell lines and drugs match: {matrix.source}"
        )


def _take(matrix: Matrix, flags: np.ndarray, rows: list[int], columns: list[int]) -> tuple[Matrix, np.ndarray]:
    """Keep some rows and columns of the responses and of the flags beside them."""
    values = matrix.values[rows][:, columns]
    ids, names = [matrix.ids[row] for row in rows], [matrix.columns[column] for column in columns]
    return Matrix(matrix.source, ids, names, values), flags[rows][:, columns]


def exclude_drugs(
    response: Matrix, censored: np.ndarray, names: tuple[str, ...], audit: dict[str, Any]
) -> tuple[Matrix, np.ndarray]:
    """Leave out the drugs that the settings name; a name that the source does not have is an error."""
    excluded = {name.strip() for name in names}
    for name in sorted(excluded - set(response.columns)):
        near = difflib.get_close_matches(name, response.columns, n=3, cutoff=0.5) or response.columns[:3]
        raise expected_one_of(
            f"exclude_drugs names a drug that {response.source} does not have", name, near, "Correct or remove it"
        )
    audit.setdefault("dropped_drugs", {})["excluded by the settings"] = sorted(excluded)
    kept = [place for place, name in enumerate(response.columns) if name not in excluded]
    taken = _take(response, censored, list(range(len(response.ids))), kept)
    note_step(audit, "exclude_drugs", taken[0])
    return taken


def read_omics(archive: Path, layout: survey.Layout, audit: dict[str, Any]) -> dict[str, Matrix]:
    """Read the three matrices with their gene names mended."""
    matrices = {
        "expression": survey.read_expression(archive, layout),
        "mutation": survey.read_binary(archive, layout.mutation),
        "copy_number": survey.read_binary(archive, layout.copy_number),
    }
    audit["genes"] = {}
    for name, matrix in matrices.items():
        mended = mend_genes(matrix.columns)
        refuse_duplicates(mended.names, matrix.source, "gene")
        matrices[name] = Matrix(matrix.source, matrix.ids, mended.names, matrix.values[:, mended.kept])
        audit["genes"][name] = {
            "count": len(mended.names),
            "mended_dates": mended.mended,
            "assumed_dates": mended.assumed,
            "dropped_dates": mended.dropped,
        }
    return matrices


def join_cell_lines(
    response: Matrix,
    censored: np.ndarray,
    omics: dict[str, Matrix],
    annotation: Mapping[str, Any],
    audit: dict[str, Any],
) -> tuple[Matrix, np.ndarray]:
    """Keep the cell lines that have all three matrices; those without an annotation stay, with blank fields."""
    dropped = audit.setdefault("dropped_cell_lines", {})
    kept = list(response.ids)
    for name, matrix in omics.items():
        known = set(matrix.ids)
        dropped[f"no {name}"] = sorted(cell_line for cell_line in kept if cell_line not in known)
        kept = [cell_line for cell_line in kept if cell_line in known]
        if not kept:
            raise _empty_join(response, matrix.source, matrix.ids)
    unknown = sorted(cell_line for cell_line in kept if cell_line not in annotation)
    if len(unknown) == len(kept):
        raise _empty_join(response, "the cell line annotation", list(annotation))
    audit["cell_lines_without_annotation"] = unknown
    audit["cell_lines_without_response_row"] = {
        name: sorted(set(matrix.ids) - set(response.ids)) for name, matrix in omics.items()
    }
    wanted = set(kept)
    rows = [row for row, cell_line in enumerate(response.ids) if cell_line in wanted]
    taken = _take(response, censored, rows, list(range(len(response.columns))))
    note_step(audit, "omics", taken[0])
    return taken


def _empty_join(response: Matrix, other: str, ids: list[str]) -> ClmtError:
    got, expected = ", ".join(ids[:3]), ", ".join(response.ids[:3])
    return ClmtError(
        f"{other}: no cell line in common with {response.source}! got: {got}, expected one of: {expected}, ... "
        "Both must use the same ids"
    )


def keep_slice(
    response: Matrix, censored: np.ndarray, cell_lines: int | None, drugs: int | None, audit: dict[str, Any]
) -> tuple[Matrix, np.ndarray]:
    """Keep so many cell lines and drugs (None: all), chosen by a hash so that tissues and classes are mixed."""
    if cell_lines is None and drugs is None:
        return response, censored
    rows = _choose(response.ids, cell_lines)
    columns = _choose(response.columns, drugs)
    taken = _take(response, censored, rows, columns)
    note_step(audit, "slice", taken[0])
    return taken


def _choose(names: list[str], count: int | None) -> list[int]:
    """Places of the names with the ``count`` smallest hashes, in their order."""
    digests = [hashlib.sha256(f"clmt slice {name}".encode()).hexdigest() for name in names]
    return sorted(sorted(range(len(names)), key=digests.__getitem__)[:count])


def drop_empty(response: Matrix, censored: np.ndarray, audit: dict[str, Any]) -> tuple[Matrix, np.ndarray]:
    """Drop drugs and cell lines that have no response left, and note them."""
    import numpy as np

    present = ~np.isnan(response.values)
    rows, columns = np.flatnonzero(present.any(axis=1)), np.flatnonzero(present.any(axis=0))
    lost_rows = sorted(set(response.ids) - {response.ids[row] for row in rows})
    lost_columns = sorted(set(response.columns) - {response.columns[column] for column in columns})
    audit["dropped_cell_lines"]["no response"] = lost_rows
    audit["dropped_drugs"]["no response"] = lost_columns
    return _take(response, censored, rows.tolist(), columns.tolist())
