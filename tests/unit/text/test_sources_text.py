"""Look-up services: recorded shapes of their answers, unknown records, changed layouts."""

from __future__ import annotations

import json

import pytest

from clmt.acquire.look_ups import Record, read_failed, read_records, write_records
from clmt.acquire.registry import load_registry
from clmt.errors import ClmtError
from clmt.text.entities import Drug
from clmt.text.facts import look_up
from clmt.text.sources.chembl import ask_chembl
from clmt.text.sources.kegg import kegg_gene_sets, list_kegg
from clmt.text.sources.pubchem import ask_pubchem
from clmt.text.sources.reactome_content import ask_reactome
from clmt.text.sources.uniprot import ask_uniprot
from tests.helpers.service_answers import CHEMBL, DRUG, MARK, MOLECULE, PUG, VIEW, Answers, mechanisms, molecules
from tests.helpers.text_sources import write_registry, write_sources, write_tables


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


def test_a_changed_layout_is_named():
    client = Answers({MOLECULE + DRUG.inchikey: {"hits": []}})
    with pytest.raises(ClmtError, match=r"layout has changed! molecules: got: keys \['hits'\], expected: 'molecules'"):
        ask_chembl(client, CHEMBL, DRUG)


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


def test_uniprot_gives_the_function_of_the_reviewed_protein():
    url = (
        "https://u.example/uniprotkb/search?query=gene_exact:KIT+AND+organism_id:9606+AND+reviewed:true"
        "&fields=accession,cc_function&format=json&size=1"
    )
    comments = [
        {"commentType": "SUBUNIT", "texts": [{"value": "No."}]},
        {"commentType": "FUNCTION", "texts": [{"value": "Receptor (PubMed:1)."}, {"value": "Binds."}]},
    ]
    client = Answers({url: {"results": [{"primaryAccession": "P10721", "comments": comments}]}})
    found = ask_uniprot(client, "https://u.example", "KIT")
    assert found == [Record("P10721", "Receptor (PubMed:1). Binds.", MARK)]
    assert ask_uniprot(client, "https://u.example", "NOPE") == []
    assert ask_uniprot(Answers({url: {"results": []}}), "https://u.example", "KIT") == []


def test_reactome_gives_all_parts_of_a_summary():
    url = "https://r.example/data/query/R-HSA-1"
    answer = {"stId": "R-HSA-1", "displayName": "One", "summation": [{"text": "A<br>b."}, {"text": "C."}]}
    assert ask_reactome(Answers({url: answer}), "https://r.example", "R-HSA-1")[0].text == "A<br>b. C."
    assert ask_reactome(Answers({url: {"stId": "R-HSA-1", "summation": []}}), "https://r.example", "R-HSA-1") == []
    assert ask_reactome(Answers({}), "https://r.example", "R-HSA-1") == []


def test_kegg_is_asked_for_ten_entries_at_once_and_read_from_its_flat_format(world):
    ids = [f"hsa{number:05d}" for number in range(12)]
    listing = "".join(f"{key}\tName {key} - Homo sapiens (human)\n" for key in ids)
    entry = (
        "ENTRY       hsa00000                    Pathway\n"
        "NAME        Zinc pathway - Homo sapiens (human)\n"
        "DESCRIPTION Zinc is moved.\n            It stays.\n"
        "GENE        3101  HK3; hexokinase 3 [KO:K00844]\n            3098  HK1; hexokinase 1\n"
        "            77  no symbol\n"
        "///\nENTRY       hsa00001                    Pathway\nNAME        Bare - Homo sapiens (human)\n///\n"
    )
    base = "https://kegg.example"
    bare = "ENTRY       hsa00010                    Pathway\n///\n"
    urls = [f"{base}/get/{'+'.join(ids[:10])}", f"{base}/get/{'+'.join(ids[10:])}"]
    registry, drugs, _, out = world
    client = Answers({f"{base}/list/pathway/hsa": listing, urls[0]: entry, urls[1]: bare})
    look_up("kegg", client, registry, drugs, {}, out)
    assert client.asked[1:] == urls
    records = read_records(out, "kegg")
    assert set(records) == {"hsa00000", "hsa00001", "hsa00010"}
    assert records["hsa00000"][0].text == "Zinc is moved. It stays."
    sets = kegg_gene_sets(records)
    assert (sets[0].name, sets[0].genes) == ("Zinc pathway", frozenset({"HK1", "HK3"}))
    assert json.loads(out.read_text())["unknown"] == [*ids[2:10], ids[11]]
    assert list_kegg(Answers({}), base) == []


@pytest.fixture
def world(tmp_path):
    write_tables(tmp_path)
    registry = load_registry(write_registry(tmp_path / "sources.yaml"))
    return registry, tmp_path / "drugs.parquet", write_sources(tmp_path / "files"), tmp_path / "records.json"


def test_records_are_written_with_what_is_unknown(world):
    registry, drugs, files, out = world
    uniprot = registry.api("uniprot").url
    url = (
        f"{uniprot}/uniprotkb/search?query=gene_exact:KIT+AND+organism_id:9606+AND+reviewed:true"
        "&fields=accession,cc_function&format=json&size=1"
    )
    comments = [{"commentType": "FUNCTION", "texts": [{"value": "Receptor."}]}]
    client = Answers({url: {"results": [{"primaryAccession": "P10721", "comments": comments}]}})
    look_up("uniprot", client, registry, drugs, files, out)
    content = json.loads(out.read_text())
    assert content["asked"] == 4
    assert content["unknown"] == ["MTOR", "RPTOR", "TGFBR1"]
    assert read_records(out, "uniprot") == {"KIT": [Record("P10721", "Receptor.", MARK)]}


def test_reactome_is_asked_only_for_what_the_bulk_file_lacks(world):
    registry, drugs, files, out = world
    client = Answers({})
    look_up("reactome_content", client, registry, drugs, files, out)
    lacking = ["R-HSA-101", "R-HSA-103", "R-HSA-104", "R-HSA-105", "R-HSA-106"]
    assert [url.rsplit("/", 1)[1] for url in client.asked] == lacking
    assert json.loads(out.read_text())["unknown"] == lacking
    with pytest.raises(ClmtError, match="--input reactome_gmt=FILE"):
        look_up("reactome_content", client, registry, drugs, {}, out)


def test_an_unknown_service_is_refused_with_the_choices(world):
    registry, drugs, files, out = world
    with pytest.raises(ClmtError, match="got: 'drugbank', expected one of: chembl"):
        look_up("drugbank", Answers({}), registry, drugs, files, out)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"service": "kegg", "records": {}}', "another service! got: 'kegg', expected: 'chembl'"),
        ('{"service": "chembl"}', "holds no records"),
        ('{"service": "chembl", "records": {"A": [{"texts": 1}]}}', "holds no records"),
        ("<html>", "holds no records"),
    ],
)
def test_a_records_file_of_another_kind_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "records.json"
    path.write_text(content)
    with pytest.raises(ClmtError, match=message):
        read_records(path, "chembl")


def test_records_come_back_as_they_were_written(tmp_path):
    records = {"a": [Record("1", "", "2026-01-01", "mechanism", "N", ("G1", "G2"))], "b": [Record("2", "Text")]}
    write_records(tmp_path / "r.json", "kegg", records, ["c"])
    assert read_records(tmp_path / "r.json", "kegg") == records


def test_a_failed_look_up_comes_back_and_a_file_without_any_is_read(tmp_path):
    write_records(tmp_path / "r.json", "kegg", {"b": [Record("2", "Text")]}, ["c"], {"d": "odd", "a": "odd"})
    assert json.loads((tmp_path / "r.json").read_text())["asked"] == 4
    assert read_failed(tmp_path / "r.json", "kegg") == ["a", "d"]
    for content, found in (("{}", {}), ("[]", None)):
        (tmp_path / "r.json").write_text(f'{{"service": "kegg", "records": {{}}, "failed": {content}}}')
        if found is None:
            with pytest.raises(ClmtError, match="holds no records of kegg"):
                read_failed(tmp_path / "r.json", "kegg")
        else:
            assert read_failed(tmp_path / "r.json", "kegg") == []
    (tmp_path / "r.json").write_text('{"service": "kegg", "records": {}}')
    assert read_failed(tmp_path / "r.json", "kegg") == []
