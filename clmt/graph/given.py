"""Predictions of a fold's pairs that somebody else made: a file of ``cell_line_id``, ``drug_id`` and ``predicted``."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError, shown
from clmt.graph.held_out import held_out_pairs
from clmt.reading.matrix import parse_number
from clmt.reading.pairs import PairRows, read_pair_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_graph import FoldGraph

__all__ = ["Given", "read_given"]

logger = logging.getLogger(__name__)

_LIMIT = 1e6
"""Largest prediction, either side of 0: far beyond any ln IC50, and its square is still a number."""


@dataclass(frozen=True)
class Given:
    """Predictions from a file.

    Attributes
    ----------
    pairs
        Those of the fold's validation and test pairs that the file has, int64 (n, 2) of [cell line row, drug row].
    predicted
        ln IC50 (uM), float64 (n,).
    source, sha256
        The file and its checksum.
    """

    pairs: NDArray[np.int64]
    predicted: NDArray[np.float64]
    source: str
    sha256: str


def read_given(path: Path, graph: FoldGraph) -> Given:
    """Read and check the predictions for a fold; pairs that are neither validated nor tested are left out, and counted.

    Raises
    ------
    ClmtError
        Where a cell line or drug is not in the dataset, a pair stands twice, a prediction is no finite number, or a
        test pair has none.
    """
    rows = read_pair_rows(Path(path), ["predicted"])
    table = np.full((graph.n_cells, graph.n_drugs), np.nan)
    cells = {name: row for row, name in enumerate(graph.cell_line_ids)}
    drugs = {name: row for row, name in enumerate(graph.drug_ids)}
    for place, (pair, text) in enumerate(zip(rows.pairs, rows.columns["predicted"], strict=True)):
        for what, name, known in (("cell line", pair[0], cells), ("drug", pair[1], drugs)):
            if name not in known:
                raise ClmtError(
                    f"{rows.place(place)}: {what} is not in dataset {graph.dataset}! got: {name!r}, expected: one of "
                    f"{len(known)}, such as: {min(known)!r}"
                )
        row = cells[pair[0]], drugs[pair[1]]
        if not math.isnan(table[row]):
            raise ClmtError(
                f"{rows.place(place)}: a pair stands twice! got: cell line {pair[0]!r} and drug {pair[1]!r} again, "
                "expected: each once"
            )
        table[row] = _number(rows, place, text)
    _refuse_missing(rows.source, table, graph)
    held = held_out_pairs(graph)
    there = held[~np.isnan(table[tuple(held.T)])]
    logger.info(
        "%s: %d predictions, %d of pairs that are not held out", path, len(rows.pairs), len(rows.pairs) - len(there)
    )
    return Given(there, table[tuple(there.T)], str(path), file_sha256(Path(path)))


def _number(rows: PairRows, place: int, text: str) -> float:
    value = parse_number(text)
    if not abs(value) <= _LIMIT:
        raise ClmtError(
            f"{rows.place(place)}: predicted is no response! got: {shown(text)} for cell line "
            f"{rows.columns['cell_line_id'][place]!r} and drug {rows.columns['drug_id'][place]!r}, expected: a finite "
            "number, in the unit of the dataset's target"
        )
    return value


def _refuse_missing(source: str, table: NDArray[np.float64], graph: FoldGraph) -> None:
    pairs = graph.test_pairs.numpy()
    missing = pairs[np.isnan(table[tuple(pairs.T)])]
    if len(missing):
        cell, drug = missing[0]
        raise ClmtError(
            f"{source}: a test pair of fold {graph.fold} of {graph.dataset}, {graph.split}, has no prediction! got: "
            f"none of cell line {graph.cell_line_ids[cell]!r} and drug {graph.drug_ids[drug]!r} ({len(missing)} of "
            f"{len(pairs)} are missing), expected: each once"
        )
