"""``clmt check`` lists every problem of a dataset at once, and says of a good one what it is taken for."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml

from clmt import cli
from clmt.tables.own.check import check_own
from tests.helpers.own_tables import CELLS, GENES, own_folder, own_texts

LINES = own_texts()


def with_lines(name: str, changes: dict[int, str], more: str = "") -> str:
    """Text of a table with some lines (from 1) replaced, and others at its end."""
    lines = LINES[name].splitlines()
    for number, text in changes.items():
        lines[number - 1] = text
    return "\n".join(lines) + "\n" + more


def transposed(name: str) -> str:
    rows = [line.split(",") for line in LINES[name].splitlines()]
    return "\n".join(",".join(cells) for cells in zip(*rows, strict=True)) + "\n"


def one_gene(step: float) -> str:
    return "cell_line,BRAF\n" + "".join(f"{cell},{row * step}\n" for row, cell in enumerate(CELLS))


BROKEN = {
    "response.csv": with_lines(
        "response.csv",
        {
            2: "A549,Imatinib,>10,false",
            3: "A549,Aspirin,-2.87",
            4: ",Ethanol,-2.74,false",
            5: "A549,,-2.61,false",
            6: "MCF7,Imatinib,99,false",
            7: "MCF7,Aspirin,-1.37,perhaps",
        },
    ),
    "expression.csv": with_lines(
        "expression.csv", {1: "cell_line,BRAF,TP53,MYC,EGFR,BRAF", 3: "MCF7,NA,1,2,3,4"}, "A549,1,2,3,4,5\n"
    ),
    "mutation.csv": transposed("mutation.csv"),
    "copy_number.csv": "cell_line,MYC\n" + "".join(f"{cell},0.7\n" for cell in CELLS),
    "cell_lines.csv": with_lines("cell_lines.csv", {}, "A549,again,lung,P,\n"),
    "drugs.csv": (
        "drug,smiles,pubchem_cid\nImatinib,C1CC,5291\nAspirin,CCO,aspirin\nEthanol,CCO,702\nEthanol,CCC,702\n"
    ),
}
FAULTS = {
    "a word where a value belongs": ("response.csv", "line 2 '>10'", "censored"),
    "a row that lost a cell": ("response.csv", "line 3", "4 cells"),
    "a row without a cell line": ("response.csv", "line 4", "no cell line"),
    "a row without a drug": ("response.csv", "line 5", "no drug"),
    "an impossible value": ("response.csv", "line 6 '99'", "a response in ln_um"),
    "a mark that says nothing": ("response.csv", "line 7 'perhaps'", "true or false"),
    "a cell line twice": ("expression.csv", "line 8 'A549'", "Keep one"),
    "a gene twice": ("expression.csv", "genes stand twice", "BRAF"),
    "a gap": ("expression.csv", "line 3 'BRAF: NA'", "Fill the cells in"),
    "a table turned round": ("mutation.csv", "the rows are genes", "transpose"),
    "ratios in place of alterations": ("copy_number.csv", "line 2 'MYC: 0.7'", "0 and 1"),
    "a cell line annotated twice": ("cell_lines.csv", "line 8 'A549'", "Keep one"),
    "a SMILES that is none": ("drugs.csv: line 2", "RDKit refuses its SMILES", "C1CC"),
    "a CID that is none": ("drugs.csv", "line 3 'aspirin'", "PubChem's number"),
    "a drug twice": ("drugs.csv", "line 5 'Ethanol'", "Keep one"),
    "an unknown drug to leave out": ("config: datasets.mine.exclude_drugs", "Imatinip", "Correct or remove"),
}


def entry(folder: Path, **changes: object) -> dict[str, object]:
    return {"layout": "tables", "archive": str(folder), "unit": "ln_um", "exclude_drugs": [], **changes}


def test_each_of_sixteen_faults_is_named_once(tmp_path):
    found = check_own("mine", entry(own_folder(tmp_path, BROKEN), exclude_drugs=["Imatinip"])).problems
    for what, words in FAULTS.items():
        assert sum(all(word in problem for word in words) for problem in found) == 1, (what, found)
    assert len(found) == len(FAULTS) == 16
    assert all(problem.count("!") and "got: " in problem for problem in found)


@pytest.mark.parametrize(
    ("changes", "settings", "words"),
    [
        ({}, {"unit": None}, "the unit of the responses is not stated! got: nothing, expected: one of: ln_um"),
        ({}, {"unit": "ic50"}, "look like ln_um"),
        ({}, {"unit": ["um"]}, "the unit of the responses is unknown! got: ['um']"),
        ({}, {"archive": {"response": 7}}, "response is of no known kind"),
        ({}, {"archive": None}, "no tables! got: None, expected: a folder or a path by part"),
        ({}, {"archive": "nowhere"}, "archive is no folder! got: nowhere"),
        ({"response.csv": "cell_line,drug,value\nA549,Imatinib,\n"}, {}, "no row has a cell line, a drug and a value"),
        ({"response.csv": "cell_line,drug,value\n"}, {}, "the table is empty"),
        ({"expression.csv": "\0\1"}, {}, "holds the control character"),
        ({"mutation.csv": "cell_line\nA549\n"}, {}, "no column is a gene"),
        ({"expression.xlsx": "no workbook", "expression.csv": None}, {}, "expression.xlsx"),
        ({"expression.parquet": "no Parquet", "expression.csv": None}, {}, "not a readable Parquet file"),
        ({}, {"unit": "pic50"}, "not in the stated unit pic50"),
        ({}, {"unit": "um"}, "not in the stated unit um"),
        (
            {"response.csv": "cell_line,drug,value,tissue\nA549,Imatinib,1,lung\nA549,Aspirin,1,Lung\n"},
            {},
            "column tissue: a cell line has two tissues! got: line 3 'A549: Lung', expected: one tissue of each",
        ),
        ({}, {"value": "LN_IC50"}, "no column of values! got: cell_line, drug, value, censored"),
        ({"response.csv": LINES["response.csv"].replace(",", ";")}, {}, "semicolons stand between the cells"),
        ({"response.csv": None}, {}, "no response! got: expression"),
        ({"response.csv": LINES["response.csv"].replace("drug,", "thing,", 1)}, {}, "no column of drugs"),
        ({"response.csv": "<!DOCTYPE html>\n"}, {}, "holds a web page"),
        ({"expression.csv": one_gene(90)}, {}, "these are counts"),
        ({"expression.csv": one_gene(9.7)}, {}, "these values were never logged"),
        ({"expression.csv": LINES["expression.csv"].replace("\n", "\nX", 6)}, {}, "no cell line in common"),
        ({"drugs.csv": "drug,smiles\nother,CCO\n"}, {}, "no drug in common with the responses"),
        ({"cell_lines.csv": "cell_line,tissue\nother,lung\n"}, {}, "no cell line in common with the responses"),
    ],
)
def test_a_fault_of_a_whole_table_is_named(tmp_path, changes, settings, words):
    found = check_own("mine", entry(own_folder(tmp_path / "mine", changes)) | settings).problems
    assert [words in problem for problem in found].count(True) == 1, found


def test_a_good_dataset_says_what_it_is_taken_for(tmp_path):
    drugs = "drug,smiles,pubchem_cid\nImatinib,CCO,\nAspirin,OCC,\nEthanol,,702\nEthanol,,702\n"
    ensembl = ",".join(f"ENSG0000000000{n}" for n in range(5))
    expression = LINES["expression.csv"].replace(",".join(GENES), ensembl)
    copies = "cell_line,MYC\n" + "".join(f"{cell},{row % 5 - 2}\n" for row, cell in enumerate(CELLS))
    changes = {"drugs.csv": drugs, "expression.csv": expression, "mutation.csv": None, "copy_number.csv": copies}
    found = check_own("mine", entry(own_folder(tmp_path, changes)))
    assert found.problems == []
    told = "\n".join(found.notes)
    for words in (
        "value is taken as stated, ln_um (natural logarithm of the IC50 in uM): IC50 from 0.0498 to 133 uM",
        "6 cell lines, 4 drugs, 24 responses",
        "4 are censored",
        "5 genes by Ensembl id (they do as features; texts and pathways know symbols alone)",
        "log2 intensities of arrays or alike",
        "mutation: no such table",
        "GISTIC's -2 and 2 are altered",
        "6 tissues, 6 with a donor, 6 with a text",
        "; 1 further rows of one of them are left out",
        "PubChem is asked by CID for 1 drugs (Ethanol)",
        "PubChem is asked by name for 1 drugs (Caffeine)",
        "Aspirin and Imatinib have one structure and become one drug",
    ):
        assert words in told, words


def test_two_tables_with_two_structures_of_a_drug_are_a_problem(tmp_path):
    same = "drug,smiles\nImatinib,OCC\n"
    drugs = "drug,smiles\nImatinib,CCO\n"
    found = check_own("mine", entry(own_folder(tmp_path / "a", {"drugs.csv": drugs, "structures.csv": same})))
    assert found.problems == []
    other = "drug,smiles\nImatinib,CCCO\n"
    found = check_own("mine", entry(own_folder(tmp_path / "b", {"drugs.csv": drugs, "structures.csv": other})))
    assert len(found.problems) == 1
    assert "drug 'Imatinib' has two structures in two tables! got: CCO and CCCO" in found.problems[0]


def test_columns_that_are_taken_for_ids_are_told(tmp_path):
    lines = LINES["expression.csv"].splitlines()
    more = [f"{line},{row or 'COSMIC_ID'},{'1' if row else ''}" for row, line in enumerate(lines)]
    found = check_own("mine", entry(own_folder(tmp_path, {"expression.csv": "\n".join(more) + "\n"})))
    assert any(
        "2 columns are taken for ids and not for genes (COSMIC_ID, a blank title)" in note for note in found.notes
    )


def write_config(folder: Path, **changes: object) -> Path:
    dataset = entry(folder, label="Mine", simulated=False, **changes)
    experiments = {"mine_cv": {"dataset": "mine", "split": "mixed", "models": ["drug_mean"]}}
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump({"datasets": {"mine": dataset}, "experiments": experiments}))
    return path


def test_the_command_ends_with_2_where_there_are_problems_and_asks_no_network(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(socket, "socket", None)
    good = write_config(own_folder(tmp_path / "good"))
    assert cli.main(["check", str(good)]) == 0
    assert "mine: 0 problems" in capsys.readouterr().out
    bad = write_config(own_folder(tmp_path / "bad", BROKEN), unit="furlong", exclude_drugs=["Imatinip"])
    assert cli.main(["check", str(bad)]) == 2
    said = capsys.readouterr()
    assert "the unit of the responses is unknown! got: furlong" in said.out
    assert said.err.startswith("error: 16 problems, listed above")
    assert said.err.count("\n") == 1


def test_a_fault_of_the_configuration_itself_is_one_of_the_problems(tmp_path, capsys):
    path = write_config(own_folder(tmp_path), cell_lines="many", drugs=0, labl="Mine")
    assert cli.main(["check", str(path)]) == 2
    said = capsys.readouterr().out
    assert "datasets.mine.cell_lines is no whole number" in said
    assert "datasets.mine.drugs is too small" in said
    assert "datasets.mine: unknown key! got: 'labl'" in said
    assert "mine: 3 problems" in said
    assert cli.main(["check", str(path), "--dataset", "gdsc"]) == 2
    assert "--dataset is none of your own! got: 'gdsc', expected: mine" in capsys.readouterr().err
