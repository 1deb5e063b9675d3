"""Structures that contradict themselves are refused, or dropped and counted where one drug is concerned."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.planning.settings.tables import TableSettings
from clmt.tables.build import Tables, build_tables
from clmt.tables.drugs import read_structures
from tests.helpers.survey_archives import IMATINIB, RESPONSE, STRUCTURES, gdsc_archive

KEYS = {"Aspirin": "BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "Imatinib": "KTUFNOKKBVMGRW-UHFFFAOYSA-N"}
MESYLATE = "YLMAHDNUQAMNNX-UHFFFAOYSA-N"
"""Of imatinib mesylate as a whole, which is what PubChem gives."""


def built(folder: Path, **changes: dict[str, Any]) -> Tables:
    structures = {name: {**value, **changes.get(name.replace(" ", "_"), {})} for name, value in STRUCTURES.items()}
    return build_tables(TableSettings(layout="survey_gdsc"), archive=gdsc_archive(folder), structures=structures)


def write(folder: Path, *rows: dict[str, Any], **columns: pa.DataType) -> Path:
    whole = [{"cid": 1, "smiles": "CCO", "title": "x", "inchikey": None, **row} for row in rows]
    types = {
        "name": pa.string(),
        "cid": pa.int64(),
        "smiles": pa.string(),
        "title": pa.string(),
        "inchikey": pa.string(),
    }
    pq.write_table(pa.Table.from_pylist(whole, pa.schema({**types, **columns}.items())), folder / "structures.parquet")
    return folder / "structures.parquet"


def test_structures_are_read_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, {"name": " A ", "inchikey": "K"}, {"name": "B", "cid": None, "smiles": None, "title": None})
    nothing = {"cid": None, "smiles": None, "title": None, "inchikey": None}
    assert read_structures(path) == {"A": {"cid": 1, "smiles": "CCO", "title": "x", "inchikey": "K"}, "B": nothing}


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([{"name": "A"}, {"name": "B"}, {"name": "A", "smiles": "C"}], {}, "drug 'A' stands twice!"),
        ([{"name": "A"}, {"name": "A "}], {}, "drug 'A' stands twice!"),
        ([{"name": "A", "cid": 208908.7}], {"cid": pa.float64()}, "column 'cid' has the wrong type! got: double"),
        ([{"name": "A", "cid": "7"}], {"cid": pa.string()}, "column 'cid' has the wrong type! got: string"),
        ([{"name": "A", "cid": True}], {"cid": pa.bool_()}, "column 'cid' has the wrong type! got: bool"),
        ([{"name": "A", "cid": -5}], {}, "drug 'A' has no CID! got: -5"),
        ([{"name": "A", "title": 5}], {"title": pa.int64()}, "column 'title' has the wrong type! got: int64"),
        ([{"name": "A", "inchikey": 5}], {"inchikey": pa.int64()}, "column 'inchikey' has the wrong type! got: int64"),
    ],
)
def test_faulty_structures_are_refused(
    tmp_path: Path, rows: list[dict[str, Any]], columns: dict[str, pa.DataType], message: str
) -> None:
    with pytest.raises(ClmtError, match=rf"structures\.parquet: {message}"):
        read_structures(write(tmp_path, *rows, **columns))


@pytest.mark.parametrize(
    "change",
    [{"smiles": IMATINIB, "inchikey": KEYS["Aspirin"]}, {"inchikey": KEYS["Imatinib"]}, {"inchikey": "no key"}],
    ids=["another SMILES", "another InChIKey", "no InChIKey"],
)
def test_a_smiles_and_an_inchikey_of_two_compounds_are_dropped_and_counted(
    tmp_path: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    tables = built(tmp_path, Aspirin=change)
    refused = tables.audit.dropped_drugs["structure refused by RDKit"]
    assert list(refused) == ["Aspirin"]
    assert "its SMILES and its InChIKey are two compounds" in refused["Aspirin"]
    assert refused["Aspirin"] in caplog.text
    assert tables.frames["drugs"]["drug_id"].tolist() == ["Imatinib", "Vinorelbine"]


def test_an_inchikey_is_that_of_the_whole_compound_with_its_salt(tmp_path: Path) -> None:
    own = {name: {"inchikey": key} for name, key in KEYS.items()}
    tables = built(tmp_path, **own, Imatinib_Mesylate={"inchikey": MESYLATE})
    assert tables.audit.dropped_drugs["structure refused by RDKit"] == {}
    other = built(tmp_path, Aspirin={"inchikey": KEYS["Aspirin"].replace("UHFFFAOYSA", "XXXXXXXXXX")})
    assert other.audit.dropped_drugs["structure refused by RDKit"] == {}, "other stereochemistry is no contradiction"


PAMOIC = "O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O"
SALTS = {
    "Imipramine pamoate": f"CN(C)CCCN1c2ccccc2CCc2ccccc21.CN(C)CCCN1c2ccccc2CCc2ccccc21.{PAMOIC}",
    "Hydroxyzine pamoate": f"OCCOCCN1CCN(CC1)C(c1ccccc1)c1ccc(Cl)cc1.{PAMOIC}",
}


def salts(folder: Path, smiles: dict[str, str]) -> Tables:
    names = ",".join(smiles)
    changes = {RESPONSE: f",{names}\n101,2.0,-2.0\n102,2.2,-1.8\n103,2.1,-2.4\n"}
    structures = {name: {"cid": 9, "smiles": text, "title": name} for name, text in smiles.items()}
    return build_tables(
        TableSettings(layout="survey_gdsc"), archive=gdsc_archive(folder, changes), structures=structures
    )


def test_two_pamoates_are_two_drugs(tmp_path: Path) -> None:
    tables = salts(tmp_path, SALTS)
    assert tables.audit.merged_drugs == []
    assert tables.frames["response"]["ln_ic50"].tolist() == [-2.0, 2.0, -1.8, 2.2, -2.4, 2.1]
    assert tables.audit.salts_removed["Hydroxyzine pamoate"] == [PAMOIC]
    assert tables.audit.mixtures == {}


def test_drugs_merged_through_the_larger_of_two_compounds_are_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    large = "COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC"
    with caplog.at_level(logging.WARNING):
        tables = salts(tmp_path, {"First": f"Oc1ccncc1.{large}", "Second": f"Oc1ccc(Br)cc1.{large}"})
    assert tables.audit.mixtures == {"First": ["Oc1ccncc1"], "Second": ["Oc1ccc(Br)cc1"]}
    (merge,) = tables.audit.merged_drugs
    assert merge["removed_differ"]
    assert "First holds two compounds of which neither is a known counter-ion" in caplog.text
    assert "First and Second have one structure" in caplog.text


def test_a_salt_and_its_drug_are_merged_without_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        (merge,) = built(tmp_path).audit.merged_drugs
    assert (merge["kept"], merge["removed_differ"]) == ("Imatinib", False)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_look_up_that_failed_is_not_counted_as_no_structure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reason = "failed: PubChem did not answer"
    tables = built(tmp_path, Imatinib={"smiles": None, "cid": None, "title": None, "status": reason})
    dropped = tables.audit.dropped_drugs
    assert dropped["look-up of the structure failed"] == {"Imatinib": reason}
    assert "Imatinib" not in dropped["no structure"]
    assert f"Imatinib is left out: its look-up {reason}" in caplog.text
