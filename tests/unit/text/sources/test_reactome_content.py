"""Reactome's ContentService: its answers, odd ones too, and what it is asked."""

from __future__ import annotations

import json

import pytest

from clmt.errors import ClmtError
from clmt.text.facts import look_up
from clmt.text.sources.reactome_content import ask_reactome
from tests.helpers.service_answers import (
    Answers,
)

REACTOME = "https://reactome.example/ContentService"


def test_reactome_gives_all_parts_of_a_summary():
    url = "https://r.example/data/query/R-HSA-1"
    answer = {"stId": "R-HSA-1", "displayName": "One", "summation": [{"text": "A<br>b."}, {"text": "C."}]}
    assert ask_reactome(Answers({url: answer}), "https://r.example", "R-HSA-1")[0].text == "A<br>b. C."
    assert ask_reactome(Answers({url: {"stId": "R-HSA-1", "summation": []}}), "https://r.example", "R-HSA-1") == []
    assert ask_reactome(Answers({}), "https://r.example", "R-HSA-1") == []


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


def test_reactome_is_asked_only_for_what_the_bulk_file_lacks(services):
    registry, drugs, files, out = services
    client = Answers({})
    look_up("reactome_content", client, registry, drugs, files, out)
    lacking = ["R-HSA-101", "R-HSA-103", "R-HSA-104", "R-HSA-105", "R-HSA-106"]
    assert [url.rsplit("/", 1)[1] for url in client.asked] == lacking
    assert json.loads(out.read_text())["unknown"] == lacking
    with pytest.raises(ClmtError, match="--input reactome_gmt=FILE"):
        look_up("reactome_content", client, registry, drugs, {}, out)
