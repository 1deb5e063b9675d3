"""The file of molecules: what it holds, and how faulty drugs and settings are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from clmt.errors import ClmtError
from clmt.features.molecules import featurise_molecule, write_molecules
from clmt.tables.identity import structure_of
from clmt.tables.schema import write_table
from tests.helpers.small_world import make_tables

SETTINGS = {"conformers": 1, "conformer_seed": 7, "angle_step_degrees": 1.0}


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    """A table of three drugs, whose made-up InChIKeys are left out."""
    path = tmp_path / "drugs.parquet"
    write_table(make_tables()["drugs"].head(3).assign(inchikey=""), path, "drugs")
    return path


def spoil(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change the table past its own checks."""
    schema = pq.read_schema(path)
    frame = change(pq.read_table(path).to_pandas())
    fields = [pa.field(name, schema.field(name).type) for name in frame.columns]
    pq.write_table(pa.Table.from_pandas(frame, schema=pa.schema(fields), preserve_index=False), path)


def test_molecules_are_those_of_the_drugs_in_their_order(drugs: Path, tmp_path: Path) -> None:
    write_molecules(drugs, tmp_path / "molecules.pt", settings=SETTINGS)
    found = torch.load(tmp_path / "molecules.pt", weights_only=True)
    assert found["drug_ids"] == ["Drug00", "Drug01", "Drug02"]
    for row, smiles in enumerate(make_tables()["drugs"]["smiles"].head(3)):
        alone = featurise_molecule(smiles, **SETTINGS)
        assert found["positions"][found["atom_drug"] == row].tolist() == alone["positions"].tolist()
        assert found["morgan2"][row].tolist() == alone["morgan2"].tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(smiles=["CCO", None, "C"]), r"missing value in column 'smiles', row 1 \(Drug01\)"),
        (lambda f: f.drop(columns="smiles"), "wrong columns! got: drug_id, name.*expected: .*smiles"),
        (lambda f: f.assign(smiles=["CCO", "C", "C1CC("]), r"drug 'Drug02': RDKit refuses .* got: 'C1CC\('"),
        (lambda f: f.assign(smiles=["", "C", "CC"]), "drug 'Drug00' has an empty SMILES! got: ''"),
        (
            lambda f: f.assign(smiles=["CC(=O) O", "C", "CC"]),
            r"drug 'Drug00': its SMILES holds a blank! got: 'CC\(=O\) O'",
        ),
        (lambda f: f.assign(smiles=["C", "C\u0421", "CC"]), "drug 'Drug01': its SMILES holds the character"),
        (lambda f: f.assign(smiles=["C", "*CC*", "CC"]), "drug 'Drug01': its SMILES has an atom of no element"),
    ],
    ids=["null", "column", "refused", "empty", "blank", "letter", "any atom"],
)
def test_faulty_drugs_are_named_with_their_file(
    drugs: Path, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    spoil(drugs, change)
    with pytest.raises(ClmtError, match=message) as refused:
        write_molecules(drugs, tmp_path / "molecules.pt", settings=SETTINGS)
    assert str(drugs) in str(refused.value)
    assert not (tmp_path / "molecules.pt").exists()


def test_a_structure_of_another_drug_is_refused(drugs: Path, tmp_path: Path) -> None:
    out, aspirin = tmp_path / "molecules.pt", "CC(=O)Oc1ccccc1C(=O)O"
    keys = ["", structure_of(aspirin, "aspirin").inchikey, ""]
    spoil(drugs, lambda f: f.assign(inchikey=keys, smiles=["C", aspirin, "CC"]))
    write_molecules(drugs, out, settings=SETTINGS)
    out.unlink()
    spoil(drugs, lambda f: f.assign(smiles=["C", "CCO", "CC"]))
    with pytest.raises(ClmtError, match="drug 'Drug01': its SMILES and its InChIKey are two compounds! got: 'BSYN"):
        write_molecules(drugs, out, settings=SETTINGS)
    assert not out.exists()


def test_giants_are_told_and_larger_ones_refused(drugs: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = tmp_path / "molecules.pt"
    spoil(drugs, lambda f: f.assign(smiles=["C", "C" * 200, "C" * 201]))
    with caplog.at_level("INFO"):
        write_molecules(drugs, out, settings=SETTINGS)
    assert "2 drugs have more than 150 heavy atoms and are drawn in 2-D: Drug01, Drug02" in caplog.text
    assert torch.load(out, weights_only=True)["conformer"] == ["3d", "2d", "2d"]
    spoil(drugs, lambda f: f.assign(smiles=["C", "CC", "C" * 1001]))
    with pytest.raises(ClmtError, match="drug 'Drug02': its structure is too large! got: 1,001 atoms"):
        write_molecules(drugs, out, settings=SETTINGS)


def test_an_absent_table_and_an_unknown_setting_are_refused(drugs: Path, tmp_path: Path) -> None:
    out = tmp_path / "molecules.pt"
    with pytest.raises(ClmtError, match=r"none\.parquet: the drugs table does not exist"):
        write_molecules(tmp_path / "none.parquet", out, settings=SETTINGS)
    with pytest.raises(ClmtError, match=r"unknown key! got: 'conformer', expected .*conformers"):
        write_molecules(drugs, out, settings={"conformer": 3})
    assert not out.exists()
