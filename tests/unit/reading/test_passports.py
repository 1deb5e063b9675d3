from __future__ import annotations

import logging

import pytest

from clmt.errors import ClmtError
from clmt.reading.passports import Passport, read_passports

HEADER = "model_id,model_name,synonyms,patient_id,COSMIC_ID,BROAD_ID,CCLE_ID\n"


def read(tmp_path, rows: str):
    path = tmp_path / "model_list.csv"
    path.write_text(HEADER + rows)
    return read_passports(path)


def test_a_cell_line_is_found_by_each_of_its_ids(tmp_path):
    found = read(tmp_path, "SIDM1,LINE-A,LA;L-A 1,SIDP1,101.0;102,ACH-1,LINEA_SKIN\nSIDM2,B,,SIDP1,,,B_LUNG\n")
    line = Passport("SIDP1", ("LINE-A", "LA", "L-A 1"))
    assert found == {
        **dict.fromkeys(["SIDM1", "101", "102", "ACH-1", "LINEA_SKIN"], line),
        "SIDM2": Passport("SIDP1", ("B",)),
        "B_LUNG": Passport("SIDP1", ("B",)),
    }


def test_a_donor_that_the_list_does_not_know_is_none(tmp_path):
    found = read(tmp_path, "SIDM1,A,,,101,,\nSIDM2,B,,Unknown,102,,\n")
    assert (found["101"].donor, found["102"].donor) == (None, None)


def test_an_id_of_two_donors_has_none_and_is_named(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        found = read(tmp_path, "SIDM1,A,,SIDP1,101,,\nSIDM2,A2,,SIDP2,101,,\nSIDM3,A3,,SIDP1,101,,\n")
    assert found["101"] == Passport(None, ("A", "A2", "A3"))
    assert found["SIDM2"].donor == "SIDP2"
    assert "1 ids have two donors, so none is known: 101" in caplog.text


def test_a_list_without_donors_is_refused(tmp_path):
    path = tmp_path / "model_list.csv"
    path.write_text("model_id,COSMIC_ID,CCLE_ID,BROAD_ID\nSIDM1,101,,\n")
    with pytest.raises(ClmtError, match="missing column patient_id"):
        read_passports(path)
