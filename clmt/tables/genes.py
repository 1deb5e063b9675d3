"""Gene symbols that a spreadsheet turned to dates (``6-Sep``), mapped back to today's HGNC symbols."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from clmt.reading.matrix import repeat_of

__all__ = ["RestoredSymbols", "restore_symbols", "symbol_of_date"]

MONTHS = {"mar": "MARCHF{}", "sep": "SEPTIN{}", "dec": "DELEC{}"}
NUMBERS = {"mar": range(1, 12), "sep": range(1, 15), "dec": range(1, 2)}
SPECIAL = {("sep", 13): "SEPTIN7P2", ("sep", 15): "SELENOF"}
TWO_GENES = {("mar", 1): "MTARC1", ("mar", 2): "MTARC2"}
"""MARC1 and MARC2 became the same dates as MARCH1 and MARCH2."""

DAY_FIRST = re.compile(r"^(\d{1,2})-([A-Za-z]{3})(?:\.\d+)?$")
MONTH_FIRST = re.compile(r"^([A-Za-z]{3})-(\d{1,2})(?:\.\d+)?$")


@dataclass(frozen=True)
class RestoredSymbols:
    """Column names without dates, which columns stay, and what was done.

    ``restored`` and ``assumed`` are symbols by their dates, of which two genes share an assumed one; ``dropped`` dates
    cannot be told apart; ``repeated`` are symbols that stand twice.
    """

    names: list[str] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    restored: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


def _date(symbol: str) -> tuple[str, int] | None:
    """Month and number of a date such as ``6-Sep`` or ``Sep-06``; None for a gene symbol."""
    if match := DAY_FIRST.match(symbol):
        month, number = match[2].lower(), int(match[1])
    elif match := MONTH_FIRST.match(symbol):
        month, number = match[1].lower(), int(match[2])
    else:
        return None
    known = (month, number) in SPECIAL or number in NUMBERS.get(month, ())
    return (month, number) if known else None


def symbol_of_date(symbol: str) -> str | None:
    """HGNC symbol of a date that was a gene (``6-Sep`` is SEPTIN6); None where it is no such date."""
    date = _date(symbol)
    return None if date is None else SPECIAL.get(date) or MONTHS[date[0]].format(date[1])


def restore_symbols(columns: Sequence[str]) -> RestoredSymbols:
    """Map the dates among the columns of a table back to symbols.

    A date that stands twice (MARCH1 and MARC1 both became ``1-Mar``), or whose gene is in the table under its own name,
    is dropped: nothing tells which measurement belongs to which gene. So is a symbol that stands twice, as ``TTL`` and
    ``TTL``, or ``TTL.1`` where a program numbered it.
    """
    symbols = {column: symbol_of_date(column) for column in columns}
    counts = Counter(symbols[column] or column for column in columns)
    own = Counter(_unnumbered(column, symbols) for column in columns if symbols[column] is None)
    found = RestoredSymbols()
    for place, column in enumerate(columns):
        symbol = symbols[column]
        if symbol is not None and counts[symbol] > 1:
            found.dropped.append(column)
            continue
        if symbol is None and own[_unnumbered(column, symbols)] > 1:
            found.repeated.append(column)
            continue
        found.names.append(symbol or column)
        found.kept.append(place)
        if symbol is not None:
            (found.assumed if _date(column) in TWO_GENES else found.restored)[column] = symbol
    return found


def _unnumbered(column: str, columns: Container[str]) -> str:
    """Return the column whose name this one repeats with a number, else the column itself."""
    stem = repeat_of(column)
    return stem if stem is not None and stem in columns else column
