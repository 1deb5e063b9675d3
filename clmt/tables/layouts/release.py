"""Readers of the releases of today: GDSC's fitted responses or CCLE's of 2015, with omics of DepMap.

Alterations are what DepMap's matrices say of a gene: a damaging mutation (1 or 2 of its copies), and a copy number of
at least twice or at most half of the usual.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clmt.errors import ClmtError
from clmt.reading.delimited import read_rows
from clmt.reading.depmap import read_depmap_matrix
from clmt.reading.matrix import Matrix, clean_id, parse_number
from clmt.reading.names import split_names
from clmt.reading.workbook import read_table_file
from clmt.tables.layouts.reader import Archive, archive_file
from clmt.tables.layouts.survey import LN_8
from clmt.tables.responses import Responses
from clmt.tables.units import check_expression, check_responses

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CCLE_2015", "GDSC_RELEASE", "ReleaseReader"]

logger = logging.getLogger(__name__)

_ROUNDING = 1e-5
"""Of a relative copy number: the files give its logarithm with six digits."""


class _Curves(NamedTuple):
    """What a row of the response table says, column by column; ``source`` and ``lines`` tell where."""

    source: str
    lines: list[int]
    cell_lines: list[str]
    drugs: list[str]
    values: list[str]
    labels: list[str]


@dataclass(frozen=True)
class ReleaseReader:
    """Reads a table with a row for each curve; its other files are DepMap's.

    Attributes
    ----------
    cell_line, drug, value, group
        Columns of the response table: ids, names, responses, and a label of the drug.
    micromolar
        Whether the responses are IC50 in uM; otherwise they are natural logarithms of it.
    model_id
        Column of DepMap's list of models with the ids of the response table.
    """

    cell_line: str
    drug: str
    value: str
    group: str
    group_field: str
    micromolar: bool
    model_id: str
    censored_at: float | None

    def is_simulated(self, archive: Archive) -> bool:
        """Tell whether the files are marked as simulated; none are."""
        return False

    def drug_names(self, archive: Archive) -> list[str]:
        """Names of the drugs of the response table, stripped, in the order of the source."""
        return list(dict.fromkeys(self._curves(archive).drugs))

    def responses(self, archive: Archive) -> Responses:
        """Responses, of which one that was measured several times is the mean of its curves.

        Curves of one drug name are of one drug, whatever their ids and screens: that is how GDSC's ids repeat.
        """
        import numpy as np
        import pandas as pd

        curves = self._curves(archive)
        for name, cells in ((self.cell_line, curves.cell_lines), (self.drug, curves.drugs)):
            if "" in cells:
                raise ClmtError(
                    f"{curves.source}: line {curves.lines[cells.index('')]} has no {name}! Correct the file"
                )
        values = _numbers(curves, self.value, positive=self.micromolar)
        frame = pd.DataFrame(
            {"cell": curves.cell_lines, "drug": curves.drugs, "value": np.log(values) if self.micromolar else values}
        )
        table = frame.pivot_table(index="cell", columns="drug", values="value", aggfunc="mean", sort=False)
        matrix = Matrix(curves.source, list(table.index), list(table.columns), table.to_numpy())
        check_responses(matrix, self.censored_at)
        repeated = int((frame.value_counts(["cell", "drug"]) > 1).sum())
        return replace(Responses.of(matrix, self.censored_at), averaged=repeated)

    def omics(self, archive: Archive) -> dict[str, Matrix]:
        """Expression as log2(TPM + 1), mutation and copy number as zeros and ones."""
        models = self._models(archive)
        expression = read_depmap_matrix(archive_file(archive, "expression"), models)
        check_expression(expression)
        damaging = read_depmap_matrix(archive_file(archive, "mutation"), models)
        copies = read_depmap_matrix(archive_file(archive, "copy_number"), models, missing=True)
        return {
            "expression": expression,
            "mutation": _with_values(damaging, damaging.values > 0),
            "copy_number": _with_values(copies, _altered(copies)),
        }

    def annotation(self, archive: Archive) -> dict[str, dict[str, str]]:
        """Name, lineage and disease of DepMap's list by cell line id."""
        rows, repeated = self._rows(archive)
        if repeated:
            logger.warning("%s names two models, of which the first counts: %s", self.model_id, ", ".join(repeated))
        return {
            key: {
                "name": row["StrippedCellLineName"],
                "primary_site": row["OncotreeLineage"],
                "histology": row["OncotreePrimaryDisease"],
            }
            for key, row in rows.items()
        }

    def groups(self, archive: Archive) -> dict[str, list[str]]:
        """Labels of each drug."""
        curves = self._curves(archive)
        groups: dict[str, dict[str, None]] = {}
        for drug, label in dict.fromkeys(zip(curves.drugs, curves.labels, strict=True)):
            names = split_names(label) if self.group_field == "targets" else [label]
            groups.setdefault(drug, {}).update(dict.fromkeys(name for name in names if name))
        return {drug: list(names) for drug, names in groups.items()}

    def _curves(self, archive: Archive) -> _Curves:
        path = Path(archive_file(archive, "response"))
        stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else None
        return _read_curves(path, stamp, (self.cell_line, self.drug, self.value, self.group))

    def _rows(self, archive: Archive) -> tuple[dict[str, dict[str, str]], list[str]]:
        """Rows of DepMap's list of models by the ids of the response table, and the ids of a second model."""
        needed = ("ModelID", self.model_id, "StrippedCellLineName", "OncotreeLineage", "OncotreePrimaryDisease")
        rows: dict[str, dict[str, str]] = {}
        repeated = []
        for row in read_rows(archive_file(archive, "models"), needed):
            for key in map(clean_id, split_names(row[self.model_id])):
                if rows.setdefault(key, row) is not row:
                    repeated.append(key)
        return rows, repeated

    def _models(self, archive: Archive) -> Mapping[str, str]:
        return {row["ModelID"]: key for key, row in self._rows(archive)[0].items()}


@functools.lru_cache(maxsize=1)
def _read_curves(path: Path, stamp: tuple[int, int] | None, names: tuple[str, str, str, str]) -> _Curves:
    """Read four columns of the response table, once for all that one command asks of it."""
    records = read_table_file(path)
    columns = (records.column(records.position((name,))) for name in names)
    return _Curves(records.source, records.lines, *columns)


def _numbers(curves: _Curves, name: str, *, positive: bool) -> np.ndarray:
    import numpy as np

    values = np.array([parse_number(text) for text in curves.values])
    wrong = np.flatnonzero(~np.isfinite(values) | (positive & (values <= 0)))
    if wrong.size:
        place = int(wrong[0])
        expected = "a number above 0" if positive else "a finite number"
        raise ClmtError(
            f"{curves.source}: line {curves.lines[place]}, column {name} is no response! "
            f"got: {curves.values[place]!r}, expected: {expected}"
        )
    return values


def _altered(copies: Matrix) -> np.ndarray:
    """Tell which log2(relative copy number + 1) are of at least twice or at most half the usual number."""
    import numpy as np

    gaps = np.isnan(copies.values)
    if gaps.any():
        logger.info("%s: %d values are missing and count as not altered", copies.source, int(gaps.sum()))
    relative = np.exp2(np.where(gaps, 1.0, copies.values)) - 1
    return (relative >= 2 - _ROUNDING) | (relative <= 0.5 + _ROUNDING)


def _with_values(matrix: Matrix, values: np.ndarray) -> Matrix:
    return Matrix(matrix.source, matrix.ids, matrix.columns, values.astype(float))


GDSC_RELEASE = ReleaseReader(
    cell_line="SANGER_MODEL_ID",
    drug="DRUG_NAME",
    value="LN_IC50",
    group="PATHWAY_NAME",
    group_field="target_pathway",
    micromolar=False,
    model_id="SangerModelID",
    censored_at=None,
)
CCLE_2015 = ReleaseReader(
    cell_line="CCLE Cell Line Name",
    drug="Compound",
    value="IC50 (uM)",
    group="Target",
    group_field="targets",
    micromolar=True,
    model_id="CCLEName",
    censored_at=LN_8,
)
