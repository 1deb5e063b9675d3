"""Sentences that give a response away."""

from __future__ import annotations

import pytest

from clmt.text.entities import CellLine, Drug
from clmt.text.facts import Fact, Part
from clmt.text.leakage import cell_line_pattern, drop_leaks
from tests.helpers.text_sources import (
    ALPHA,
    CELLS,
)


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("It inhibited growth of KM 12 cells with an IC50 of 3 nM.", ["KM 12"]),
        ("SET cells are sensitive.", ["SET"]),
        ("A set of sensitive assays.", []),  # an English word is no cell line
        ("KM-12 was cultured.", []),  # nothing about a response
        ("Highly potent against KM-120 and resistant lines.", []),  # another cell line
        ("Calu-6 cells were resistant to Erlotinib.", ["Calu-6"]),
        ("The drug inhibited tumor cell growth in A-549.", ["A-549"]),
        ("The IC 50 in a549 was 3 nM, the GI(50) more.", ["a549"]),
        ("Growth of km12 was strongly inhibited.", ["km12"]),
        ("It was cytotoxic to 5637 cells.", ["5637"]),
        ("It was cytotoxic to the cell line 5637.", ["cell line 5637"]),
        ("The IC50 was 5637 nM.", []),
        ("TT cells respond.", ["TT"]),
        ("The enzyme TT is sensitive to zinc.", []),
        ("A549 is an inhibitor of growth factor receptors.", []),
    ],
)
def test_a_drug_text_that_tells_the_response_of_a_cell_line_is_a_leak(text, leaks):
    cells = [CellLine("1", "KM-12"), CellLine("2", "SET"), CellLine("3", "TT")]
    cells += [CellLine("4", "CALU6"), CellLine("5", "A549"), CellLine("6", "5637")]
    kept, found = drop_leaks("drug", [Fact("Alphanib", Part.DEFINITION, text, "ncit", "C1")], cells, [ALPHA])
    assert [row["name"] for row in found] == leaks
    assert len(kept) == (0 if leaks else 1)


LINES = ["NCI-H1975", "NCIH460", "NIHOVCAR3", "UM-UC-3", "UMUC1", "UMC-11", "NCI-60", "U-2-OS", "COLO-205", "NCI-N87"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("H1975 cells", "H1975"),
        ("h1975", "h1975"),
        ("NCI-H1975 cells", "NCI-H1975"),
        ("NCI H-1975", "NCI H-1975"),
        ("H-460", "H-460"),
        ("OVCAR-3", "OVCAR-3"),
        ("NIH:OVCAR-3", "OVCAR-3"),
        ("UC-3", "UC-3"),
        ("UM-UC-1", "UM-UC-1"),
        ("U20S", "U20S"),
        ("COLO 2O5", "COLO 2O5"),
        ("N87", "N87"),
        ("C-11", None),
        ("60 kinases", None),
        ("H19755", None),
        ("BH1975", None),
        ("NCI", None),
    ],
)
def test_cell_lines_are_found_as_papers_write_them(cells, found):
    match = cell_line_pattern(LINES).search(f"The IC50 in {cells} was 0.1 uM.")
    assert (match and match.group(0)) == found


def test_a_pathway_text_that_tells_a_response_to_a_drug_is_a_leak():
    drugs = [Drug("Alphanib", "Alphanib", synonyms=("AB-001",))]
    rows = [
        Fact("c1", Part.SUMMARIES, "Cells are sensitive to AB 001.", "reactome", "R-HSA-1"),
        Fact("c1", Part.SUMMARIES, "Resistance is common.", "reactome", "R-HSA-1"),
        Fact("c1", Part.IDENTITY, "Alphanib-resistant is a name.", "tables", "c1"),
    ]
    kept, leaks = drop_leaks("cell_line", rows, CELLS, drugs)
    assert kept == rows[1:]
    assert [row["name"] for row in leaks] == ["AB 001"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("CWR22-R1", "CWR22-R1"),
        ("CWR22R1 cells", "CWR22R1"),
        ("PM1", None),
        ("PM1 cells", "PM1"),
        ("a BTB domain", None),
        ("BT-B cells", "BT-B"),
        ("Simpson-Golabi syndrome", None),
        ("gamma delta 2 T-cells", None),
        ("BTB1", "BTB1"),
    ],
)
def test_synonyms_of_cell_lines_are_found_where_they_are_no_other_thing(cells, found):
    match = cell_line_pattern(["22RV1", "BTB1"], ["CWR22-R1", "PM1", "BT-B", "Simpson", "2T"]).search(cells)
    assert (match and match.group(0)) == found


def test_a_synonym_of_a_cell_line_beside_a_response_is_a_leak():
    facts = [Fact("Alphanib", Part.DEFINITION, "CWR22-R1 was resistant to it.", "ncit", "C1")]
    lines = [CellLine("1", "22RV1", synonyms=("22RV1", "CWR22-R1"))]
    kept, leaks = drop_leaks("drug", facts, lines, [])
    assert (kept, [leak["name"] for leak in leaks]) == ([], ["CWR22-R1"])
    assert drop_leaks("drug", facts, [CellLine("1", "22RV1")], [])[0] == facts
