"""Responses and expression that cannot be in the unit that the tables promise: a unit is told by no column."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.tables.responses import ROUNDING

if TYPE_CHECKING:
    import numpy as np

    from clmt.reading.matrix import Matrix

__all__ = ["AREAS", "LN_IC50_LIMIT", "LOG2_LIMIT", "MEDIANS", "check_expression", "check_responses"]

logger = logging.getLogger(__name__)

LN_IC50_LIMIT = 20.0
"""Largest ln IC50 (uM), either side of 0: e^20 uM is 485 mol/l."""
LOG2_LIMIT = 30.0
"""Largest log2 expression, either side of 0: a billion reads per million are 2^30."""

MEDIANS = (-4.0, 8.0)
"""Between them lies the median of a screen in ln uM; in ln M it is 13.8 lower, in ln nM 6.9 higher."""
AREAS = (-0.05, 1.5)
"""Areas under the curve, and viabilities, with their noise."""
_SCREENED = 10
"""Drugs of which one at least kills some cell line below 1 uM."""
_CUT_SHORT = 0.05
"""How far below the highest dose a value may lie that stands for it, with the digits that a table has."""
_AT_BOUND = (10, 0.1)
"""Responses, and their share, that lie at the largest value where that is the highest dose, in whatever unit."""
_MEDIAN_LOG2 = 25.0
_ABOVE_BOUND = 0.01
"""How far a value may lie above the highest dose: tables round it to two digits or more."""


def check_responses(matrix: Matrix, censored_at: float | None) -> None:
    """Refuse what is no table of ln IC50 in uM.

    Common logarithms, and a sign turned round, look like weaker and stronger drugs: no table tells them.

    Parameters
    ----------
    matrix
        Responses, (cell lines, drugs), NaN where there is none.
    censored_at
        ln of the highest dose, above which no response lies; None where the layout does not tell.

    Raises
    ------
    ClmtError
        For a value out of range or above the highest dose, with its line, cell line and drug; where all values
        lie about between 0 and 1, as areas and fractions do; where those of many drugs are all positive; where
        their median is that of another unit, or the highest dose is written in one.
    """
    import numpy as np

    values = matrix.values
    _refuse(
        matrix, np.abs(values) > LN_IC50_LIMIT, "drug", "impossible ln IC50 (uM)", _range(LN_IC50_LIMIT), _NOT_LOGGED
    )
    if censored_at is not None:
        expected = f"at most {censored_at:.6f}, the highest dose"
        _refuse(
            matrix, values > censored_at + _ABOVE_BOUND, "drug", "ln IC50 above the highest dose", expected, _NOT_LN_UM
        )
    present = values[~np.isnan(values)]
    if not present.size:
        return
    if present.min() >= AREAS[0] and present.max() <= AREAS[1]:
        raise ClmtError(
            f"{matrix.source}: these are no ln IC50 (uM)! got: values from {present.min():g} to {present.max():g}, "
            "expected: logarithms on both sides of 0. Are they areas under the curve or fractions?"
        )
    if values.shape[1] >= _SCREENED and present.min() > 0:
        raise ClmtError(
            f"{matrix.source}: these are no ln IC50 (uM)! got: {values.shape[1]} drugs and no response below "
            f"{present.min():g}, expected: logarithms on both sides of 0. Are they negative logarithms of M (pIC50)?"
        )
    low, high = MEDIANS
    if not low <= (median := float(np.median(present))) <= high:
        raise ClmtError(
            f"{matrix.source}: these are no ln IC50 (uM)! got: a median of {median:g}, expected: {low:g} to {high:g}. "
            "Are they in M or nM?"
        )
    if censored_at is not None and present.max() < censored_at - ROUNDING:
        bound = np.isclose(present, present.max(), rtol=0, atol=ROUNDING)
        elsewhere = present.max() < censored_at - _CUT_SHORT
        if elsewhere and bound.sum() >= _AT_BOUND[0] and bound.mean() >= _AT_BOUND[1]:
            raise ClmtError(
                f"{matrix.source}: these are no ln IC50 (uM)! got: {bound.mean():.0%} of the responses at "
                f"{present.max():g}, expected: the highest dose at {censored_at:.6f}. Are these common logarithms?"
            )
        logger.warning(
            "%s: no response is censored at the highest dose (%.6f), the largest is %g: are these natural logarithms?",
            matrix.source,
            censored_at,
            present.max(),
        )


def check_expression(matrix: Matrix) -> None:
    """Refuse what is no table of log2 expression, naming line, cell line and gene of a value out of range."""
    import numpy as np

    median = float(np.median(matrix.values)) if matrix.values.size else 0.0
    if abs(median) > _MEDIAN_LOG2:
        raise ClmtError(
            f"{matrix.source}: this is no expression on a log2 scale! got: a median of {median:g}, expected: "
            f"{_range(_MEDIAN_LOG2)}. Are these values that were never logged?"
        )
    beyond = np.abs(matrix.values) > LOG2_LIMIT
    _refuse(
        matrix,
        beyond,
        "gene",
        "impossible log2 expression",
        _range(LOG2_LIMIT),
        "Are these values that were never logged?",
    )


_NOT_LOGGED = "Are these micromolar values that were never logged?"
_NOT_LN_UM = "Are these micromolar values that were never logged, or in another unit?"


def _range(limit: float) -> str:
    return f"-{limit:g} to {limit:g}"


def _refuse(matrix: Matrix, wrong: np.ndarray, column: str, what: str, expected: str, hint: str) -> None:
    """Refuse the first cell that is ``wrong``, bool (cell lines, columns)."""
    places = wrong.nonzero()
    if not len(places[0]):
        return
    row, place = int(places[0][0]), int(places[1][0])
    line = f"line {matrix.lines[row]}, " if matrix.lines else ""
    raise ClmtError(
        f"{matrix.source}: {line}cell line {matrix.ids[row]}, {column} {matrix.columns[place]!r}: {what}! "
        f"got: {matrix.values[row, place]:g}, expected: {expected}. {hint}"
    )
