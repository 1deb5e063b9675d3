"""From drug names to drugs: structures attached, salts stripped, names of one structure merged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.reading.delimited import Matrix
from clmt.reading.parquet import read_parquet
from clmt.tables.corrections import CORRECTIONS
from clmt.tables.identity import Structure, structure_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["read_structures", "resolve_drugs"]

logger = logging.getLogger(__name__)

STRUCTURE_COLUMNS = ("name", "cid", "smiles", "title")


def read_structures(path: Path) -> dict[str, dict[str, Any]]:
    """CID, SMILES and title of each drug name, as PubChem gave them (None where it has none)."""
    table = read_parquet(path, "the structures do", "Make them with 'clmt pubchem'")
    absent = [column for column in STRUCTURE_COLUMNS if column not in table.column_names]
    if absent:
        raise ClmtError(f"{path}: missing column {absent[0]}! got: {', '.join(table.column_names)}")
    rows = table.select(list(STRUCTURE_COLUMNS)).to_pylist()
    return {row["name"].strip(): {column: row[column] for column in STRUCTURE_COLUMNS[1:]} for row in rows}


def resolve_drugs(
    response: Matrix,
    censored: np.ndarray,
    structures: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, list[str]],
    audit: dict[str, Any],
) -> tuple[Matrix, np.ndarray, dict[str, dict[str, Any]]]:
    """Keep the drugs with a structure and merge the names of one structure.

    The first name in the source stays; responses of merged names are averaged over those that are present, and an
    average with a censored part is censored. Merged names that the source puts into different ``groups`` are warned
    about.

    Returns
    -------
    tuple of Matrix, numpy.ndarray and dict
        Responses and censoring of (cell lines, drugs), and by drug: ``cid``, ``smiles``, ``inchikey``, ``names`` (the
        merged ones) and ``titles`` (PubChem's).
    """
    found, corrected = _identities(response, structures, audit)
    same: dict[str, list[str]] = {}
    for name, structure in found.items():
        same.setdefault(structure.inchikey, []).append(name)
    audit["merged_drugs"] = [_merge_note(key, names, groups) for key, names in same.items() if len(names) > 1]
    drugs: dict[str, dict[str, Any]] = {}
    for key, names in same.items():
        first = names[0]
        titles = [CORRECTIONS[name].title if name in corrected else structures[name].get("title") for name in names]
        drugs[first] = {
            # The record that was found describes another substance where its structure had to be corrected.
            "cid": None if first in corrected or structures[first]["cid"] is None else int(structures[first]["cid"]),
            "smiles": found[first].smiles,
            "inchikey": key,
            "names": names,
            "titles": [title for title in titles if title],
        }
    merged, flags, averaged = _merge(response, censored, list(same.values()))
    audit["averaged_responses"] = averaged
    return merged, flags, drugs


def _merge_note(inchikey: str, names: list[str], groups: Mapping[str, list[str]]) -> dict[str, Any]:
    """Entry of the audit for names of one structure; a warning where the source sees different mechanisms."""
    labels = [set(groups.get(name, [])) for name in names]
    known = [label for label in labels if label]
    disagree = len(known) > 1 and not set.intersection(*known)
    if disagree:
        logger.warning("%s have one structure (%s) but different groups: is it right?", " and ".join(names), inchikey)
    return {"kept": names[0], "merged": names[1:], "inchikey": inchikey, "groups_disagree": disagree}


def _identities(
    response: Matrix, structures: Mapping[str, Mapping[str, Any]], audit: dict[str, Any]
) -> tuple[dict[str, Structure], dict[str, str]]:
    """Structure of each name in the order of the source, and the names whose structure was corrected and why."""
    found: dict[str, Structure] = {}
    without: list[str] = []
    refused: dict[str, str] = {}
    corrected: dict[str, str] = {}
    for name in response.columns:
        if name not in structures:
            raise ClmtError(
                f"Drug {name!r} of {response.source} was never looked up! got: {len(structures)} other names in the "
                "structures. They belong to another archive: delete structures.parquet and run 'clmt pubchem' again"
            )
        smiles = structures[name]["smiles"]
        if not isinstance(smiles, str) or not smiles.strip():
            without.append(name)
            continue
        try:
            found[name] = structure_of(smiles, name)
        except ClmtError as error:
            refused[name] = str(error)
            logger.warning("%s", error)
            continue
        correction = CORRECTIONS.get(name)
        if correction and found[name].inchikey == correction.wrong:
            found[name] = structure_of(correction.smiles, name)
            corrected[name] = correction.reason
    dropped = audit.setdefault("dropped_drugs", {})
    dropped["no structure"] = sorted(without)
    dropped["structure refused by RDKit"] = refused
    audit["corrected_structures"] = corrected
    audit["suspect_structures"] = _antibodies(found)
    audit["salts_removed"] = {name: list(found[name].removed) for name in found if found[name].removed}
    if not found:
        raise ClmtError(
            f"No drug of {response.source} has a structure! got: {len(without)} without, {len(refused)} refused"
        )
    return found, corrected


def _antibodies(names: Iterable[str]) -> list[str]:
    """Names of antibodies: a small molecule found under such a name is a label or a linker, not the drug."""
    suspect = sorted(name for name in names if name.casefold().endswith("mab"))
    for name in suspect:
        logger.warning(
            "%s is an antibody, but has a small molecule's structure: exclude it, or mind what it means", name
        )
    return suspect


def _merge(response: Matrix, censored: np.ndarray, groups: list[list[str]]) -> tuple[Matrix, np.ndarray, int]:
    """One column per group: the mean of the values present. Also counts the means of two or more values."""
    import numpy as np

    places = {name: column for column, name in enumerate(response.columns)}
    values = np.full((len(response.ids), len(groups)), np.nan)
    flags = np.zeros(values.shape, dtype=bool)
    averaged = 0
    for column, names in enumerate(groups):
        part = response.values[:, [places[name] for name in names]]
        present = ~np.isnan(part)
        count = present.sum(axis=1)
        some = count > 0
        values[some, column] = np.where(present, part, 0.0).sum(axis=1)[some] / count[some]
        flags[:, column] = (censored[:, [places[name] for name in names]] & present).any(axis=1)
        averaged += int((count > 1).sum())
    return Matrix(response.source, response.ids, [names[0] for names in groups], values), flags, averaged
