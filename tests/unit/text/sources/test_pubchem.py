"""PubChem: its answers, odd ones too, and the prose that is kept."""

from __future__ import annotations

import pytest

from clmt.acquire.look_ups import Record
from clmt.errors import ClmtError
from clmt.text.entities import Drug
from clmt.text.facts import Part
from clmt.text.sources.pubchem import ask_pubchem, prose_facts
from tests.helpers.service_answers import (
    DRUG,
    PUG,
    VIEW,
    Answers,
)
from tests.helpers.text_sources import (
    ALPHA,
)

SECTIONS = f"{VIEW}/data/compound/11/JSON?heading=Mechanism+of+Action"
DESCRIPTION = f"{PUG}/compound/cid/11/description/JSON"


def section(value):
    return {"Record": {"Section": [{"Information": [{"Value": value}]}]}}


def test_pubchem_gives_mechanism_and_first_description():
    markup = {"Value": {"StringWithMarkup": [{"String": "It blocks zinc."}, {"String": "Second text."}]}}
    deep = {"Record": {"Section": [{"TOCHeading": "Pharmacology", "Section": [{"Information": [markup]}]}]}}
    rows = [{"CID": 11, "Title": "Alphanib"}, {"CID": 11, "Description": "A drug."}, {"CID": 11, "Description": "B."}]
    client = Answers(
        {
            f"{VIEW}/data/compound/11/JSON?heading=Mechanism+of+Action": deep,
            f"{PUG}/compound/cid/11/description/JSON": {"InformationList": {"Information": rows}},
        }
    )
    records = ask_pubchem(client, PUG, VIEW, DRUG)
    assert [(row.kind, row.text) for row in records] == [("mechanism", "It blocks zinc."), ("description", "A drug.")]
    assert {row.record_id for row in records} == {"CID 11"}


def test_pubchem_without_a_record_says_nothing():
    fault = {"Fault": {"Code": "PUGVIEW.NotFound"}}
    url = f"{VIEW}/data/compound/11/JSON?heading=Mechanism+of+Action"
    assert ask_pubchem(Answers({url: fault}), PUG, VIEW, DRUG) == []
    assert ask_pubchem(Answers({}), PUG, VIEW, Drug("X", "X")) == []


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (section(["x"]), "Value"),
        (section({"StringWithMarkup": "x"}), "StringWithMarkup"),
        (section({"StringWithMarkup": ["x"]}), "StringWithMarkup[0]"),
        (section({"StringWithMarkup": [{"String": 5}]}), "String"),
        ({"Record": {"RecordNumber": 11}}, "Section"),
        ({"Record": {"Section": ["x"]}}, "Section[0]"),
        ({"Records": {}}, "Record"),
        (["x"], "answer"),
        (b"<html>", "not JSON"),
        (503, "HTTP 503"),
        ({"Fault": {"Code": "PUGVIEW.ServerBusy"}}, "got: 'PUGVIEW.ServerBusy'"),
    ],
)
def test_pubchem_sections(answer, key):
    with pytest.raises(ClmtError) as caught:
        ask_pubchem(Answers({SECTIONS: answer}), PUG, VIEW, DRUG)
    assert key in str(caught.value)
    assert SECTIONS in str(caught.value)


@pytest.mark.parametrize("rows", ["x", ["x"], [{"Description": ["x"]}], None])
def test_pubchem_descriptions(rows):
    with pytest.raises(
        ClmtError, match=rf"PubChem, {PUG}.* has changed! (Information|Description).*: got: .*, expected"
    ):
        ask_pubchem(Answers({DESCRIPTION: {"InformationList": {"Information": rows}}}), PUG, VIEW, DRUG)


def test_prose_of_look_ups_is_cut_and_dated():
    records = {"Alphanib": [Record("CID 11", "One (PubMed:1). Two. Three.", "2026-01-02", kind="description")]}
    facts = prose_facts("pubchem", [ALPHA], records, {"description": Part.DEFINITION})
    assert [(fact.text, fact.retrieved) for fact in facts.rows] == [("One.", "2026-01-02"), ("Two.", "2026-01-02")]
