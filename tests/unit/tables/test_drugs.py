"""Structures that contradict themselves are refused, or dropped and counted where one drug is concerned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.planning.settings.tables import TableSettings
from clmt.tables.build import Tables, build_tables
from clmt.tables.drugs import read_structures
from tests.helpers.survey_archives import IMATINIB, STRUCTURES, gdsc_archive

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
