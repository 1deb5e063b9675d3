"""From drug names to drugs: structures attached, salts stripped, names of one structure merged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.reading.parquet import check_types, read_parquet
from clmt.tables.audit import Audit
from clmt.tables.corrections import CORRECTIONS
from clmt.tables.identity import Structure, structure_of
from clmt.tables.responses import Responses

__all__ = ["ResolvedDrug", "read_structures", "resolve_drugs"]

logger = logging.getLogger(__name__)

STRUCTURE_COLUMNS = ("name", "cid", "smiles", "title")


@dataclass(frozen=True)
class ResolvedDrug:
    """A drug of the dataset: one structure, under the first of its names in the source.

    Attributes
    ----------
    cid
        PubChem's compound; None where PubChem's record describes another substance than the corrected structure.
    smiles, inchikey
        Of the structure without its salt.
    names
        All names that the source has for the structure.
    titles
        What PubChem calls the compounds of these names.
    """

    cid: int | None
    smiles: str
    inchikey: str
    names: tuple[str, ...]
    titles: tuple[str, ...]


def read_structures(path: Path) -> dict[str, dict[str, Any]]:
    """CID, SMILES, title and InChIKey of each drug name, as PubChem gave them (None where it has none).

    Raises
    ------
    ClmtError
        Where the file cannot be read, a name stands twice, or a CID is no number of a compound.
    """
    import pyarrow as pa

    remedy = "Make them with 'clmt pubchem'"
    table = read_parquet(path, "the structures do", remedy, STRUCTURE_COLUMNS, ("inchikey", "status"))
    types = {**dict.fromkeys(table.column_names, pa.string()), "cid": pa.int64()}
    check_types(table, types, path, remedy, optional=table.column_names[1:])
    structures: dict[str, dict[str, Any]] = {}
    for row in table.to_pylist():
        name = row.pop("name").strip()
        if name in structures:
            raise ClmtError(f"{path}: drug {name!r} stands twice! got: two rows, expected each name once. {remedy}")
        if row["cid"] is not None and row["cid"] < 1:
            raise ClmtError(f"{path}: drug {name!r} has no CID! got: {row['cid']}, expected: 1 or more. {remedy}")
        structures[name] = row
    return structures


def resolve_drugs(
    responses: Responses,
    structures: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, list[str]],
    audit: Audit,
) -> tuple[Responses, dict[str, ResolvedDrug]]:
    """Keep the drugs with a structure and merge the names of one structure.

    The first name in the source stays; responses of merged names are averaged over those that are present, and an
    average with a censored part is censored. Merged names that the source puts into different ``groups`` are warned
    about.

    Returns
    -------
    The responses with one column per drug, and the drugs by name.
    """
    found = _identities(responses, structures, audit)
    same: dict[str, list[str]] = {}
    for name, structure in found.items():
        same.setdefault(structure.inchikey, []).append(name)
    audit.merged_drugs = [_merge_note(found, names, groups) for names in same.values() if len(names) > 1]
    drugs = {names[0]: _resolved(names, found[names[0]], structures, audit) for names in same.values()}
    merged, audit.averaged_responses = responses.merge_drugs(list(same.values()))
    return audit.step("structures", merged), drugs


def _resolved(
    names: Sequence[str], structure: Structure, structures: Mapping[str, Mapping[str, Any]], audit: Audit
) -> ResolvedDrug:
    first, corrected = names[0], audit.corrected_structures
    titles = (CORRECTIONS[name].title if name in corrected else structures[name].get("title") for name in names)
    # The record that was found describes another substance where its structure had to be corrected.
    cid = None if first in corrected or structures[first]["cid"] is None else int(structures[first]["cid"])
    return ResolvedDrug(
        cid, structure.smiles, structure.inchikey, tuple(names), tuple(title for title in titles if title)
    )


def _merge_note(found: Mapping[str, Structure], names: list[str], groups: Mapping[str, list[str]]) -> dict[str, Any]:
    """Entry of the audit for names of one structure; a warning where the source sees different mechanisms.

    So there is where they were mixed with other compounds that are no known counter-ions: what was taken off may have
    been the drug.
    """
    inchikey = found[names[0]].inchikey
    labels = [set(groups.get(name, [])) for name in names]
    known = [label for label in labels if label]
    disagree = len(known) > 1 and not set.intersection(*known)
    if disagree:
        logger.warning("%s have one structure (%s) but different groups: is it right?", " and ".join(names), inchikey)
    removed_differ = len({found[name].unlisted for name in names}) > 1
    if removed_differ:
        logger.warning(
            "%s have one structure (%s) only without other fragments that differ: is it right?",
            " and ".join(names),
            inchikey,
        )
    return {
        "kept": names[0],
        "merged": names[1:],
        "inchikey": inchikey,
        "groups_disagree": disagree,
        "removed_differ": removed_differ,
    }


def _identities(
    responses: Responses, structures: Mapping[str, Mapping[str, Any]], audit: Audit
) -> dict[str, Structure]:
    """Structure of each name that has one, in the order of the source."""
    found: dict[str, Structure] = {}
    without: list[str] = []
    refused: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name in responses.drugs:
        if name not in structures:
            raise ClmtError(
                f"Drug {name!r} of {responses.source} was never looked up! got: {len(structures)} other names in the "
                "structures. They belong to another archive: delete structures.parquet and run 'clmt pubchem' again"
            )
        smiles = structures[name]["smiles"]
        if not isinstance(smiles, str) or not smiles.strip():
            status = structures[name].get("status") or ""
            if status.startswith("failed"):
                failed[name] = status
                logger.warning("%s is left out: its look-up %s", name, status)
            else:
                without.append(name)
            continue
        try:
            found[name] = _corrected(name, structure_of(smiles, name, structures[name].get("inchikey")), audit)
        except ClmtError as error:
            refused[name] = str(error)
            logger.warning("%s", error)
    audit.dropped_drugs["no structure"] = sorted(without)
    audit.dropped_drugs["structure refused by RDKit"] = refused
    if failed:
        audit.dropped_drugs["look-up of the structure failed"] = failed
    audit.suspect_structures = _antibodies(found)
    audit.mixtures = _mixtures(found)
    audit.salts_removed = {name: list(found[name].removed) for name in found if found[name].removed}
    if not found:
        raise ClmtError(
            f"No drug of {responses.source} has a structure! got: {len(without)} without, {len(refused)} refused, "
            f"{len(failed)} look-ups failed"
        )
    return found


def _corrected(name: str, structure: Structure, audit: Audit) -> Structure:
    """Replace a structure that a look-up of the name is known to get wrong."""
    correction = CORRECTIONS.get(name)
    if correction is None or structure.inchikey != correction.wrong:
        return structure
    audit.corrected_structures[name] = correction.reason
    return structure_of(correction.smiles, name)


def _antibodies(names: Iterable[str]) -> list[str]:
    """Names of antibodies: a small molecule found under such a name is a label or a linker, not the drug."""
    suspect = sorted(name for name in names if name.casefold().endswith("mab"))
    for name in suspect:
        logger.warning(
            "%s is an antibody, but has a small molecule's structure: exclude it, or mind what it means", name
        )
    return suspect


def _mixtures(found: Mapping[str, Structure]) -> dict[str, list[str]]:
    """Names whose structure holds a second organic compound that is no known counter-ion, and that compound."""
    mixtures = {name: list(structure.unlisted) for name, structure in found.items() if structure.unlisted}
    for name, others in mixtures.items():
        logger.warning(
            "%s holds two compounds of which neither is a known counter-ion; the largest is kept, without %s",
            name,
            ", ".join(others),
        )
    return mixtures
