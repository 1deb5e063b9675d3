"""Units of the user's own responses: the stated one turned into ln uM, and whether the values look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clmt.planning.settings.tables import UNITS, Unit
from clmt.tables.own.findings import Findings
from clmt.tables.units import AREAS, LN_IC50_LIMIT, MEDIANS

if TYPE_CHECKING:
    import numpy as np

__all__ = ["check_unit", "fitting_units", "possible", "to_target"]

_PIC50 = (3.0, 13.0)
"""Between them lie pIC50: 1 mM and 0.1 pM."""
_ENOUGH = 20
"""Responses of which one at least lies outside of what another unit allows."""


def to_target(values: np.ndarray, unit: Unit) -> np.ndarray:
    """Values as the target: ln uM, but for areas, which stay. What cannot be logged becomes NaN."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        if unit in ("um", "nm"):
            return np.where(values > 0, np.log(values / (1.0 if unit == "um" else 1000.0)), np.nan)
    if unit == "log10_um":
        return values * np.log(10.0)
    if unit == "pic50":
        return (6.0 - values) * np.log(10.0)
    return values.copy()


def possible(values: np.ndarray, unit: Unit) -> np.ndarray:
    """Tell which values can be of the unit at all, bool."""
    import numpy as np

    if unit == "auc":
        low, high = AREAS
        return (values >= low) & (values <= high)
    return np.abs(to_target(values, unit)) <= LN_IC50_LIMIT


def looks_like(values: np.ndarray, unit: Unit) -> bool:
    """Whether the distribution of values fits a unit: all of them possible, and their median that of a screen."""
    import numpy as np

    if not possible(values, unit).all():
        return False
    if unit == "auc":
        return True
    if unit == "pic50" and not (values.min() >= _PIC50[0] - 2 and values.max() <= _PIC50[1]):
        return False
    if len(values) >= _ENOUGH and unit in ("ln_um", "log10_um", "um") and looks_like(values, "auc"):
        return False
    low, high = _PIC50
    if len(values) >= _ENOUGH and unit in ("ln_um", "log10_um") and low < values.min() and values.max() < high:
        return False
    low, high = MEDIANS
    return low <= float(np.median(to_target(values, unit))) <= high


def fitting_units(values: np.ndarray) -> list[Unit]:
    """Units that the distribution of values fits, for a message: none is taken unless it is stated."""
    return [unit for unit in UNITS if values.size and looks_like(values, unit)]


def check_unit(values: np.ndarray, unit: Unit, source: str, column: str, findings: Findings) -> None:
    """Say what the values are in the stated unit; a problem where they look like those of another.

    A unit is never guessed. Where the values fit the stated one it holds, whatever else they fit.
    """
    import numpy as np

    if not values.size:
        return
    span = f"from {values.min():g} to {values.max():g}, median {np.median(values):g}"
    fitting = fitting_units(values)
    others = [other for other in fitting if other != unit]
    if unit not in fitting:
        like = f"They look like {' or '.join(others)}" if others else "They look like no unit that is known"
        findings.problem(
            source,
            f"column {column}: the values are not in the stated unit {unit} ({UNITS[unit]})",
            f"values {span}",
            "those of a screen",
            f"{like}: correct 'unit' or the values",
        )
        return
    if unit == "auc":
        findings.note(source, f"{column} is taken as stated, auc: {span}; a lower area must mean a more sensitive one")
        return
    low, middle, high = np.exp(np.quantile(to_target(values, unit), (0.0, 0.5, 1.0)))
    also = f"; the numbers would also do as {' or '.join(others)}" if others else ""
    findings.note(
        source,
        f"{column} is taken as stated, {unit} ({UNITS[unit]}): IC50 from {low:.3g} to {high:.3g} uM, median "
        f"{middle:.3g} uM{also}",
    )
