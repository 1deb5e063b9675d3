"""GDSC's releases and CCLE's table of 2015, with omics of DepMap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.reading.workbook import read_table_file
from clmt.tables.layouts import release
from clmt.tables.layouts.reader import archive_name, layout_reader, parse_archive

NEW = "DATASET,CELL_LINE_NAME,SANGER_MODEL_ID,CANCER_TYPE,DRUG_ID,DRUG_NAME,PUTATIVE_TARGET,PATHWAY_NAME,LN_IC50,AUC"
OLD = (
    "DATASET,COSMIC_ID,CELL_LINE_NAME,SANGER_MODEL_ID,TCGA_DESC,DRUG_ID,DRUG_NAME,PUTATIVE_TARGET,PATHWAY_NAME,LN_IC50"
)
CURVES = [
    ("SIDM1", "1007", "Docetaxel", "Mitosis", "1.0"),
    ("SIDM1", "1819", "Docetaxel", "Mitosis", "3.0"),
    ("SIDM2", "1007", "Docetaxel", "Mitosis", "-2.0"),
    ("SIDM1", "1003", "Camptothecin", "DNA replication", "0.5"),
]
CCLE = (
    "CCLE Cell Line Name,Primary Cell Line Name,Compound,Target,Doses (uM),IC50 (uM)\n"
    'A_SKIN,A,Erlotinib,EGFR,".0025,8",8\nB_LUNG,B,Erlotinib,EGFR,".0025,8",0.5\nB_LUNG,B,PD-0332991 ,CDK4,"8",1\n'
)
MODELS = (
    "ModelID,StrippedCellLineName,OncotreeLineage,OncotreePrimaryDisease,CCLEName,SangerModelID,COSMICID\n"
    "ACH-000001,A,Skin,Melanoma,A_SKIN,SIDM1,905933.0\nACH-000002,B,Lung,NSCLC,B_LUNG,SIDM2,1.0\n"
    "ACH-000009,A,Skin,Melanoma,,SIDM1,\n"
)


def gdsc(header: str, curves=CURVES) -> str:
    rows = [
        dict.fromkeys(header.split(","), "x")
        | {"SANGER_MODEL_ID": line, "DRUG_ID": key, "DRUG_NAME": drug, "PATHWAY_NAME": pathway, "LN_IC50": value}
        for line, key, drug, pathway, value in curves
    ]
    return "\n".join([header, *(",".join(row.values()) for row in rows)]) + "\n"


def archive_of(folder: Path, layout: str, response: str, **texts: str):
    matrix = ",TP53 (7157)\nACH-000001,{}\nACH-000002,{}\nACH-000009,{}\n"
    files = {
        "response": response,
        "models": MODELS,
        "expression": matrix.format(3.5, 0.0, 9.0),
        "mutation": matrix.format(2, 0, 1),
        "copy_number": matrix.format(np.log2(1 + 2.0), np.log2(1 + 1.9), 1.0),
    }
    for part, text in (files | texts).items():
        (folder / f"{part}.csv").write_text(text)
    return parse_archive([f"{part}={folder / part}.csv" for part in files], layout)


@pytest.mark.parametrize("header", [NEW, OLD])
def test_both_headers_give_the_mean_of_the_curves_of_a_pair(tmp_path: Path, header: str) -> None:
    reader, archive = layout_reader("gdsc_release"), archive_of(tmp_path, "gdsc_release", gdsc(header))
    responses = reader.responses(archive)
    assert (responses.cell_lines, responses.drugs) == (["SIDM1", "SIDM2"], ["Docetaxel", "Camptothecin"])
    np.testing.assert_array_equal(responses.values, [[2.0, 0.5], [-2.0, np.nan]])
    assert (responses.averaged, responses.censored.any()) == (1, False)
    assert reader.drug_names(archive) == ["Docetaxel", "Camptothecin"]
    assert reader.groups(archive) == {"Docetaxel": ["Mitosis"], "Camptothecin": ["DNA replication"]}
    assert archive_name(archive) == "response.csv"


def test_omics_are_those_of_the_first_model_and_alterations_follow_the_stated_rule(tmp_path: Path) -> None:
    reader, archive = layout_reader("gdsc_release"), archive_of(tmp_path, "gdsc_release", gdsc(NEW))
    omics = reader.omics(archive)
    assert {name: matrix.ids for name, matrix in omics.items()} == {name: ["SIDM1", "SIDM2"] for name in omics}
    assert omics["expression"].values.ravel().tolist() == [3.5, 0.0]
    assert omics["mutation"].values.ravel().tolist() == [1.0, 0.0]
    assert omics["copy_number"].values.ravel().tolist() == [1.0, 0.0]
    assert reader.annotation(archive)["SIDM2"] == {"name": "B", "primary_site": "Lung", "histology": "NSCLC"}


def test_half_the_copies_are_an_alteration_and_a_missing_number_is_none(tmp_path: Path) -> None:
    numbers = f",A (1),B (2)\nACH-000001,{np.log2(1.5)},\nACH-000002,{np.log2(1.51)},0.0\n"
    archive = archive_of(tmp_path, "gdsc_release", gdsc(NEW), copy_number=numbers)
    found = layout_reader("gdsc_release").omics(archive)["copy_number"].values
    assert found.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_ccle_of_2015_is_in_micromolar_and_censored_at_its_highest_dose(tmp_path: Path) -> None:
    reader, archive = layout_reader("ccle_2015"), archive_of(tmp_path, "ccle_2015", CCLE)
    responses = reader.responses(archive)
    assert responses.drugs == ["Erlotinib", "PD-0332991"]
    np.testing.assert_allclose(responses.values, [[np.log(8), np.nan], [np.log(0.5), 0.0]])
    assert responses.censored.tolist() == [[True, False], [False, False]]
    assert reader.groups(archive) == {"Erlotinib": ["EGFR"], "PD-0332991": ["CDK4"]}


@pytest.mark.parametrize(
    ("layout", "response", "message"),
    [
        ("gdsc_release", gdsc(NEW).replace("LN_IC50", "IC50"), "missing column LN_IC50"),
        ("gdsc_release", gdsc(NEW, [("SIDM1", "1", "A", "B", "")]), "line 2, column LN_IC50 is no response! got: ''"),
        ("gdsc_release", gdsc(NEW, [("SIDM1", "1", "A", "B", "1_0")]), "is no response! got: '1_0'"),
        ("gdsc_release", gdsc(NEW, [("", "1", "A", "B", "1")]), "line 2 has no SANGER_MODEL_ID"),
        ("gdsc_release", gdsc(NEW, [("SIDM1", "1", "A", "B", "1e5")]), "impossible ln IC50"),
        ("ccle_2015", CCLE.replace(",0.5", ",0"), "line 3, column IC50 .uM. is no response! got: '0'"),
        ("ccle_2015", CCLE.replace(",8\n", ",80\n"), "above the highest dose"),
    ],
)
def test_odd_curves_are_refused_by_line(tmp_path: Path, layout: str, response: str, message: str) -> None:
    archive = archive_of(tmp_path, layout, response)
    with pytest.raises(ClmtError, match=message) as refused:
        layout_reader(layout).responses(archive)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "layout", "message"),
    [
        (["a.zip", "b.zip"], "survey_gdsc", "is one file! got: a.zip b.zip"),
        (["a.zip"], "gdsc_release", "expected: response=PATH models=PATH"),
        (["response=a"] * 5, "ccle_2015", "has other parts"),
        (["response=", "models=b", "expression=c", "mutation=d", "copy_number=e"], "ccle_2015", "has other parts"),
    ],
)
def test_parts_that_the_layout_does_not_have_are_refused(texts: list[str], layout: str, message: str) -> None:
    with pytest.raises(ClmtError, match=message):
        parse_archive(texts, layout)


def test_one_command_reads_its_responses_once_and_a_changed_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, archive = layout_reader("gdsc_release"), archive_of(tmp_path, "gdsc_release", gdsc(NEW))
    read: list[Path] = []
    monkeypatch.setattr(release, "read_table_file", lambda path: (read.append(path), read_table_file(path))[1])
    reader.responses(archive)
    reader.groups(archive)
    assert reader.drug_names(archive) == ["Docetaxel", "Camptothecin"]
    assert len(read) == 1
    (tmp_path / "response.csv").write_text(gdsc(NEW, CURVES[:3]))
    assert reader.drug_names(archive) == ["Docetaxel"]
