from __future__ import annotations

import re

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.tables.layouts import survey
from clmt.tables.layouts.reader import layout_reader
from tests.helpers.survey_archives import (
    ANNOTATION,
    CCLE_ANNOTATION,
    CCLE_RESPONSE,
    CCLE_TABLES,
    EXPRESSION,
    GDSC,
    GDSC_TABLES,
    GROUPS,
    MUTATION,
    RESPONSE,
    ccle_archive,
    gdsc_archive,
    r_style,
    write_archive,
)


def one_line(error: pytest.ExceptionInfo[ClmtError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_drug_names_are_stripped_and_in_source_order(tmp_path):
    names = survey.GDSC.drug_names(gdsc_archive(tmp_path))
    assert names == ["Vinorelbine", "Imatinib", "Imatinib Mesylate", "Aspirin", "Mystery"]


@pytest.mark.parametrize(
    "shape",
    [
        lambda table: table,
        r_style,
        lambda table: "COSMIC_ID" + table,
        lambda table: table.replace("\n", "\r\n"),
        lambda table: b"\xef\xbb\xbf" + table.encode(),
        lambda table: table.rstrip("\n"),
        lambda table: table.replace("\n101,", "\n101.0,").replace("NA", "nan"),
    ],
    ids=["empty field", "write.table", "named field", "CRLF", "BOM", "no last newline", "float ids"],
)
def test_every_header_shape_reads_the_same(tmp_path, shape):
    responses = survey.GDSC.responses(gdsc_archive(tmp_path, {RESPONSE: shape(GDSC_TABLES[RESPONSE])}))
    assert responses.cell_lines == ["103", "101", "102"]
    assert responses.drugs[0] == "Vinorelbine"
    np.testing.assert_array_equal(responses.values[1], [-2.25, 3, np.nan, 4, 2])
    assert int(np.isnan(responses.values).sum()) == 4
    assert not responses.censored.any()


def lose_cell(table: str) -> str:
    header, _, rows = table.partition("\n")
    return header.rpartition(",")[0] + "\n" + rows


@pytest.mark.parametrize(
    "title", ["COSMIC_ID", "CCLE Cell Line Name", "ID", "SAMPLE_NAME", "cell_line_id", "Cell", '"Line"', ""]
)
@pytest.mark.parametrize("table", [RESPONSE, EXPRESSION, MUTATION])
def test_a_header_that_lost_a_cell_is_refused(tmp_path, table, title):
    shifted = lose_cell(title + GDSC_TABLES[table])
    archive = gdsc_archive(tmp_path, {table: shifted})
    fields = shifted.partition("\n")[0].count(",") + 1
    with pytest.raises(ClmtError, match=f"{table}: line 1 has {fields} fields, the rows have {fields + 1}"):
        survey.GDSC.responses(archive) if table == RESPONSE else survey.GDSC.omics(archive)


@pytest.mark.parametrize("reader", [survey.GDSC, survey.CCLE])
def test_an_annotation_whose_header_lost_a_cell_is_refused(tmp_path, reader):
    gdsc = gdsc_archive(tmp_path, {ANNOTATION: lose_cell(GDSC_TABLES[ANNOTATION])})
    ccle = ccle_archive(tmp_path, {CCLE_ANNOTATION: lose_cell(CCLE_TABLES[CCLE_ANNOTATION])})
    with pytest.raises(ClmtError, match=r"line 1 has \d fields, the rows have \d"):
        reader.annotation(gdsc if reader is survey.GDSC else ccle)


@pytest.mark.parametrize("title", ["COSMIC_ID", "CCLE Cell Line Name", "Unnamed: 0"])
def test_a_gene_or_drug_with_the_name_of_an_id_column_is_refused(tmp_path, title):
    table = r_style(GDSC_TABLES[RESPONSE]).replace("Imatinib,", f"{title},", 1)
    with pytest.raises(ClmtError, match=f"column 3 is a column of ids! got: '{title}', expected: a drug"):
        survey.GDSC.responses(gdsc_archive(tmp_path, {RESPONSE: table}))


@pytest.mark.parametrize("shape", [lambda table: table, r_style])
def test_annotation_header_shapes(tmp_path, shape):
    archive = gdsc_archive(tmp_path, {ANNOTATION: shape(GDSC_TABLES[ANNOTATION])})
    lines = survey.GDSC.annotation(archive)
    assert lines["101"] == {"name": "LINE-A", "primary_site": "skin", "histology": "melanoma"}
    assert lines["102"]["histology"] == ""


def test_ccle_annotation_with_depmap_ids_is_keyed_by_its_row_names(tmp_path):
    table = "PRIMARY_SITE,ID\nA_SKIN,skin,ACH-000001\nB_LUNG,lung,ACH-000002\n"
    lines = survey.CCLE.annotation(ccle_archive(tmp_path, {CCLE_ANNOTATION: table}))
    assert lines["B_LUNG"] == {"name": "B", "primary_site": "lung", "histology": ""}
    named = survey.CCLE.annotation(ccle_archive(tmp_path))
    assert named["A_SKIN"] == {"name": "A", "primary_site": "skin", "histology": "melanoma"}


@pytest.mark.parametrize("name", ["COSMIC_ID,", "SAMPLE_NAME,"])
def test_an_annotation_without_its_ids_names_the_column(tmp_path, name):
    reader, member, build = (
        (survey.GDSC, ANNOTATION, gdsc_archive)
        if name == "COSMIC_ID,"
        else (survey.CCLE, CCLE_ANNOTATION, ccle_archive)
    )
    tables = {**GDSC_TABLES, **CCLE_TABLES}
    archive = build(tmp_path, {member: tables[member].replace(name, "NUMBER,", 1)})
    with pytest.raises(ClmtError, match=f"{member}: missing column {name[:-1]}"):
        reader.annotation(archive)


def test_only_responses_at_the_highest_dose_are_censored_in_ccle(tmp_path):
    responses = survey.CCLE.responses(ccle_archive(tmp_path))
    assert responses.cell_lines == ["B_LUNG", "A_SKIN"]
    assert responses.censored.tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    "table",
    [
        GDSC_TABLES[GROUPS],
        'TARGET_PATHWAY,DRUG_NAME,,\n"Other, kinases",Imatinib,Imatinib Mesylate,\nMitosis,Vinorelbine ,,\n',
        'TARGET_PATHWAY,DRUG_NAME\n"Other, kinases",Imatinib,Imatinib Mesylate\nMitosis,Vinorelbine\n',
        'TARGET_PATHWAY,DRUG_NAME\n"1","Other, kinases","Imatinib;Imatinib Mesylate"\n"2","Mitosis","Vinorelbine"\n',
        'DRUG_NAME,TARGET_PATHWAY\nImatinib;Imatinib Mesylate,"Other, kinases"\nVinorelbine,Mitosis\n',
    ],
    ids=["quoted lists", "split by Excel", "ragged", "write.table", "columns swapped"],
)
def test_group_shapes(tmp_path, table):
    groups = survey.GDSC.groups(gdsc_archive(tmp_path, {GROUPS: table}))
    kinases = ["Other, kinases"]
    assert groups == {"Imatinib": kinases, "Imatinib Mesylate": kinases, "Vinorelbine": ["Mitosis"]}


@pytest.mark.parametrize("row", [1, 2])
@pytest.mark.parametrize(
    "table",
    [
        'TARGET_PATHWAY,DRUG_NAME\nABL,"Imatinib"\nKIT,"Aspirin"\nMitosis,"Vinorelbine"\n',
        "TARGET_PATHWAY,DRUG_NAME\nABL,Imatinib\nKIT,Aspirin\nMitosis,Vinorelbine\n",
        'TARGET_PATHWAY,DRUG_NAME\nABL,Imatinib\nKIT,Aspirin\nMitosis",Vinorelbine\n',
    ],
    ids=["quoted", "plain", "closed by chance"],
)
def test_a_quote_left_open_does_not_swallow_the_groups_behind_it(tmp_path, table, row):
    lines = table.splitlines(keepends=True)
    lines[row] = lines[row].replace(",", ',"', 1)
    with pytest.raises(ClmtError, match=f"{GROUPS}.*line {row + 1}"):
        survey.GDSC.groups(gdsc_archive(tmp_path, {GROUPS: "".join(lines)}))


@pytest.mark.parametrize(
    "table",
    [
        "DRUG_NAME,TARGET_PATHWAY\nImatinib,ABL\nVinorelbine\n",
        "TARGET_PATHWAY,DRUG_NAME\nABL,Imatinib\nVinorelbine\n",
        "TARGET_PATHWAY,REMARK,DRUG_NAME\nABL,,Imatinib\nMitosis,Vinorelbine\n",
    ],
    ids=["swapped", "drug alone", "cell lost"],
)
def test_a_row_that_is_no_group_and_its_drugs_names_its_line(tmp_path, table):
    with pytest.raises(ClmtError, match=f"{GROUPS}: line 3 is no group and its drugs! got: '.*Vinorelbine'"):
        survey.GDSC.groups(gdsc_archive(tmp_path, {GROUPS: table}))


def test_a_drug_may_be_in_two_groups(tmp_path):
    assert survey.CCLE.groups(ccle_archive(tmp_path)) == {"Imatinib": ["ABL", "KIT"]}


@pytest.mark.parametrize(
    ("read", "table", "old", "new"),
    [
        (survey.GDSC.omics, EXPRESSION, "BRAF", "BR\0AF"),
        (survey.GDSC.omics, MUTATION, "\n101", "\n10\0" + "1"),
        (survey.GDSC.responses, RESPONSE, "Imatinib,", "Imati\x0bnib,"),
        (survey.GDSC.groups, GROUPS, "Mitosis", "Mito\0sis"),
        (survey.GDSC.annotation, ANNOTATION, "LINE-A", "LINE\x1b-A"),
    ],
)
def test_control_characters_in_names_are_refused(tmp_path, read, table, old, new):
    archive = gdsc_archive(tmp_path, {table: GDSC_TABLES[table].replace(old, new, 1)})
    with pytest.raises(ClmtError, match=f"{table}: line . holds the control character"):
        read(archive)


def test_missing_table_names_the_archive_and_its_tables(tmp_path):
    with pytest.raises(ClmtError) as error:
        survey.GDSC.responses(gdsc_archive(tmp_path, {RESPONSE: None}))
    text = one_line(error)
    assert "Table_S6_" in text
    assert f"{GDSC}.zip" in text
    assert "expected one of" in text
    assert EXPRESSION in text


def test_two_tables_of_one_number_are_refused(tmp_path):
    archive = gdsc_archive(tmp_path, {"Table_S6_copy.csv": "x"})
    with pytest.raises(ClmtError, match=r"more than one file Table_S6_\*\.csv"):
        survey.GDSC.responses(archive)


def test_resource_forks_are_not_tables(tmp_path):
    archive = write_archive(tmp_path / "a.zip", {RESPONSE: GDSC_TABLES[RESPONSE], f"._{RESPONSE}": "x"})
    assert len(survey.GDSC.drug_names(archive)) == 5


@pytest.mark.parametrize("content", [b"version https://git-lfs.github.com/spec/v1\n", b""])
def test_not_an_archive(tmp_path, content):
    path = tmp_path / "pointer.zip"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=r"pointer\.zip: not a readable zip archive"):
        survey.GDSC.drug_names(path)
    with pytest.raises(ClmtError, match="does not exist"):
        survey.GDSC.drug_names(tmp_path / "none.zip")


@pytest.mark.parametrize("column", ["PRIMARY_SITE", "COSMIC_ID", "SAMPLE_NAME", "PRIMARY_HISTOLOGY"])
def test_a_column_that_stands_twice_is_refused(tmp_path, column):
    header, *rows = GDSC_TABLES[ANNOTATION].splitlines()
    table = "\n".join([f"{header},{column}", *(f"{row},other" for row in rows)]) + "\n"
    with pytest.raises(ClmtError, match=f"{ANNOTATION}: column {column} stands twice! got: it in places . and 6"):
        survey.GDSC.annotation(gdsc_archive(tmp_path, {ANNOTATION: table}))


def test_missing_column_lists_those_found(tmp_path):
    archive = gdsc_archive(tmp_path, {ANNOTATION: ",SAMPLE_NAME,COSMIC_ID,SITE\n0,LINE-A,101,skin\n"})
    with pytest.raises(ClmtError) as error:
        survey.GDSC.annotation(archive)
    text = one_line(error)
    assert "missing column PRIMARY_SITE" in text
    assert "COSMIC_ID, SAMPLE_NAME, SITE" in text


BAD_RESPONSES = [
    ("101,-2.25", "101,sensitive", ["'Vinorelbine'", "line 3", "cell line 101", "got: 'sensitive'"]),
    ("101,-2.25", "101,inf", ["'Vinorelbine'", "line 3", "cell line 101", "got: 'inf'"]),
    ("101,-2.25", "101,37.5", ["'Vinorelbine'", "cell line 101", "got: 37.5", "-20 to 20"]),
    ("101,-2.25", "103,-2.25", ["duplicated cell line", "got: '103'"]),
    ("Imatinib Mesylate", "Imatinib ", ["duplicated drug", "got: 'Imatinib'"]),
    ("Imatinib Mesylate", "", ["column 4 has no name"]),
    ("101,-2.25,3,", "101,-2.25,", ["line 3", "'101'", "got: 5", "expected: 6"]),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD_RESPONSES)
def test_bad_responses_are_named(tmp_path, old, new, words):
    table = GDSC_TABLES[RESPONSE].replace(old, new)
    with pytest.raises(ClmtError) as error:
        survey.GDSC.responses(gdsc_archive(tmp_path, {RESPONSE: table}))
    text = one_line(error)
    assert RESPONSE in text
    for word in words:
        assert word in text


def test_ccle_values_past_the_limit_name_the_drug(tmp_path):
    table = "CCLE Cell Line Name,Imatinib\nA_SKIN,-20.5\n"
    with pytest.raises(ClmtError, match="cell line A_SKIN, drug 'Imatinib'"):
        survey.CCLE.responses(ccle_archive(tmp_path, {CCLE_RESPONSE: table}))


@pytest.mark.parametrize("value", ["2", "-1", "0.5"])
def test_mutations_are_zero_or_one(tmp_path, value):
    archive = gdsc_archive(tmp_path, {MUTATION: GDSC_TABLES[MUTATION].replace("102,0,1", f"102,0,{value}")})
    with pytest.raises(ClmtError, match=re.escape(f"cell line 102, gene 'TP53' is not 0 or 1! got: {float(value)}")):
        survey.GDSC.omics(archive)


def test_missing_expression_is_refused(tmp_path):
    archive = gdsc_archive(tmp_path, {EXPRESSION: GDSC_TABLES[EXPRESSION].replace("7.25", "NA")})
    with pytest.raises(ClmtError, match="cell line 101, gene 'BRAF' is not a number! got: 'NA'"):
        survey.GDSC.omics(archive)["expression"]


@pytest.mark.parametrize("value", ["7_25", "٧", "7.2５", "1_000.5"])
def test_what_only_python_takes_for_a_number_is_refused(tmp_path, value):
    archive = gdsc_archive(tmp_path, {EXPRESSION: GDSC_TABLES[EXPRESSION].replace("7.25", value)})
    with pytest.raises(ClmtError, match=f"cell line 101, gene 'BRAF' is not a number! got: '{value}'"):
        survey.GDSC.omics(archive)["expression"]


@pytest.mark.parametrize("value", [" 7.25", "7.25 ", "\u00a07.25", "+7.25", "725e-2"])
def test_blanks_and_exponents_are_read(tmp_path, value):
    plain = survey.GDSC.omics(gdsc_archive(tmp_path))["expression"]
    archive = gdsc_archive(tmp_path, {EXPRESSION: GDSC_TABLES[EXPRESSION].replace("7.25", value)})
    assert (survey.GDSC.omics(archive)["expression"].values == plain.values).all()


def test_empty_table_and_unknown_layout(tmp_path):
    with pytest.raises(ClmtError, match="the table is empty"):
        survey.GDSC.omics(gdsc_archive(tmp_path, {EXPRESSION: ",BRAF\n"}))["expression"]
    with pytest.raises(
        ClmtError, match="got: 'survey', expected one of: ccle_2015, gdsc_release, survey_ccle, survey_gdsc"
    ):
        layout_reader("survey")
