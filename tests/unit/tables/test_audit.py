from __future__ import annotations

import json
import logging

import pandas as pd
import pytest

from clmt.planning.settings.tables import TableSettings
from clmt.tables.build import build_tables
from clmt.tables.corrections import CORRECTIONS
from clmt.tables.genes import restore_symbols, symbol_of_date
from tests.helpers.survey_archives import (
    EXPRESSION,
    GDSC_TABLES,
    GROUPS,
    MUTATION,
    RESPONSE,
    STRUCTURES,
    ccle_archive,
    gdsc_archive,
)


def audit(tmp_path, changes=None, structures=STRUCTURES, excluded=("Vinorelbine",)):
    settings = TableSettings(layout="survey_gdsc", exclude_drugs=excluded)
    return build_tables(settings, archive=gdsc_archive(tmp_path, changes), structures=structures).audit


def test_counts_at_each_join(tmp_path):
    changes = {MUTATION: GDSC_TABLES[MUTATION].replace("103,0,0\n", "104,0,0\n")}
    found = audit(tmp_path, changes)
    assert found.source_responses == {"present": 11, "missing": 4, "averaged": 0}
    steps = {step["step"]: (step["cell_lines"], step["drugs"], step["pairs"]) for step in found.joins}
    assert steps == {
        "source": (3, 5, 11),
        "exclude_drugs": (3, 4, 9),
        "structures": (3, 2, 5),
        "omics": (2, 2, 4),
        "result": (2, 2, 4),
    }
    assert found.dropped_cell_lines["no mutation"] == ["103"]
    assert found.dropped_cell_lines["no expression"] == []
    assert found.cell_lines_without_response_row["mutation"] == ["104"]
    json.dumps(found.to_json(), allow_nan=False)


def test_every_name_that_is_dropped_is_listed_with_its_reason(tmp_path):
    structures = {**STRUCTURES, "Aspirin": {"cid": 1, "smiles": "C(C)(C)(C)(C)C", "title": "Aspirin"}}
    dropped = audit(tmp_path, structures=structures).dropped_drugs
    assert dropped["excluded by the settings"] == ["Vinorelbine"]
    assert dropped["no structure"] == ["Mystery"]
    assert list(dropped["structure refused by RDKit"]) == ["Aspirin"]
    assert "valence" in dropped["structure refused by RDKit"]["Aspirin"]


@pytest.mark.parametrize("smiles", ["CC(=O) Oc1ccccc1C(=O)O", "C\u0421", "*CC*"])
def test_a_structure_that_would_be_cut_is_dropped_and_counted(tmp_path, smiles):
    structures = {**STRUCTURES, "Aspirin": {"cid": 1, "smiles": smiles, "title": "Aspirin"}}
    refused = audit(tmp_path, structures=structures).dropped_drugs["structure refused by RDKit"]
    assert list(refused) == ["Aspirin"]


def test_an_antibody_with_a_small_structure_is_pointed_out(tmp_path, caplog):
    table = GDSC_TABLES[RESPONSE].replace("Mystery", "Examplimab")
    structures = {**STRUCTURES, "Examplimab": {"cid": 7, "smiles": "CCCC", "title": "Examplimab"}}
    assert audit(tmp_path, {RESPONSE: table}, structures).suspect_structures == ["Examplimab"]
    assert "Examplimab is an antibody" in caplog.text
    assert audit(tmp_path).suspect_structures == []


def test_merges_salts_and_means_are_counted(tmp_path):
    found = audit(tmp_path)
    (merge,) = found.merged_drugs
    assert (merge["kept"], merge["merged"], merge["groups_disagree"]) == ("Imatinib", ["Imatinib Mesylate"], False)
    assert found.averaged_responses == 1
    assert found.salts_removed == {"Imatinib Mesylate": ["CS(=O)(=O)O"]}


def test_merging_drugs_of_different_groups_warns(tmp_path, caplog):
    groups = "TARGET_PATHWAY,DRUG_NAME\nMitosis,Imatinib\nABL,Imatinib Mesylate\n"
    with caplog.at_level(logging.WARNING):
        assert audit(tmp_path, {GROUPS: groups}).merged_drugs[0]["groups_disagree"]
    assert "Imatinib and Imatinib Mesylate have one structure" in caplog.text


def test_a_wrong_structure_is_corrected_only_where_it_is_wrong(tmp_path):
    topotecan = "CC[C@@]1(O)C(=O)OCc2c1cc1n(c2=O)Cc2cc3c(CN(C)C)c(O)ccc3nc2-1"
    changes = {"Table_S19_CCLE_Drug_response_IC50.csv": "x,TKI258,Topotecan\nA_SKIN,1,2\nB_LUNG,1,2\n"}
    archive = ccle_archive(tmp_path, changes)
    structures = {"Topotecan": {"cid": 60700, "smiles": topotecan, "title": "Topotecan"}}
    for smiles, corrected, cid in ((topotecan, ["TKI258"], None), ("CCO", [], 9)):
        structures["TKI258"] = {"cid": 9, "smiles": smiles, "title": "TKI258"}
        tables = build_tables(TableSettings(layout="survey_ccle"), archive=archive, structures=structures)
        assert list(tables.audit.corrected_structures) == corrected
        assert tables.audit.merged_drugs == []
        row = tables.frames["drugs"].iloc[0]
        assert ("F" in row["smiles"]) == bool(corrected)
        # The record that was looked up describes another substance where its structure had to be corrected.
        assert pd.isna(row["pubchem_cid"]) if cid is None else row["pubchem_cid"] == cid
    assert CORRECTIONS["TKI258"].reason


def test_drugs_and_cell_lines_without_a_response_are_dropped(tmp_path):
    table = ",Imatinib,Aspirin\n101,1,NA\n102,,NA\n103,2,NA\n"
    found = audit(tmp_path, {RESPONSE: table}, excluded=())
    assert found.dropped_drugs["no response"] == ["Aspirin"]
    assert found.dropped_cell_lines["no response"] == ["102"]


def test_censoring_is_said_to_be_unknown_for_gdsc_and_counted_for_ccle(tmp_path):
    assert audit(tmp_path).censored["known"] is False
    structures = {name: STRUCTURES[name] for name in ("Imatinib", "Aspirin")}
    tables = build_tables(TableSettings(layout="survey_ccle"), archive=ccle_archive(tmp_path), structures=structures)
    assert (tables.audit.censored["known"], tables.audit.censored["count"]) == (True, 1)


def test_restored_genes_are_counted(tmp_path):
    header = GDSC_TABLES[EXPRESSION].replace("6-Sep,BRAF,TP53", "6-Sep,1-Mar,1-Mar")
    genes = audit(tmp_path, {EXPRESSION: header}).genes["expression"]
    assert genes["mended_dates"] == {"6-Sep": "SEPTIN6"}
    assert genes["dropped_dates"] == ["1-Mar", "1-Mar"]
    assert genes["count"] == 1


@pytest.mark.parametrize(
    ("date", "symbol"),
    [
        ("6-Sep", "SEPTIN6"),
        ("Sep-09", "SEPTIN9"),
        ("11-Mar", "MARCHF11"),
        ("1-Dec", "DELEC1"),
        ("15-Sep", "SELENOF"),
        ("13-Sep", "SEPTIN7P2"),
        ("1-Mar.1", "MARCHF1"),
        ("30-Sep", None),
        ("3-May", None),
        ("TP53", None),
        ("HLA-A", None),
        ("7-SEPT", None),
    ],
)
def test_symbols_of_dates(date, symbol):
    assert symbol_of_date(date) == symbol


def test_dates_that_may_be_two_genes():
    restored = restore_symbols(["2-Mar", "BRAF", "SEPTIN2", "2-Sep"])
    assert restored.names == ["MARCHF2", "BRAF", "SEPTIN2"]
    assert restored.kept == [0, 1, 2]
    assert restored.assumed == {"2-Mar": "MARCHF2"}
    assert restored.dropped == ["2-Sep"]


def test_symbols_that_stand_twice_are_dropped_and_a_date_beside_them_too():
    restored = restore_symbols(["TTL", "BRAF", "TTL", "KIT", "KIT.1", "RP1.1", "SEPTIN2", "2-Sep"])
    assert restored.names == ["BRAF", "RP1.1", "SEPTIN2"]
    assert restored.kept == [1, 5, 6]
    assert restored.repeated == ["TTL", "TTL", "KIT", "KIT.1"]
    assert restored.dropped == ["2-Sep"]


def test_the_summary_names_what_was_left_out(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        audit(tmp_path).log()
    assert "dropped drugs, no structure: 1 (Mystery)" in caplog.text
    assert "merged with Imatinib: Imatinib Mesylate" in caplog.text
    assert "1 gene names corrected" in caplog.text
