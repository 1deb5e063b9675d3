"""Odd answers of look-up services: each is named with service and key, and costs its own key only."""

from __future__ import annotations

import json

import pytest

from clmt.acquire.look_ups import Record, ask_each, read_failed, read_records
from clmt.acquire.registry import load_registry
from clmt.errors import ClmtError
from clmt.text.facts import look_up
from clmt.text.sources.chembl import ask_chembl
from clmt.text.sources.kegg import ask_kegg, list_kegg
from clmt.text.sources.pubchem import ask_pubchem
from clmt.text.sources.reactome_content import ask_reactome
from clmt.text.sources.uniprot import ask_uniprot
from tests.helpers.service_answers import CHEMBL, DRUG, MARK, MOLECULE, PUG, VIEW, Answers, mechanisms, molecules
from tests.helpers.text_sources import write_registry, write_sources, write_tables

SECTIONS = f"{VIEW}/data/compound/11/JSON?heading=Mechanism+of+Action"
DESCRIPTION = f"{PUG}/compound/cid/11/description/JSON"
MECHANISM = f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1"
UNIPROT, REACTOME, KEGG = "https://uniprot.example", "https://reactome.example/ContentService", "https://kegg.example"


def protein(symbol):
    query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
    return f"{UNIPROT}/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"


def function(text):
    comments = [{"commentType": "FUNCTION", "texts": [{"value": text}]}]
    return {"results": [{"primaryAccession": "P1", "comments": comments}]}


def section(value):
    return {"Record": {"Section": [{"Information": [{"Value": value}]}]}}


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


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"results": ["x"]}, "results[0]"),
        ({"results": {"x": 1}}, "results"),
        ({"results": [{"comments": ["x"]}]}, "comments[0]"),
        ({"results": [{"comments": [{"texts": ["x"]}]}]}, "texts[0]"),
        ({"results": [{"comments": [{"texts": [{"value": 5}]}]}]}, "value"),
        ({"hits": []}, "results"),
    ],
)
def test_uniprot(answer, key):
    with pytest.raises(ClmtError) as caught:
        ask_uniprot(Answers({protein("KIT"): answer}), UNIPROT, "KIT")
    assert str(caught.value).startswith(f"UniProt, {protein('KIT')}")
    assert f"the layout has changed! {key}: got: " in str(caught.value)


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


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"summation": [{"text": ["x"]}]}, "text: got: ['x']"),
        ({"summation": ["x"]}, "summation[0]: got: 'x'"),
        ({"summary": [{"text": "x"}]}, "summation: got: keys ['summary']"),
        ([{"summation": []}], "answer: got: [{'summation': []}]"),
    ],
)
def test_reactome(answer, key):
    with pytest.raises(ClmtError) as caught:
        ask_reactome(Answers({f"{REACTOME}/data/query/R-HSA-1": answer}), REACTOME, "R-HSA-1")
    assert key in str(caught.value)


def test_kegg():
    with pytest.raises(ClmtError, match=r"KEGG, .*listing: got: 'path hsa', expected: lines of an id"):
        list_kegg(Answers({f"{KEGG}/list/pathway/hsa": "path hsa"}), KEGG)
    with pytest.raises(ClmtError, match=r"KEGG, .*ENTRY: got: 'nothing', expected: entries"):
        ask_kegg(Answers({f"{KEGG}/get/hsa00010": "nothing"}), KEGG, ["hsa00010"])


@pytest.fixture
def world(tmp_path):
    write_tables(tmp_path)
    registry = load_registry(write_registry(tmp_path / "sources.yaml"))
    return registry, tmp_path / "drugs.parquet", write_sources(tmp_path / "files"), tmp_path / "records.json"


@pytest.mark.parametrize("odd", [{"results": ["x"]}, b"<!-- busy -->", 500])
def test_an_odd_answer_costs_its_own_key(world, caplog, odd):
    registry, drugs, files, out = world
    client = Answers({protein("TGFBR1"): odd, protein("KIT"): function("Receptor."), protein("MTOR"): {"results": []}})
    look_up("uniprot", client, registry, drugs, files, out)
    content = json.loads(out.read_text())
    assert read_records(out, "uniprot") == {"KIT": [Record("P1", "Receptor.", MARK)]}
    assert content["unknown"] == ["MTOR", "RPTOR"]
    assert list(content["failed"]) == read_failed(out, "uniprot") == ["TGFBR1"]
    assert protein("TGFBR1") in content["failed"]["TGFBR1"]
    assert content["asked"] == 4
    assert "UniProt: 1 of 4 look-ups failed" in caplog.text


def test_a_service_whose_every_answer_is_odd_is_named(world):
    registry, drugs, files, out = world
    # Drugs without the identifier are not asked about, so they do not hide that all the others failed.
    answers = {f"{PUG}_view/data/compound/{cid}/JSON?heading=Mechanism+of+Action": ["x"] for cid in (11, 12, 14)}
    with pytest.raises(ClmtError, match=r"PubChem: each look-up failed, so its layout has changed .* got: 3 failures"):
        look_up("pubchem", Answers(answers), registry, drugs, files, out)
    assert not out.exists()


def test_a_batch_that_fails_costs_its_keys():
    def ask(batch):
        if "a" in batch:
            raise ClmtError("odd")
        return {"c": [Record("c", "Text")]}

    answers = ask_each([("a", "b"), ("c", "d")], ask, "KEGG")
    assert (set(answers.failed), set(answers.records), answers.unknown) == ({"a", "b"}, {"c"}, ["d"])


def test_a_look_up_by_every_drug_goes_on_after_an_odd_page(world):
    registry, drugs, files, out = world
    keys = {letter: f"{letter * 14}-{letter * 10}-N" for letter in "AB"}
    answers = {
        MOLECULE + keys["A"]: {"molecules": ["x"], "page_meta": {}},
        MOLECULE + keys["B"]: molecules("CHEMBL1"),
        MECHANISM: mechanisms("B inhibitor"),
    }
    look_up("chembl", Answers(answers), registry, drugs, files, out)
    assert (read_failed(out, "chembl"), list(read_records(out, "chembl"))) == (["Alphanib"], ["Betamide"])
