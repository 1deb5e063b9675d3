"""Readers of the survey supplement's GDSC and CCLE tables, straight out of their zip archives."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.layouts import LAYOUTS
from clmt.reading.archive import read_zip_member
from clmt.reading.delimited import Records, clean_id, parse_matrix, parse_records, refuse_duplicates
from clmt.simulated import MARK

if TYPE_CHECKING:
    import numpy as np

    from clmt.reading.delimited import Matrix

__all__ = [
    "CCLE",
    "GDSC",
    "Layout",
    "check_simulated",
    "drug_names",
    "layout_of",
    "read_annotation",
    "read_binary",
    "read_expression",
    "read_groups",
    "read_member",
    "read_responses",
]

LN_IC50_LIMIT = 20.0
LN_8 = 2.0794415416798357
"""CCLE's highest dose is 8 uM; its IC50 is set to 8 where the curve does not reach the half (right-censored)."""


@dataclass(frozen=True)
class Layout:
    """Which table of the supplement holds what; tables are found by the start of their file name."""

    expression: str
    mutation: str
    copy_number: str
    annotation: str
    response: str
    groups: str
    id_columns: tuple[str, ...]
    name_columns: tuple[str, ...]
    group_column: str
    group_field: str
    censored_at: float | None


GDSC = Layout(
    expression="Table_S1_",
    mutation="Table_S3_",
    copy_number="Table_S4_",
    annotation="Table_S5_",
    response="Table_S6_",
    groups="Table_S12_",
    id_columns=("COSMIC_ID",),
    name_columns=("SAMPLE_NAME", "CELL_LINE_NAME"),
    group_column="TARGET_PATHWAY",
    group_field="target_pathway",
    censored_at=None,
)
CCLE = Layout(
    expression="Table_S13_",
    mutation="Table_S17_",
    copy_number="Table_S18_",
    annotation="Table_S25_",
    response="Table_S19_",
    groups="Table_S22_",
    id_columns=("SAMPLE_NAME", "CCLE_NAME", "CCLE Cell Line Name"),
    name_columns=(),
    group_column="TARGET",
    group_field="targets",
    censored_at=LN_8,
)


def layout_of(name: str) -> Layout:
    """Layout by its name in the settings; a ClmtError lists the choices."""
    if name not in LAYOUTS:
        raise expected_one_of("Unknown layout of a dataset", name, LAYOUTS, "Set datasets.<name>.layout")
    module, constant = LAYOUTS[name].split(":")
    layout: Layout = getattr(import_module(module), constant)
    return layout


def read_member(archive: Path, start: str) -> tuple[str, bytes]:
    """Bytes of the one csv in ``archive`` whose base name begins with ``start``; folders in the archive do not matter.

    Returns
    -------
    tuple of str and bytes
        The name for messages, ``archive.zip: Table_S6_....csv``, and the content.
    """
    archive = Path(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            tables = [PurePosixPath(name).name for name in opened.namelist() if _is_table(name)]
    except FileNotFoundError:
        raise ClmtError(f"The archive does not exist! got: {archive}. Fetch it with 'clmt fetch'") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise ClmtError(f"{archive}: not a zip archive! got: {error}. Delete it and fetch it again") from None
    found = [name for name in tables if name.startswith(start)]
    if len(found) != 1:
        number = "missing" if not found else "more than one"
        raise expected_one_of(f"{archive.name}: {number} table {start}*.csv", ", ".join(found) or "none", tables)
    return f"{archive.name}: {found[0]}", read_zip_member(archive, found[0])


def check_simulated(archive: Path, simulated: bool) -> None:
    """Refuse simulated tables for a real dataset and real ones for a simulated: neither may pass for the other."""
    with zipfile.ZipFile(archive) as opened:
        marked = any(MARK in PurePosixPath(name).name for name in opened.namelist())
    if marked != simulated:
        found, wanted = ("simulated", "measured") if marked else ("measured", "simulated")
        raise ClmtError(
            f"{Path(archive).name} holds {found} values, the dataset is declared {wanted}! got: {archive}. "
            "Delete it and fetch it again, or correct the dataset's 'simulated' in the configuration"
        )


def _is_table(name: str) -> bool:
    """Tables only: no resource forks that macOS adds to archives."""
    path = PurePosixPath(name)
    return path.suffix.lower() == ".csv" and "__MACOSX" not in path.parts and not path.name.startswith("._")


def drug_names(archive: Path, layout: str) -> list[str]:
    """Names of the drugs of the response table, stripped, in the order of the source."""
    return _responses(archive, layout_of(layout)).columns


def _responses(archive: Path, layout: Layout) -> Matrix:
    source, data = read_member(archive, layout.response)
    return parse_matrix(parse_records(data, source), what="drug", missing=True)


def read_responses(archive: Path, layout: Layout) -> tuple[Matrix, np.ndarray]:
    """Responses and which of them are censored, both (cell lines, drugs).

    The values are natural logarithms of IC50 in uM (the supplement's own notes call them common logarithms; they equal
    the natural logarithms that GDSC and CCLE published). CCLE's values at ln 8 are censored; for GDSC the tables do not
    tell, so nothing is marked.
    """
    import numpy as np

    matrix = _responses(archive, layout)
    absurd = np.argwhere(np.abs(matrix.values) > LN_IC50_LIMIT)
    if len(absurd):
        row, column = absurd[0]
        raise ClmtError(
            f"{matrix.source}: line {matrix.lines[row]}, cell line {matrix.ids[row]}, drug {matrix.columns[column]!r}: "
            f"impossible ln IC50 (uM)! got: {matrix.values[row, column]:g}, expected one of: "
            f"-{LN_IC50_LIMIT:g} to {LN_IC50_LIMIT:g}. Are these micromolar values that were never logged?"
        )
    if layout.censored_at is None:
        return matrix, np.zeros(matrix.values.shape, dtype=bool)
    return matrix, matrix.values >= layout.censored_at - 1e-5


def read_expression(archive: Path, layout: Layout) -> Matrix:
    """Expression as the source gives it (log2 scale), (cell lines, genes); gene names as they stand in the file."""
    source, data = read_member(archive, layout.expression)
    return parse_matrix(parse_records(data, source), what="gene", unique_columns=False)


def read_binary(archive: Path, start: str) -> Matrix:
    """Mutation or copy number table of zeros and ones, (cell lines, genes)."""
    import numpy as np

    source, data = read_member(archive, start)
    matrix = parse_matrix(parse_records(data, source), what="gene", unique_columns=False)
    other = np.argwhere((matrix.values != 0) & (matrix.values != 1))
    if len(other):
        row, column = other[0]
        place = f"line {matrix.lines[row]}, cell line {matrix.ids[row]}, gene {matrix.columns[column]!r}"
        raise expected_one_of(f"{source}: {place} is not 0 or 1", float(matrix.values[row, column]), (0, 1))
    return matrix


def read_annotation(archive: Path, layout: Layout) -> dict[str, dict[str, str]]:
    """Name, primary site and histology by cell line id.

    The id is the layout's own column where there is one, else the row names: one published form of the CCLE annotation
    has the CCLE names as row names and DepMap ids (``ACH-...``) in ``ID``.
    """
    source, data = read_member(archive, layout.annotation)
    records = parse_records(data, source)
    ids = [clean_id(cell) for cell in records.column(_id_position(records, layout))]
    filled = [cell_line for cell_line in ids if cell_line]
    refuse_duplicates(filled, source, "cell line")
    sites = _optional(records, ("PRIMARY_SITE",), required=True)
    histologies = _optional(records, ("PRIMARY_HISTOLOGY", "HISTOLOGY"))
    names = _optional(records, layout.name_columns)
    return {
        cell_line: {"name": name or cell_line.split("_")[0], "primary_site": site, "histology": histology}
        for cell_line, name, site, histology in zip(ids, names, sites, histologies, strict=True)
        if cell_line
    }


def _id_position(records: Records, layout: Layout) -> int:
    position = records.position(layout.id_columns, required=False)
    if position is None and records.header[0] in ("", "ID"):
        position = 0
    return position if position is not None else records.position(layout.id_columns) or 0


def _optional(records: Records, names: tuple[str, ...], *, required: bool = False) -> list[str]:
    position = records.position(names, required=required) if names else None
    cells = [""] * len(records.rows) if position is None else records.column(position)
    return ["" if cell.lower() in ("na", "nan") else cell for cell in cells]


def read_groups(archive: Path, layout: Layout) -> dict[str, list[str]]:
    """Groups (target pathways or targets) of each drug.

    A row is a group and its drugs, either as one cell with ``;`` between the names or, in copies that Excel has saved,
    spread over the cells to the right.
    """
    source, data = read_member(archive, layout.groups)
    records = parse_records(data, source, ragged=True)
    label = records.position((layout.group_column,)) or 0
    first = records.position(("DRUG_NAME",)) or 0
    groups: dict[str, list[str]] = {}
    for row in records.rows:
        cells = row[first:] if first > label else row[first : first + 1]
        for drug in (name.strip() for cell in cells for name in cell.split(";")):
            if drug and row[label].strip() not in groups.setdefault(drug, []):
                groups[drug].append(row[label].strip())
    return groups
