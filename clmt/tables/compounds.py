"""Targets and target pathways of drugs out of GDSC's list of screened compounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.compounds import GdscCompound, read_gdsc_rows
from clmt.reading.delimited import OddRows
from clmt.reading.names import name_key
from clmt.reading.unknown import UNKNOWN_LABELS
from clmt.tables.schema import join_labels

__all__ = ["CompoundLabels", "look_up_compounds", "split_outside_brackets"]

_MARKS = str.maketrans(",;", "\n\n")


@dataclass(frozen=True)
class CompoundLabels:
    """Labels by drug, joined by ``"; "``, and the drugs whose matches contradict one another (left blank)."""

    targets: dict[str, str] = field(default_factory=dict)
    target_pathway: dict[str, str] = field(default_factory=dict)
    ambiguous: list[str] = field(default_factory=list)


def look_up_compounds(path: Path, drugs: Mapping[str, Sequence[str]]) -> CompoundLabels:
    """Match each drug's names (its own first, then others such as PubChem's title) to compounds.

    The first name that is found decides: as it stands, else with punctuation and case left out, else as such a synonym.
    The list has one row per screening site, so several rows may match; their labels must agree (as sets), else the drug
    is ambiguous and keeps no label of that column.

    Parameters
    ----------
    path
        GDSC's list of screened compounds; a row of another length than its header is refused.
    drugs
        Other names of each drug by its own.
    """
    odd = OddRows()
    compounds = read_gdsc_rows(path, odd)
    if odd.cells:
        raise ClmtError(f"{path}: line {odd.cells[0]} has the wrong number of fields! The file may be cut off")
    indices = _indices(compounds)
    found: dict[str, dict[str, str]] = {"targets": {}, "target_pathway": {}}
    ambiguous: set[str] = set()
    for drug, aliases in drugs.items():
        labels = [_labels(row) for row in _matches(indices, [drug, *aliases])]
        for column, known in found.items():
            cells = {row[column] for row in labels if row[column]}
            if len({frozenset(cell.casefold().split("; ")) for cell in cells}) > 1:
                ambiguous.add(drug)
            elif cells:
                known[drug] = min(cells)
    return CompoundLabels(found["targets"], found["target_pathway"], sorted(ambiguous))


def split_outside_brackets(text: str) -> list[str]:
    """Split at commas and semicolons that do not stand in brackets."""
    # A run between brackets stands in some where the bracket behind it closes.
    marked = re.sub(r"[^()\[\]]+[)\]]?", lambda run: run[0] if run[0][-1] in ")]" else run[0].translate(_MARKS), text)
    return [part.strip() for part in marked.split("\n") if part.strip()]


def _indices(compounds: Sequence[GdscCompound]) -> list[dict[str, list[GdscCompound]]]:
    """Rows by name, by the key of the name and by the keys of the synonyms."""
    exact: dict[str, list[GdscCompound]] = {}
    names: dict[str, list[GdscCompound]] = {}
    synonyms: dict[str, list[GdscCompound]] = {}
    for row in compounds:
        exact.setdefault(row.name, []).append(row)
        names.setdefault(name_key(row.name), []).append(row)
        for key in {name_key(other) for other in split_outside_brackets(row.synonyms)}:
            synonyms.setdefault(key, []).append(row)
    return [exact, names, synonyms]


def _matches(indices: Sequence[Mapping[str, list[GdscCompound]]], names: Sequence[str]) -> list[GdscCompound]:
    """Rows of the first name that is found, looked up in the order of the indices."""
    exact, keyed, synonyms = indices
    for name in filter(name_key, names):
        key = name_key(name)
        if rows := exact.get(name) or keyed.get(key) or synonyms.get(key):
            return rows
    return []


def _labels(row: GdscCompound) -> dict[str, str]:
    """Labels of a row; a pathway is one label even where it has a comma (``Other, kinases``)."""
    cells = {"targets": row.target, "target_pathway": row.pathway}
    known = {column: "" if cell.casefold() in UNKNOWN_LABELS else cell for column, cell in cells.items()}
    return {
        "targets": join_labels(split_outside_brackets(known["targets"])),
        "target_pathway": join_labels([known["target_pathway"]]),
    }
