"""Joins of the responses with settings and omics; each notes in the audit what it leaves out."""

from __future__ import annotations

import difflib
import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError, expected_one_of
from clmt.reading.matrix import Matrix, repeat_of
from clmt.tables.audit import Audit
from clmt.tables.genes import restore_symbols
from clmt.tables.responses import Responses

__all__ = ["drop_empty", "drop_repeated_arrays", "exclude_drugs", "join_cell_lines", "keep_slice", "restore_genes"]
__all__ += ["with_unaltered"]

logger = logging.getLogger(__name__)


def exclude_drugs(responses: Responses, names: tuple[str, ...], audit: Audit) -> Responses:
    """Leave out the drugs that the settings name; a name that the source does not have is an error."""
    excluded = {name.strip() for name in names}
    for name in sorted(excluded - set(responses.drugs)):
        near = difflib.get_close_matches(name, responses.drugs, n=3, cutoff=0.5) or responses.drugs[:3]
        raise expected_one_of(
            f"exclude_drugs names a drug that {responses.source} does not have", name, near, "Correct or remove it"
        )
    audit.dropped_drugs["excluded by the settings"] = sorted(excluded)
    return audit.step("exclude_drugs", responses.keep_drugs(set(responses.drugs) - excluded))


def restore_genes(omics: Mapping[str, Matrix], audit: Audit) -> dict[str, Matrix]:
    """Give the genes of each matrix the symbols that a spreadsheet turned to dates, and drop those that stand twice."""
    restored = {}
    for name, matrix in omics.items():
        genes = restore_symbols(matrix.columns)
        if not genes.names:
            raise ClmtError(f"{matrix.source}: every gene stands twice! got: {', '.join(matrix.columns[:5])}")
        restored[name] = Matrix(matrix.source, matrix.ids, genes.names, matrix.values[:, genes.kept])
        audit.genes[name] = {
            "count": len(genes.names),
            "mended_dates": genes.restored,
            "assumed_dates": genes.assumed,
            "dropped_dates": genes.dropped,
            "dropped_repeats": genes.repeated,
        }
    return restored


def with_unaltered(omics: Mapping[str, Matrix], audit: Audit) -> dict[str, Matrix]:
    """Give a source without mutations or copy numbers a table of one gene that is altered in no cell line.

    It is the same for all, so that it says nothing; models find a table of the form that they know.
    """
    import numpy as np

    found = dict(omics)
    for name in ("mutation", "copy_number"):
        if name not in found:
            expression = found["expression"]
            source = f"{expression.source} (no table of {name})"
            found[name] = Matrix(source, expression.ids, expression.columns[:1], np.zeros((len(expression.ids), 1)))
            audit.genes[name] = {"count": 0, "absent": True}
    return found


def drop_repeated_arrays(responses: Responses, omics: Mapping[str, Matrix], audit: Audit) -> Responses:
    """Leave out ``101.1`` where there is a ``101``: a second array of one cell line, which must not be blind to it."""
    known = set(responses.cell_lines).union(*(matrix.ids for matrix in omics.values()))
    repeated = {cell_line for cell_line in responses.cell_lines if repeat_of(cell_line) in known}
    audit.dropped_cell_lines["repeated array"] = sorted(repeated)
    if repeated:
        logger.warning("left out as repeated arrays of a cell line: %s", ", ".join(sorted(repeated)))
    return responses.keep_cell_lines(set(responses.cell_lines) - repeated)


def join_cell_lines(
    responses: Responses, omics: Mapping[str, Matrix], annotation: Mapping[str, Any], audit: Audit
) -> Responses:
    """Keep the cell lines that have all three matrices; those without an annotation stay, with blank fields."""
    kept = responses.cell_lines
    for name, matrix in omics.items():
        known = set(matrix.ids)
        audit.dropped_cell_lines[f"no {name}"] = sorted(set(kept) - known)
        kept = [cell_line for cell_line in kept if cell_line in known]
        if not kept:
            raise _empty_join(responses, matrix.source, matrix.ids)
    unknown = sorted(set(kept) - set(annotation))
    if annotation and len(unknown) == len(kept):
        raise _empty_join(responses, "the cell line annotation", list(annotation))
    audit.cell_lines_without_annotation = unknown
    audit.cell_lines_without_response_row = {
        name: sorted(set(matrix.ids) - set(responses.cell_lines)) for name, matrix in omics.items()
    }
    return audit.step("omics", responses.keep_cell_lines(set(kept)))


def _empty_join(responses: Responses, other: str, ids: list[str]) -> ClmtError:
    got, expected = ", ".join(ids[:3]), ", ".join(responses.cell_lines[:3])
    return ClmtError(
        f"{other}: no cell line in common with {responses.source}! got: {got}, expected one of: {expected}, ... "
        "Both must use the same ids"
    )


def keep_slice(responses: Responses, cell_lines: int | None, drugs: int | None, audit: Audit) -> Responses:
    """Keep so many cell lines and drugs (None: all), chosen by a hash so that tissues and classes are mixed."""
    if cell_lines is None and drugs is None:
        return responses
    kept = responses.keep_cell_lines(_choose(responses.cell_lines, cell_lines))
    return audit.step("slice", kept.keep_drugs(_choose(responses.drugs, drugs)))


def _choose(names: list[str], count: int | None) -> set[str]:
    """Choose the ``count`` names with the smallest hashes."""
    return set(sorted(names, key=lambda name: hashlib.sha256(f"clmt slice {name}".encode()).hexdigest())[:count])


def drop_empty(responses: Responses, audit: Audit) -> Responses:
    """Drop drugs and cell lines that have no response left, and note them."""
    kept = responses.keep_present()
    audit.dropped_cell_lines["no response"] = sorted(set(responses.cell_lines) - set(kept.cell_lines))
    audit.dropped_drugs["no response"] = sorted(set(responses.drugs) - set(kept.drugs))
    return audit.step("result", kept)
