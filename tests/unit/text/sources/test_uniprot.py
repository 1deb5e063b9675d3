"""UniProt: its answers, odd ones too."""

from __future__ import annotations

import json

import pytest

from clmt.acquire.look_ups import Record, read_failed, read_records
from clmt.errors import ClmtError
from clmt.text.facts import look_up
from clmt.text.sources.uniprot import ask_uniprot
from tests.helpers.service_answers import (
    MARK,
    Answers,
    function,
    protein,
)

UNIPROT = "https://uniprot.example"


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


@pytest.mark.parametrize("odd", [{"results": ["x"]}, b"<!-- busy -->", 500])
def test_an_odd_answer_costs_its_own_key(services, caplog, odd):
    registry, drugs, files, out = services
    client = Answers({protein("TGFBR1"): odd, protein("KIT"): function("Receptor."), protein("MTOR"): {"results": []}})
    look_up("uniprot", client, registry, drugs, files, out)
    content = json.loads(out.read_text())
    assert read_records(out, "uniprot") == {"KIT": [Record("P1", "Receptor.", MARK)]}
    assert content["unknown"] == ["MTOR", "RPTOR"]
    assert list(content["failed"]) == read_failed(out, "uniprot") == ["TGFBR1"]
    assert protein("TGFBR1") in content["failed"]["TGFBR1"]
    assert content["asked"] == 4
    assert "UniProt: 1 of 4 look-ups failed" in caplog.text


def test_records_are_written_with_what_is_unknown(services):
    registry, drugs, files, out = services
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
