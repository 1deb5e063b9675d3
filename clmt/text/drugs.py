"""The drugs of a dataset, and the records of a source that they are matched to by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from clmt.reading.compounds import Compound
from clmt.reading.names import Match, Named, NameIndex

__all__ = ["Drug", "match_drugs", "with_synonyms"]


@dataclass(frozen=True)
class Drug:
    """A drug of the dataset, with the names and targets by which sources know it.

    Attributes
    ----------
    drug_id, name : str
    inchikey : str
    cid : int or None
        PubChem's.
    title : str
        PubChem's name, where it differs.
    targets, pathways : tuple of str
        Labels of the drugs table.
    symbols : tuple of str
        HGNC symbols of the targets.
    synonyms : tuple of str
    """

    drug_id: str
    name: str
    inchikey: str = ""
    cid: int | None = None
    title: str = ""
    targets: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


def match_drugs(drugs: Sequence[Drug], records: Sequence[Named]) -> tuple[dict[str, str], dict[str, Any]]:
    """Match drugs to the records of a source.

    Returns
    -------
    matched : dict
        drug_id -> record_id
    audit : dict
        ``matched`` (count), ``by`` (how often which names agreed), ``ambiguous`` (drug -> records), ``unmatched``.
    """
    index = NameIndex.of(records)
    found: dict[str, Match] = {drug.drug_id: index.find(drug.name, drug.synonyms, drug.title) for drug in drugs}
    matched = {key: match.record_id for key, match in found.items() if match.record_id is not None}
    how: dict[str, int] = {}
    for match in found.values():
        if match.record_id is not None:
            how[match.matched_by] = how.get(match.matched_by, 0) + 1
    return matched, {
        "matched": len(matched),
        "by": how,
        "ambiguous": {key: list(match.ambiguous) for key, match in found.items() if match.ambiguous},
        "unmatched": [key for key, match in found.items() if not match.ambiguous and match.record_id is None],
    }


def with_synonyms(drugs: Sequence[Drug], compounds: Sequence[Compound]) -> list[Drug]:
    """Give each drug the names under which a list of compounds knows it."""
    by_id = {compound.record_id: compound for compound in compounds}
    matched, _ = match_drugs(drugs, [compound.named for compound in compounds])
    extended = []
    for drug in drugs:
        compound = by_id.get(matched.get(drug.drug_id, ""))
        more = (compound.name, *compound.synonyms) if compound else ()
        names = tuple(dict.fromkeys((*drug.synonyms, *(name for name in more if name != drug.name))))
        extended.append(replace(drug, synonyms=names))
    return extended
