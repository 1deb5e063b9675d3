"""Targets and target pathways of drugs out of GDSC's list of screened compounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.delimited import Records, parse_records
from clmt.tables.schema import join_labels

__all__ = ["CompoundLabels", "clean_name", "look_up_compounds", "read_compounds"]

UNKNOWN = frozenset({"", "na", "n/a", "none", "unknown", "unclassified", "-"})


@dataclass(frozen=True)
class CompoundLabels:
    """Labels by drug, joined by ``"; "``, and the drugs whose matches contradict one another (left blank)."""

    targets: dict[str, str] = field(default_factory=dict)
    target_pathway: dict[str, str] = field(default_factory=dict)
    ambiguous: list[str] = field(default_factory=list)


def clean_name(name: str) -> str:
    """Letters and digits of a drug's name, in lower case: ``PF-2341066`` and ``PF2341066`` are one."""
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def split_outside_brackets(text: str) -> list[str]:
    """Split at commas and semicolons that do not stand in brackets."""
    return [part.strip() for part in re.split(r"[,;](?![^(\[]*[)\]])", text) if part.strip()]


def read_compounds(path: Path) -> Records:
    """Read the compounds csv (``DRUG_NAME, SYNONYMS, TARGET, TARGET_PATHWAY``, others ignored)."""
    path = Path(path)
    if not path.is_file():
        raise ClmtError(f"The list of compounds does not exist! got: {path}. Fetch it with 'clmt fetch'")
    records = parse_records(path.read_bytes(), path.name)
    for column in ("DRUG_NAME", "SYNONYMS", "TARGET", "TARGET_PATHWAY"):
        records.position((column,))
    return records


def look_up_compounds(records: Records, drugs: Mapping[str, Sequence[str]]) -> CompoundLabels:
    """Match each drug's names (its own first, then others such as PubChem's title) to compounds.

    A name matches as it stands, else with punctuation and case left out, else as such a synonym. The list has one row
    per screening site, so several rows may match; their labels must agree (as sets), else the drug is ambiguous and
    keeps no label of that column.
    """
    indices = _indices(records)
    found: dict[str, dict[str, str]] = {"TARGET": {}, "TARGET_PATHWAY": {}}
    ambiguous: list[str] = []
    for drug, aliases in drugs.items():
        rows = _matches(indices, [drug, *aliases])
        for column, labels in found.items():
            cells = {label for row in rows if (label := _label(records, row, column))}
            if len({frozenset(cell.casefold().split("; ")) for cell in cells}) > 1:
                ambiguous.append(drug)
            elif cells:
                labels[drug] = min(cells)
    return CompoundLabels(found["TARGET"], found["TARGET_PATHWAY"], sorted(set(ambiguous)))


def _indices(records: Records) -> list[dict[str, list[int]]]:
    """Rows by name, by cleaned name and by cleaned synonym."""
    exact: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    synonyms: dict[str, list[int]] = {}
    name_cells = records.column(records.header.index("DRUG_NAME"))
    synonym_cells = records.column(records.header.index("SYNONYMS"))
    for row, (name, others) in enumerate(zip(name_cells, synonym_cells, strict=True)):
        exact.setdefault(name, []).append(row)
        names.setdefault(clean_name(name), []).append(row)
        for key in {clean_name(other) for other in split_outside_brackets(others)}:
            synonyms.setdefault(key, []).append(row)
    return [exact, names, synonyms]


def _matches(indices: list[dict[str, list[int]]], names: Sequence[str]) -> list[int]:
    """Rows of the first name that is found, looked up in the order of the indices."""
    exact, cleaned, synonyms = indices
    for name in filter(clean_name, names):
        key = clean_name(name)
        if rows := exact.get(name) or cleaned.get(key) or synonyms.get(key):
            return rows
    return []


def _label(records: Records, row: int, column: str) -> str:
    """Labels of a cell; a pathway is one label even where it has a comma (``Other, kinases``)."""
    cell = records.rows[row][records.header.index(column)].strip()
    if cell.casefold() in UNKNOWN:
        return ""
    return join_labels(split_outside_brackets(cell) if column == "TARGET" else [cell])
