"""ChEMBL: its answers, odd ones too."""

from __future__ import annotations

import pytest

from clmt.acquire.look_ups import read_failed, read_records
from clmt.errors import ClmtError
from clmt.text.entities import Drug
from clmt.text.facts import look_up
from clmt.text.sources.chembl import ask_chembl
from tests.helpers.service_answers import (
    CHEMBL,
    DRUG,
    MARK,
    MECHANISM,
    MOLECULE,
    Answers,
    mechanisms,
    molecules,
)


def test_chembl_joins_salt_and_parent_over_all_pages():
    client = Answers(
        {
            MOLECULE + DRUG.inchikey: molecules("CHEMBL2"),
            f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL2": mechanisms(None, ""),
            f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1": mechanisms(
                "B inhibitor", following="/api/data/mechanism.json?molecule_chembl_id=CHEMBL1&offset=1"
            ),
            f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1&offset=1": mechanisms("A inhibitor", "B inhibitor"),
        }
    )
    records = ask_chembl(client, CHEMBL, DRUG)
    assert [(row.record_id, row.text) for row in records] == [("CHEMBL1", "A inhibitor"), ("CHEMBL1", "B inhibitor")]
    assert records[0].retrieved == MARK


def test_chembl_falls_back_to_the_key_without_stereochemistry():
    flat = "AAAAAAAAAAAAAA-UHFFFAOYSA-N"
    client = Answers(
        {
            MOLECULE + flat: molecules("CHEMBL1"),
            f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1": mechanisms("A inhibitor"),
        }
    )
    assert [row.text for row in ask_chembl(client, CHEMBL, DRUG)] == ["A inhibitor"]
    assert client.asked[0] == MOLECULE + DRUG.inchikey
    assert ask_chembl(client, CHEMBL, Drug("X", "X")) == []


def test_a_page_that_names_itself_as_the_next_ends():
    url = f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1"
    loop = mechanisms("A inhibitor", following="/api/data/mechanism.json?molecule_chembl_id=CHEMBL1")
    client = Answers({MOLECULE + DRUG.inchikey: molecules("CHEMBL1"), url: loop})
    assert len(ask_chembl(client, CHEMBL, DRUG)) == 1


def test_a_page_that_is_announced_and_missing_is_a_failure():
    url = f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1"
    first = mechanisms("A inhibitor", following="/api/data/mechanism.json?molecule_chembl_id=CHEMBL1&offset=1")
    client = Answers({MOLECULE + DRUG.inchikey: molecules("CHEMBL1"), url: first})
    with pytest.raises(ClmtError, match=r"offset=1: this page is missing! got: 404"):
        ask_chembl(client, CHEMBL, DRUG)


def test_a_changed_layout_is_named():
    client = Answers({MOLECULE + DRUG.inchikey: {"hits": []}})
    with pytest.raises(ClmtError, match=r"layout has changed! molecules: got: keys \['hits'\], expected: 'molecules'"):
        ask_chembl(client, CHEMBL, DRUG)


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"mechanisms": [{"mechanism_of_action": 5}], "page_meta": {"next": None}}, "mechanism_of_action: got: 5"),
        ({"mechanisms": ["x"], "page_meta": {"next": None}}, "mechanisms[0]: got: 'x'"),
        ({"mechanisms": [], "page_meta": ["x"]}, "page_meta: got: ['x']"),
        ({"mechanisms": []}, "page_meta: got: keys ['mechanisms']"),
        ({"mechanisms": [], "page_meta": {"next": 5}}, "next: got: 5"),
    ],
)
def test_chembl(answer, key):
    client = Answers({MOLECULE + DRUG.inchikey: molecules("CHEMBL1"), MECHANISM: answer})
    with pytest.raises(ClmtError) as caught:
        ask_chembl(client, CHEMBL, DRUG)
    assert f"ChEMBL, {MECHANISM}" in str(caught.value)
    assert key in str(caught.value)


def test_a_look_up_by_every_drug_goes_on_after_an_odd_page(services):
    registry, drugs, files, out = services
    keys = {letter: f"{letter * 14}-{letter * 10}-N" for letter in "AB"}
    answers = {
        MOLECULE + keys["A"]: {"molecules": ["x"], "page_meta": {}},
        MOLECULE + keys["B"]: molecules("CHEMBL1"),
        MECHANISM: mechanisms("B inhibitor"),
    }
    look_up("chembl", Answers(answers), registry, drugs, files, out)
    assert (read_failed(out, "chembl"), list(read_records(out, "chembl"))) == (["Alphanib"], ["Betamide"])
