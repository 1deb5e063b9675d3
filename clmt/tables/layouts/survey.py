"""Readers of the survey supplement's GDSC and CCLE tables, straight out of their zip archives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError, expected_one_of
from clmt.reading.archive import member_names, read_member
from clmt.reading.delimited import Records, counts_rows, parse_records
from clmt.reading.matrix import clean_id, parse_matrix, refuse_duplicates
from clmt.reading.unknown import MISSING
from clmt.simulated import MARK
from clmt.tables.responses import Responses
from clmt.tables.units import check_expression, check_responses

if TYPE_CHECKING:
    from clmt.reading.matrix import Matrix

__all__ = ["CCLE", "GDSC", "SurveyReader"]

LN_8 = 2.0794415416798357
"""CCLE's highest dose is 8 uM; its IC50 is set to 8 where the curve does not reach the half (right-censored)."""


@dataclass(frozen=True)
class SurveyReader:
    """Reads the tables of one dataset out of the supplement's archive; see `clmt.tables.layouts.reader`.

    Attributes
    ----------
    expression, mutation, copy_number, annotation_table, response, group_table
        Which table of the supplement holds what, by the number in its file name: ``S6`` is ``Table_S6_*.csv``.
    id_columns, name_columns
        Columns of the annotation with the ids of the other tables and with names; the first that is there is read.
    group_column
        Column with the label of a group.
    """

    expression: str
    mutation: str
    copy_number: str
    annotation_table: str
    response: str
    group_table: str
    id_columns: tuple[str, ...]
    name_columns: tuple[str, ...]
    group_column: str
    group_field: str
    censored_at: float | None

    def is_simulated(self, archive: Path) -> bool:
        """Tell whether the archive holds the demo's mark."""
        return any(MARK in name for name in member_names(archive))

    def drug_names(self, archive: Path) -> list[str]:
        """Names of the drugs of the response table, stripped, in the order of the source."""
        return self._response_matrix(archive).columns

    def responses(self, archive: Path) -> Responses:
        """Responses and which of them are censored.

        The values are natural logarithms of IC50 in uM (the supplement's own notes call them common logarithms; they
        equal the natural logarithms that GDSC and CCLE published). CCLE's values at ln 8 are censored; for GDSC the
        tables do not tell, so nothing is marked.
        """
        matrix = self._response_matrix(archive)
        check_responses(matrix, self.censored_at)
        return Responses.of(matrix, self.censored_at)

    def omics(self, archive: Path) -> dict[str, Matrix]:
        """Expression as the source gives it (log2 scale), mutation and copy number as zeros and ones."""
        expression = parse_matrix(_records(archive, self.expression), what="gene", unique_columns=False)
        check_expression(expression)
        binary = {"mutation": self.mutation, "copy_number": self.copy_number}
        return {"expression": expression, **{name: _read_binary(archive, table) for name, table in binary.items()}}

    def annotation(self, archive: Path) -> dict[str, dict[str, str]]:
        """Name, primary site and histology by cell line id.

        The id is the layout's own column where there is one, else the row names: one published form of the CCLE
        annotation has the CCLE names as row names and DepMap ids (``ACH-...``) in ``ID``.
        """
        records = _records(archive, self.annotation_table)
        ids = [clean_id(cell) for cell in records.column(self._id_position(records))]
        refuse_duplicates([cell_line for cell_line in ids if cell_line], records.source, "cell line")
        sites = _optional(records, ("PRIMARY_SITE",), required=True)
        histologies = _optional(records, ("PRIMARY_HISTOLOGY", "HISTOLOGY"))
        names = _optional(records, self.name_columns)
        return {
            cell_line: {"name": name or cell_line.split("_")[0], "primary_site": site, "histology": histology}
            for cell_line, name, site, histology in zip(ids, names, sites, histologies, strict=True)
            if cell_line
        }

    def groups(self, archive: Path) -> dict[str, list[str]]:
        """Groups (target pathways or targets) of each drug.

        A row is a group and its drugs, either as one cell with ``;`` between the names or, in copies that Excel has
        saved, spread over the cells to the right.
        """
        records = _records(archive, self.group_table, ragged=True)
        label = records.position((self.group_column,))
        first = records.position(("DRUG_NAME",))
        groups: dict[str, list[str]] = {}
        for row, line in zip(records.rows, records.lines, strict=True):
            if len(row) <= max(label, first):
                raise ClmtError(
                    f"{records.source}: line {line} is no group and its drugs! got: {', '.join(row)!r:.60}, expected: "
                    f"{self.group_column} and DRUG_NAME. Correct the row or fetch the file again"
                )
            cells = row[first:] if first > label else row[first : first + 1]
            for drug in (name.strip() for cell in cells for name in cell.split(";")):
                if drug and row[label].strip() not in groups.setdefault(drug, []):
                    groups[drug].append(row[label].strip())
        return groups

    def _response_matrix(self, archive: Path) -> Matrix:
        return parse_matrix(_records(archive, self.response), what="drug", missing=True)

    def _id_position(self, records: Records) -> int:
        position = records.find(self.id_columns)
        if position is None and records.header[0] in ("", "ID") and not counts_rows(records.rows):
            return 0
        return records.position(self.id_columns) if position is None else position


def _records(archive: Path, table: str, *, ragged: bool = False) -> Records:
    name, data = read_member(archive, f"Table_{table}_*.csv")
    return parse_records(data, f"{Path(archive).name}: {name}", ragged=ragged)


def _read_binary(archive: Path, table: str) -> Matrix:
    import numpy as np

    matrix = parse_matrix(_records(archive, table), what="gene", unique_columns=False)
    other = np.argwhere((matrix.values != 0) & (matrix.values != 1))
    if len(other):
        row, column = other[0]
        place = f"line {matrix.lines[row]}, cell line {matrix.ids[row]}, gene {matrix.columns[column]!r}"
        raise expected_one_of(f"{matrix.source}: {place} is not 0 or 1", float(matrix.values[row, column]), (0, 1))
    return matrix


def _optional(records: Records, names: tuple[str, ...], *, required: bool = False) -> list[str]:
    position = records.position(names) if required else records.find(names)
    cells = [""] * len(records.rows) if position is None else records.column(position)
    return ["" if cell.lower() in MISSING else cell for cell in cells]


GDSC = SurveyReader(
    expression="S1",
    mutation="S3",
    copy_number="S4",
    annotation_table="S5",
    response="S6",
    group_table="S12",
    id_columns=("COSMIC_ID",),
    name_columns=("SAMPLE_NAME", "CELL_LINE_NAME"),
    group_column="TARGET_PATHWAY",
    group_field="target_pathway",
    censored_at=None,
)
CCLE = SurveyReader(
    expression="S13",
    mutation="S17",
    copy_number="S18",
    annotation_table="S25",
    response="S19",
    group_table="S22",
    id_columns=("SAMPLE_NAME", "CCLE_NAME", "CCLE Cell Line Name"),
    name_columns=(),
    group_column="TARGET",
    group_field="targets",
    censored_at=LN_8,
)
