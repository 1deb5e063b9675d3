"""Structures: SMILES that are cut, of no element, of giants, or of another compound (A3, A11, A22, B1, public 7)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from tests.cases import world as of
from tests.cases.case import Act, Case, Check, Place
from tests.cases.child import Done
from tests.cases.columns import STRUCTURES, changed, column

DRUGS = "results/demo/tables/drugs.parquet"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
#: SMILES that RDKit alone would cut or misread.
CUT = {
    "blank in the middle": "CC(=O) Oc1ccccc1C(=O)O",
    "stray blank": f"{ASPIRIN} aspirin",
    "tab": f"{ASPIRIN}\taspirin",
    "line end": f"{ASPIRIN}\nCCO",
    "unicode": "C\u0421",
    "no-break blank": "CCO\u00a0CCC",
    "extension atoms": f"{ASPIRIN} |$;;;R1$|",
    "NUL": "CC\0O",
    "words": "aspirin",
    "empty": "",
}
GIANTS = {
    "chain of 500": "C" * 500,
    "chain of 1,000": "C" * 1_000,
    "5,000 characters": "C" * 5_000,
    "5,000 characters, rings": "C1CCCCC1" * 625,
    "5,000 dots": ".".join(["C"] * 2_500),
    "thousand waters": ".".join(["O"] * 1_000),
    "peptide of 60": "N[C@@H](C)C(=O)" * 60 + "O",
    "dendrimer": "C(C(C(C(C(C)(C)C)(C)C)(C)C)(C)C)(C)C" * 12,
}


def with_smiles(smiles: str, then: Callable[[Place], Act]) -> Callable[[Place], Act]:
    """The first drug of the table has another SMILES, and no InChIKey that contradicts it."""
    key = changed(DRUGS, column("inchikey", lambda rows: ["", *rows[1:]]), then)
    return changed(DRUGS, column("smiles", lambda rows: [smiles, *rows[1:]]), key)


def featurise(place: Place) -> Act:
    return of.molecules(place.world)


def structured(smiles: str | None = None, key: str | None = None, row: int = 0) -> Callable[[Place], Act]:
    """``clmt tables`` where PubChem gave one drug another SMILES or InChIKey."""

    def act(place: Place) -> Act:
        table = pq.read_table(io.BytesIO(place.get(STRUCTURES)))
        place.keep["drug"] = table.column("name")[row].as_py()
        for name, value in (("smiles", smiles), ("inchikey", key)):
            if value is not None:
                edit = column(name, lambda rows, value=value: [*rows[:row], value, *rows[row + 1 :]], pa.string())
                changed(STRUCTURES, edit, featurise)(place)
        return place.world.tables(settings=place.world.settings("tables", drugs=None))

    return act


def dropped(place: Place, done: Done) -> str | None:
    """The drug is left out of the tables, and the audit says so."""
    kept = pq.read_table(place.out / "drugs.parquet")
    row = next((row for row in kept.to_pylist() if row["drug_id"] == place.keep["drug"]), None)
    if row is not None:
        return f"kept as {row['smiles']!r}"
    told = place.keep["drug"] in (place.out / "audit.json").read_text()
    return None if told else "dropped without a word in the audit"


def drawn(place: Place, done: Done) -> str | None:
    return None if "2-D" in done.err else f"no word of the drawing: {done.err[-200:]}"


def cases() -> list[Case]:
    made = []
    for name, smiles in CUT.items():
        made.append(Case("A3", f"tables {name}", structured(smiles), ("SMILES|structures",), dropped, ("structures",)))
        made.append(
            Case("A3", f"molecules {name}", with_smiles(smiles, featurise), ("drugs|SMILES",), stages=("tables",))
        )
    for name, smiles in (("polymer", "*CC*"), ("wild card", "[*]c1ccccc1"), ("dummy with a label", "[1*]CC")):
        made.append(
            Case("A22", f"molecules {name}", with_smiles(smiles, featurise), ("SMILES|atom",), stages=("tables",))
        )
    for name, smiles in GIANTS.items():
        limit: Check = drawn
        made.append(Case("B1", f"molecules {name}", with_smiles(smiles, featurise), ("atoms",), limit, ("tables",)))
        made.append(
            Case(
                "B1",
                f"tables {name}",
                structured(smiles, key=""),
                ("structures",),
                lambda place, done: None,
                ("structures",),
            )
        )
    both = {
        "tables then molecules chain of 500": "C" * 500,
        "tables then molecules peptide of 60": GIANTS["peptide of 60"],
    }
    for name, smiles in both.items():
        made.append(Case("B1", name, with_smiles(smiles, featurise), ("atoms",), drawn, ("tables",)))
    other = structured(ASPIRIN)
    made.append(
        Case(
            "A11",
            "structures smiles of another drug (InChIKey disagrees)",
            other,
            ("InChIKey",),
            dropped,
            ("structures",),
        )
    )
    key = structured(key="BSYNRYMUTXBXSQ-UHFFFAOYSA-N")
    made.append(Case("A11", "structures InChIKey of another compound", key, ("InChIKey",), dropped, ("structures",)))
    return made
