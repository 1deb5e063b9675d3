"""Targets and further names of drugs in the project's own tables: aliases to HGNC symbols, pathways, synonyms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from clmt.errors import ClmtError
from clmt.paths import packaged
from clmt.reading.delimited import require_columns
from clmt.reading.lines import read_lines
from clmt.reading.names import name_key

__all__ = [
    "ALIASES",
    "DRUG_SYNONYMS",
    "PATHWAYS",
    "map_targets",
    "read_aliases",
    "read_drug_synonyms",
    "read_pathway_labels",
    "tables_digest",
]

_RESOURCES = packaged("resources")

#: The project's own tables.
ALIASES = _RESOURCES / "target_aliases.tsv"
PATHWAYS = _RESOURCES / "target_pathways.tsv"
DRUG_SYNONYMS = _RESOURCES / "drug_synonyms.tsv"


def tables_digest() -> str:
    """Digest the project's own tables, so that a change of one writes the corpus again; 16 hexadecimal digits."""
    content = b"\0".join(path.read_bytes() for path in (ALIASES, PATHWAYS, DRUG_SYNONYMS))
    return hashlib.sha256(content).hexdigest()[:16]


def _two_columns(path: Path, header: tuple[str, str]) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in read_lines(path) if not line.startswith("#")]
    if not rows:
        raise ClmtError(f"{path} is empty; expected: {' and '.join(header)}")
    require_columns(path, rows[0], header)
    for row in rows[1:]:
        if len(row) != 2 or not all(cell.strip() for cell in row):
            raise ClmtError(f"{path}: bad row! got: {row!r}, expected: {header[0]}<TAB>{header[1]}")
    return [(row[0].strip(), row[1].strip()) for row in rows[1:]]


def read_aliases(path: Path = ALIASES) -> dict[str, tuple[str, ...]]:
    """Read the table of target aliases.

    Returns
    -------
    dict
        Key of an alias (:func:`clmt.reading.names.name_key`) -> HGNC symbols, the leading member of a family first.
    """
    aliases: dict[str, tuple[str, ...]] = {}
    for alias, symbols in _two_columns(Path(path), ("alias", "symbols")):
        key = name_key(alias)
        if key in aliases:
            raise ClmtError(f"{path}: alias {alias!r} stands twice (letters and digits decide); keep one row")
        aliases[key] = tuple(symbol.strip() for symbol in symbols.split(";"))
    return aliases


def read_pathway_labels(path: Path = PATHWAYS) -> dict[str, str]:
    """Read which Reactome pathway stands for each target pathway label of GDSC: lower-cased label -> id."""
    return {label.lower(): key for label, key in _two_columns(Path(path), ("label", "pathway"))}


def read_drug_synonyms(path: Path = DRUG_SYNONYMS) -> dict[str, tuple[str, ...]]:
    """Read further names of drugs: key of a name -> synonyms."""
    rows = _two_columns(Path(path), ("drug", "synonyms"))
    return {name_key(drug): tuple(name.strip() for name in synonyms.split(";")) for drug, synonyms in rows}


def map_targets(labels: Iterable[str], aliases: Mapping[str, tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """Map target labels of a drug to HGNC symbols.

    A label is an alias of the table, or else a symbol if it is written like one. Where a bracket or a stroke explains
    the label ("PDK1 (PDPK1)", "VEGFR3/FLT4") its parts are tried in turn.

    Returns
    -------
    mapped, unknown : list
        Symbols in order, each once, and the labels that name no gene ("DNA crosslinker").
    """
    mapped: list[str] = []
    unknown = []
    for label in labels:
        parts = (part.strip() for part in (label, *re.split(r"[()/]", label)))
        found = next((symbols for part in parts if (symbols := _symbols(part, aliases))), ())
        mapped.extend(found)
        if not found:
            unknown.append(label)
    return list(dict.fromkeys(mapped)), unknown


def _symbols(label: str, aliases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    known = aliases.get(name_key(label)) if name_key(label) else None
    if known:
        return known
    # "HDAC inhibitor Class I, IIa, IV" is cut at its commas: a roman numeral is no gene.
    if re.fullmatch(r"[IVX]+", label):
        return ()
    return (label,) if re.fullmatch(r"[A-Z][A-Z0-9-]{1,9}", label) else ()
