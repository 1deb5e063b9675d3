"""Structures of drugs of which the user gives some: PubChem is asked about the others, by CID or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clmt.acquire.look_ups import ask_twice
from clmt.acquire.pubchem import COLUMNS, blank_row, resolve_names, structure_of_cid

if TYPE_CHECKING:
    import pandas as pd

    from clmt.acquire.client import Client

__all__ = ["Given", "resolve_given"]


@dataclass(frozen=True)
class Given:
    """What the user says of a drug: its SMILES, PubChem's CID, or a name to ask by in place of its id."""

    name: str = ""
    smiles: str = ""
    cid: int | None = None


def resolve_given(
    client: Client,
    drugs: Sequence[str],
    base: str,
    given: Mapping[str, Given],
    synonyms: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """One row of `clmt.acquire.pubchem.COLUMNS` for each drug, under its id.

    A SMILES that is given is taken, whatever PubChem has; nothing is asked about it. A CID is asked for its structure,
    and a drug with neither by its name.
    """
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    by_cid, by_name = [], {}
    for drug in drugs:
        known = given.get(drug, Given())
        if known.smiles:
            rows[drug] = blank_row(drug, "given") | {"cid": known.cid, "smiles": known.smiles}
        elif known.cid is not None:
            by_cid.append(drug)
        else:
            by_name[drug] = (known.name or drug).strip()

    def ask(drug: str) -> None:
        rows[drug] = structure_of_cid(client, drug, given[drug].cid or 0, base)

    failed = ask_twice(client, by_cid, ask, "PubChem") if by_cid else {}
    rows |= {drug: blank_row(drug, f"failed: {reason}") for drug, reason in failed.items()}
    if by_name:
        found = resolve_names(client, list(by_name.values()), base, synonyms).set_index("name", drop=False)
        rows |= {drug: dict(found.loc[name]) | {"name": drug} for drug, name in by_name.items()}
    frame = pd.DataFrame([rows[drug] for drug in drugs], columns=list(COLUMNS))
    return frame.astype({"cid": "Int64", "candidates": "int64"})
