"""Cell lines of a request: those that the bundle knows by name, and new ones by their expression."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.bundles.attach import NewCellLines
from clmt.bundles.entities import KnownNames, refuse_repeated, text_column
from clmt.bundles.genes import check_scale, match_genes
from clmt.bundles.user_tables import is_table, matrix_of_frame, read_profiles, read_records
from clmt.errors import ClmtError
from clmt.reading.delimited import names_ids
from clmt.reading.matrix import Matrix, clean_id, parse_matrix

if TYPE_CHECKING:
    import pandas as pd

    from clmt.bundles.file import Bundle

__all__ = ["CellLines", "read_cell_lines"]

logger = logging.getLogger(__name__)
#: Share of the bundle's genes that a table may lack.
MOST_MISSING = 0.2


@dataclass(frozen=True)
class CellLines:
    """Cell lines of a request.

    Attributes
    ----------
    names
        As the user wrote them, n.
    rows
        Int64 (n,): rows of the graph in which the new ones stand behind the bundle's.
    new
        Those that the bundle does not know.
    unknown
        ``mutation`` and ``copy_number``: rows of the graph of new ones of which nothing is known there.
    """

    names: list[str]
    rows: np.ndarray
    new: NewCellLines
    unknown: dict[str, np.ndarray]


def read_cell_lines(
    bundle: Bundle,
    given: Sequence[Any] | pd.DataFrame,
    *,
    mutation: Path | pd.DataFrame | None = None,
    copy_number: Path | pd.DataFrame | None = None,
    annotations: Path | None = None,
    max_missing: float = MOST_MISSING,
    encoder_folder: Path | None = None,
) -> CellLines:
    """Read the cell lines of a request.

    Parameters
    ----------
    bundle
        Knows the genes, names and scale.
    given
        Names that the bundle knows; files of such names (one column) or of expression; or a frame of expression, a
        row for each cell line.
    mutation, copy_number
        0 and 1 of new cell lines by gene; one that is not in it is read at the training mean.
    annotations
        Table of columns ``cell_line``, ``text`` and ``tissue``, of new cell lines.
    max_missing
        Share of the genes that a table of expression may lack; they get the training mean.
    encoder_folder
        Of a transformer, where texts are given.

    Raises
    ------
    ClmtError
        For an unknown or repeated name, a table that is no matrix of numbers, too few genes and another scale.
    """
    if not 0 <= max_missing < 1:
        raise ClmtError(f"share of the genes that may be missing! got: {max_missing}, expected: from 0 to below 1")
    names: list[tuple[str, int | None]] = []
    parts: list[np.ndarray] = []
    index = KnownNames.of(bundle, "cell line")
    for one in [given] if _is_frame(given) else given:
        profiles, known = _read(one)
        names += [(name, index.find(name, where)) for name, where in known]
        if profiles is not None:
            parts.append(_expression(profiles, bundle, max_missing))
            names += [(name, None) for name in profiles.ids]
    refuse_repeated([name for name, _ in names], "cell line")
    new = [name for name, row in names if row is None]
    _tell_known(new, index)
    graph, start = bundle.frozen.graph, bundle.frozen.graph.n_cells
    place = {name: start + row for row, name in enumerate(new)}
    found = {
        "mutation": _alterations(mutation, new, graph.mutation_genes, max_missing),
        "copy_number": _alterations(copy_number, new, graph.copy_number_genes, max_missing),
    }
    texts = _texts(annotations, new)
    return CellLines(
        [name for name, _ in names],
        np.array([place[name] if row is None else row for name, row in names], dtype=np.int64),
        NewCellLines(
            new,
            np.concatenate([*parts, np.zeros((0, len(graph.genes)), np.float32)]),
            found["mutation"][0],
            found["copy_number"][0],
            bundle.texts.read(texts, "cell_line", encoder_folder),
        ),
        {kind: start + np.flatnonzero(~there) for kind, (_, there) in found.items()},
    )


def _tell_known(new: Sequence[str], index: KnownNames) -> None:
    """Warn of cell lines that a table brings as new ones under the id of one that the bundle knows."""
    if known := [name for name in new if name in index.rows]:
        logger.warning(
            "%d of %d cell lines of the tables have the id of one that the bundle knows, such as %s, and are read as "
            "new ones by their expression; name them without a table to predict the known ones",
            *(len(known), len(new), known[0]),
        )


def _is_frame(given: Any) -> bool:
    return hasattr(given, "columns")


def _read(one: Any) -> tuple[Matrix | None, Iterable[tuple[str, str]]]:
    """Profiles, or names that the bundle should know and where they stand."""
    if _is_frame(one):
        return matrix_of_frame(one, "cell_lines"), ()
    if not is_table(str(one)):
        return None, [(str(one), "")]
    path = Path(one)
    if path.suffix.lower() == ".parquet":
        return read_profiles(path), ()
    records = read_records(path)
    if len(records.header) == 1:
        if not names_ids(records.header[0]):
            raise ClmtError(
                f"{path}: no title in the first line! got: {records.header[0]!r}, expected: cell_line, and a name in "
                "each line below, or columns of genes"
            )
        return None, [
            (row[0].strip(), f"{path}: line {line}: ") for row, line in zip(records.rows, records.lines, strict=True)
        ]
    return parse_matrix(records, what="gene", missing=True), ()


def _expression(profiles: Matrix, bundle: Bundle, max_missing: float) -> np.ndarray:
    """Expression of the bundle's genes, float32 (n, G), genes that are missing at the training mean."""
    genes, reference = bundle.frozen.graph.genes, bundle.expression
    if _turned(profiles, genes):
        raise ClmtError(
            f"{profiles.source}: genes stand in the rows! got: {profiles.ids[0]!r} in the first column, expected: a "
            "cell line in each row and a gene in each column. Turn the table"
        )
    matched = match_genes(profiles.columns, genes, profiles.source)
    values = np.full((len(profiles.ids), len(genes)), np.nan)
    there = matched.places >= 0
    values[:, there] = profiles.values[:, matched.places[there]]
    absent = np.isnan(values).mean(axis=1)
    if (absent > max_missing).any():
        row = int(absent.argmax())
        gene = genes[int(np.isnan(values[row]).argmax())]
        raise ClmtError(
            f"{profiles.source}: cell line {profiles.ids[row]!r} lacks too many genes! got: {absent[row]:.0%} of "
            f"{len(genes)} missing, such as {gene!r}, expected: {max_missing:.0%} at most. Bring a table of more "
            "genes, or allow more with --max-missing"
        )
    check_scale(values, profiles.ids, reference, profiles.source)
    if (count := int(np.isnan(values).sum())) or matched.by_alias:
        logger.warning(
            "%s: %d genes are missing and %d values in all stand at the training mean; %d genes have another name",
            *(profiles.source, matched.missing, count, matched.by_alias),
        )
    return np.where(np.isnan(values), reference.mean, values).astype(np.float32)


def _turned(profiles: Matrix, genes: Sequence[str]) -> bool:
    known = set(genes)
    return sum(name in known for name in profiles.ids) > max(2, sum(name in known for name in profiles.columns))


def _alterations(
    given: Path | pd.DataFrame | None, new: Sequence[str], genes: Sequence[str], max_missing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Altered genes of new cell lines, uint8 (n, M), and of which of them they are known, bool (n,)."""
    values, there = np.zeros((len(new), len(genes)), dtype=np.uint8), np.zeros(len(new), dtype=bool)
    if given is None:
        return values, there
    matrix = matrix_of_frame(given, "alterations") if _is_frame(given) else read_profiles(Path(str(given)))
    wrong = np.argwhere(~np.isin(matrix.values, (0.0, 1.0)))
    if len(wrong):
        row, column = wrong[0]
        raise ClmtError(
            f"{matrix.source}: cell line {matrix.ids[row]!r}, gene {matrix.columns[column]!r}! got: "
            f"{matrix.values[row, column]:g}, expected one of: 0, 1 (1: altered)"
        )
    matched = match_genes(matrix.columns, genes, matrix.source)
    if matched.missing > max_missing * len(genes):
        raise ClmtError(
            f"{matrix.source}: too many genes are missing! got: {matched.missing} of {len(genes)}, expected: "
            f"{max_missing:.0%} at most. Leave the table out, or allow more with --max-missing"
        )
    rows = {name: row for row, name in enumerate(matrix.ids)}
    column = matched.places >= 0
    for place, name in enumerate(new):
        if name in rows:
            values[place, column] = matrix.values[rows[name], matched.places[column]].astype(np.uint8)
            there[place] = True
    if matched.missing:
        logger.warning("%s: %d genes are missing and taken as not altered", matrix.source, matched.missing)
    _tell_unmatched(matrix.source, new, set(matrix.ids), "at the training mean")
    return values, there


def _tell_unmatched(source: str, new: Sequence[str], there: Set[str], how: str) -> None:
    """Say which new cell lines a table of theirs does not have, and how many of its rows are of none."""
    if absent := [name for name in new if name not in there]:
        listed = ", ".join(absent[:5])
        logger.warning(
            "%s: %d of %d new cell lines are not in it, read %s: %s", source, len(absent), len(new), how, listed
        )
    if others := len(there - set(new)):
        logger.warning("%s: %d cell lines are no new ones of this request", source, others)


def _texts(annotations: Path | None, new: Sequence[str]) -> list[str]:
    """Text of each new cell line: its own, else what its tissue says, else none."""
    if annotations is None:
        return [""] * len(new)
    records = read_records(annotations)
    name = records.position(("cell_line", "cell_line_id", "name"))
    told: Mapping[str, list[str]] = {
        column: text_column(records, column) for column in ("text", "tissue") if column in records.header
    }
    if not told:
        raise ClmtError(f"{annotations}: no column text or tissue! got: {', '.join(records.header)}. Name one")
    ids = [clean_id(row[name]) for row in records.rows]
    refuse_repeated(ids, "cell line", f"{annotations}: ")
    rows = {key: place for place, key in enumerate(ids)}
    _tell_unmatched(str(annotations), new, rows.keys(), "by the neutral sentence")
    texts = []
    for each in new:
        text, tissue = (told[c][rows[each]] if c in told and each in rows else "" for c in ("text", "tissue"))
        texts.append(text or (f"This cell line is a human cancer cell line derived from {tissue}." if tissue else ""))
    return texts
