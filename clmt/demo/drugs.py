"""The demo's drugs: real approved cancer drugs with their structures and targets; nothing here is a measurement."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["DRUGS", "SALT_FORM", "UNKNOWN_COMPOUND", "Drug", "read_packaged_table"]

# A column of the simulated response table that no compound database knows: dropped and counted by the tables.
UNKNOWN_COMPOUND = "DEMO-COMPOUND-X"
_SALT_FORM_NAME = "Erlotinib Hydrochloride"


@dataclass(frozen=True)
class Drug:
    """One drug of the demo.

    ``cid`` is PubChem's, ``inchikey`` that of ``smiles``; ``pathways`` are labels of GDSC's target pathways.
    """

    name: str
    cid: int
    smiles: str
    inchikey: str
    formula: str
    targets: tuple[str, ...]
    pathways: tuple[str, ...]
    mechanism: str
    indication: str


def read_packaged_table(name: str) -> list[dict[str, str]]:
    """Rows of a tab-separated table that lies beside this module."""
    text = files("clmt.demo").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def _drug(row: dict[str, str]) -> Drug:
    return Drug(
        name=row["name"],
        cid=int(row["cid"]),
        smiles=row["smiles"],
        inchikey=row["inchikey"],
        formula=row["formula"],
        targets=tuple(row["targets"].split("; ")),
        pathways=tuple(row["pathways"].split("; ")),
        mechanism=row["mechanism"],
        indication=row["indication"],
    )


_ALL = tuple(_drug(row) for row in read_packaged_table("drugs.tsv"))
DRUGS: tuple[Drug, ...] = tuple(drug for drug in _ALL if drug.name != _SALT_FORM_NAME)
# The structure of Erlotinib under a second name, as a salt: the tables must merge the two.
(SALT_FORM,) = (drug for drug in _ALL if drug.name == _SALT_FORM_NAME)
