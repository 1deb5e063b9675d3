"""The user's own omics: a row for each cell line, a column for each gene."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.reading.delimited import names_ids
from clmt.reading.matrix import Matrix, clean_id, row_numbers
from clmt.tables.own.columns import CELL_LINE, read_keys, read_records, shown_header, title_key
from clmt.tables.own.findings import Findings
from clmt.tables.own.scale import altered_copies, check_binary, check_scale, gene_kind

if TYPE_CHECKING:
    import numpy as np

    from clmt.reading.delimited import Records

__all__ = ["read_omics"]

_WITH_ENTREZ = re.compile(r"(\S+) \((?:\d+|ENSG\d+|nan)\)")
_FLAGS = {"true": "1", "false": "0"}


def read_omics(path: Path, kind: str, title: str, known: Collection[str], findings: Findings) -> Matrix:
    """Read expression as it stands (log2), or mutation and copy number as zeros and ones.

    Parameters
    ----------
    path
        The table.
    kind
        ``expression``, ``mutation`` or ``copy_number``.
    title
        Column of the response table with the cell lines: where this table has it too, it is the one with the ids.
    known
        Cell lines of the responses.
    findings
        Takes the problems, and what the table was taken for.
    """
    import numpy as np

    records = read_records(path, findings)
    place = _id_place(records, title)
    if not _fits(records, [clean_id(cell) for cell in records.column(place)], known, findings):
        return Matrix(records.source, [], [], np.empty((0, 0)))
    ids = read_keys(records, place, "cell line", findings, once=True)
    genes = _genes(records, place, findings)
    values = _values(records, [place for place, _ in genes], findings)
    rows = [row for row, cell_line in enumerate(ids) if cell_line]
    named, lines = [ids[row] for row in rows], [records.lines[row] for row in rows]
    matrix = Matrix(records.source, named, [gene for _, gene in genes], values[rows], lines)
    if not matrix.columns or not matrix.ids:
        return matrix
    findings.note(str(path), f"{len(named)} cell lines, {len(genes)} genes by {gene_kind(matrix.columns)}")
    if kind == "expression":
        check_scale(matrix, findings)
        return matrix
    if kind == "copy_number":
        matrix = altered_copies(matrix, findings)
    return check_binary(matrix, kind, findings)


def _id_place(records: Records, title: str) -> int:
    """Column with the ids: that of the response table's title, else a blank one or one of ids, else the first."""
    keys = [title_key(name) for name in records.header]
    for key in (title_key(title), "", *map(title_key, CELL_LINE)):
        if key in keys and (key or "" in records.header):
            return keys.index(key)
    return 0


def _genes(records: Records, ids: int, findings: Findings) -> list[tuple[int, str]]:
    """Columns of genes, without those of other ids; DepMap's ``SYMBOL (Entrez id)`` is the symbol."""
    other = set(map(title_key, CELL_LINE))
    named = ((place, name) for place, name in enumerate(records.header) if place != ids)
    left = [(place, name) for place, name in named if not names_ids(name) and title_key(name) not in other]
    genes = {place for place, _ in left} | {ids}
    if taken := [name or "a blank title" for place, name in enumerate(records.header) if place not in genes]:
        listed = ", ".join(taken[:3]) + (", ..." if len(taken) > 3 else "")
        findings.note(records.source, f"{len(taken)} columns are taken for ids and not for genes ({listed})")
    found = [(place, match[1] if (match := _WITH_ENTREZ.fullmatch(name)) else name) for place, name in left]
    twice = [name for name, count in Counter(name for _, name in found).items() if count > 1]
    if twice:
        listed = ", ".join(twice[:3]) + (f" and {len(twice) - 3} more" if len(twice) > 3 else "")
        remedy = "Keep one column of each: their mean, or the longest transcript"
        findings.problem(records.source, "genes stand twice", listed, "each gene once", remedy)
    if not found:
        got, expected = shown_header(records), "a column for each gene"
        findings.problem(records.source, "no column is a gene", got, expected, "Add them")
    return found


def _values(records: Records, places: list[int], findings: Findings) -> np.ndarray:
    """Numbers (rows, genes); a cell that is none is a problem, named with its gene."""
    import numpy as np

    values = np.empty((len(records.rows), len(places)))
    bad: list[tuple[int, str]] = []
    for row, cells in enumerate(records.rows):
        wanted = [cells[place] for place in places]
        values[row] = row_numbers(wanted)
        wrong = np.flatnonzero(~np.isfinite(values[row]))
        for column in wrong.tolist():
            text = wanted[column].strip()
            flag = _FLAGS.get(text.lower())
            if flag is None:
                bad.append((records.lines[row], f"{records.header[places[column]]}: {text}"))
            else:
                values[row, column] = float(flag)
    expected, remedy = "a finite number in each cell", "Fill the cells in, or take the genes or cell lines out"
    findings.cells(records.source, "", bad, "cells that are no numbers", expected, remedy)
    return values


def _fits(records: Records, ids: list[str], known: Collection[str], findings: Findings) -> bool:
    """Refuse a table whose rows are genes, and one without any cell line of the responses."""
    if not known or set(ids) & set(known):
        return True
    across = [name for name in map(clean_id, records.header) if name in known]
    if across:
        got, expected = f"the cell lines {', '.join(across[:3])} as columns", "a row for each cell line"
        findings.problem(records.source, "the rows are genes", got, expected, "Turn the table round (transpose it)")
    else:
        wanted = f"ids such as {', '.join(sorted(known)[:3])}"
        fault, remedy = "no cell line in common with the responses", "Use one kind of id in all tables"
        findings.problem(records.source, fault, ", ".join(ids[:3]), wanted, remedy)
    return False
