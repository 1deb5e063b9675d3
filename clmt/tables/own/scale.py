"""What the numbers of the user's own omics are: log2 expression, counts or z-scores; alterations or copy numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clmt.reading.matrix import Matrix
from clmt.tables.own.findings import Findings
from clmt.tables.units import LOG2_LIMIT

if TYPE_CHECKING:
    import numpy as np

__all__ = ["altered_copies", "check_binary", "check_scale", "gene_kind"]

_ENSEMBL = re.compile(r"ENSG\d{11}(\.\d+)?")
_COUNTS = 100
"""Largest value of a table of whole numbers from which on these are counts."""
_ZERO_SHARE = 0.01
"""Share of exact zeros from which on a gene was counted as silent: arrays know none."""
_DEEP = 2
"""GISTIC's mark of a homozygous deletion (-2) and of an amplification (2); 1 and -1 are shallow."""


def gene_kind(genes: Sequence[str]) -> str:
    """What most genes of a table are named by."""
    ensembl = sum(bool(_ENSEMBL.fullmatch(gene)) for gene in genes)
    entrez = sum(gene.isdigit() for gene in genes)
    if 2 * max(ensembl, entrez) <= len(genes):
        return "symbol"
    kind = "Ensembl id" if ensembl >= entrez else "Entrez id"
    return f"{kind} (they do as features; texts and pathways know symbols alone)"


def check_scale(matrix: Matrix, findings: Findings) -> None:
    """Say on which scale expression is; a problem where it was never logged."""
    import numpy as np

    values = matrix.values[np.isfinite(matrix.values).all(axis=1)]
    if not values.size:
        return
    low, high = float(values.min()), float(values.max())
    span = f"values from {low:g} to {high:g}"
    whole = bool((values == np.round(values)).all())
    if whole and high > _COUNTS:
        remedy = "Give log2(TPM + 1), or log2 of counts per million"
        findings.problem(matrix.source, "these are counts", f"whole numbers, {span}", "log2 expression", remedy)
    elif max(high, -low) > LOG2_LIMIT:
        remedy = "Give log2(x + 1)"
        findings.problem(matrix.source, "these values were never logged", span, f"log2, at most {LOG2_LIMIT:g}", remedy)
    else:
        findings.note(matrix.source, f"expression is taken as it stands, {_scale(values)}: {span}")


def _scale(values: np.ndarray) -> str:
    import numpy as np

    if values.min() >= 0:
        zeros = float((values == 0).mean())
        return "log2(TPM + 1) or alike" if zeros > _ZERO_SHARE else "log2 intensities of arrays or alike"
    centred = abs(float(np.median(values.mean(axis=0)))) < 0.1
    if centred and 0.5 < float(np.median(values.std(axis=0))) < 1.5:
        return "z-scores, in which the cell lines that are tested took part: unscaled values are better"
    return "centred or relative log2 values"


def altered_copies(matrix: Matrix, findings: Findings) -> Matrix:
    """Marks of GISTIC as zeros and ones: deep deletions and amplifications; of other signed marks any but 0."""
    import numpy as np

    values = matrix.values
    if not (np.isin(values, (-2, -1, 0, 1, 2)).all() and values.min() < 0):
        return matrix
    gistic = bool((np.abs(values) == _DEEP).any())
    altered = np.abs(values) == _DEEP if gistic else values != 0
    rule = "GISTIC's -2 and 2 are altered, -1 and 1 are not" if gistic else "-1 and 1 are altered"
    findings.note(matrix.source, rule)
    return Matrix(matrix.source, matrix.ids, matrix.columns, altered.astype(float), matrix.lines)


def check_binary(matrix: Matrix, kind: str, findings: Findings) -> Matrix:
    """Make alterations zeros and ones: numbers of mutations count as one; any other number is a problem."""
    import numpy as np

    values = matrix.values
    whole = (values == np.round(values)) & (values >= 0)
    good = (whole if kind == "mutation" else (values == 0) | (values == 1)) | np.isnan(values)
    bad = [
        (matrix.lines[row] if matrix.lines else row, f"{matrix.columns[column]}: {values[row, column]:g}")
        for row, column in np.argwhere(~good)[:100].tolist()
    ]
    hint = "numbers of mutations" if kind == "mutation" else "GISTIC's marks, -2 to 2"
    findings.cells(
        matrix.source,
        "",
        bad,
        "cells that are no alterations",
        f"0 and 1, true and false, or {hint}",
        "Say of each gene whether it is altered: a ratio or a logarithm needs a bound of yours",
    )
    if not bad:
        share = float((values > 0).mean())
        findings.note(matrix.source, f"{share:.1%} of the genes of a cell line are altered")
    return Matrix(matrix.source, matrix.ids, matrix.columns, (values > 0).astype(float), matrix.lines)
