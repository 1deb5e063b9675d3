"""KEGG: its answers, odd ones too."""

from __future__ import annotations

import json

import pytest

from clmt.acquire.look_ups import read_records
from clmt.errors import ClmtError
from clmt.text.facts import look_up
from clmt.text.sources.kegg import ask_kegg, kegg_gene_sets, list_kegg
from tests.helpers.service_answers import (
    Answers,
)

KEGG = "https://kegg.example"


def test_kegg_is_asked_for_ten_entries_at_once_and_read_from_its_flat_format(services):
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
    registry, drugs, _, out = services
    client = Answers({f"{base}/list/pathway/hsa": listing, urls[0]: entry, urls[1]: bare})
    look_up("kegg", client, registry, drugs, {}, out)
    assert [url for url in client.asked[1:] if "+" in url] == urls
    # What an answer lacks is asked for by itself.
    assert client.asked.count(f"{base}/get/{ids[11]}") == 1
    records = read_records(out, "kegg")
    assert set(records) == {"hsa00000", "hsa00001", "hsa00010"}
    assert records["hsa00000"][0].text == "Zinc is moved. It stays."
    sets = kegg_gene_sets(records)
    assert (sets[0].name, sets[0].genes) == ("Zinc pathway", frozenset({"HK1", "HK3"}))
    assert json.loads(out.read_text())["unknown"] == [*ids[2:10], ids[11]]
    assert list_kegg(Answers({}), base) == []


def test_kegg():
    with pytest.raises(ClmtError, match=r"KEGG, .*listing: got: 'path hsa', expected: lines of an id"):
        list_kegg(Answers({f"{KEGG}/list/pathway/hsa": "path hsa"}), KEGG)
    with pytest.raises(ClmtError, match=r"KEGG, .*ENTRY: got: 'nothing', expected: entries"):
        ask_kegg(Answers({f"{KEGG}/get/hsa00010": "nothing"}), KEGG, ["hsa00010"])


@pytest.mark.parametrize("sent", [["hsa00010", "hsa00010"], ["hsa00010", "hsa99999"], ["hsa99999"]])
def test_entries_that_were_not_asked_for_or_come_twice_are_a_failure(sent):
    answer = "".join(f"ENTRY       {key}                    Pathway\n///\n" for key in sent)
    client = Answers({f"{KEGG}/get/hsa00010+hsa00020": answer})
    with pytest.raises(ClmtError, match=f"not asked for, or twice! got: {', '.join(sent)}"):
        ask_kegg(client, KEGG, ["hsa00010", "hsa00020"])


def test_an_answer_that_is_cut_is_a_failure():
    answer = "ENTRY       hsa00010                    Pathway\n///\nENTRY       hsa00020                    Pathw"
    with pytest.raises(ClmtError, match=r"KEGG, .*ENTRY: got: .*expected: entries .* end with ///"):
        ask_kegg(Answers({f"{KEGG}/get/hsa00010+hsa00020": answer}), KEGG, ["hsa00010", "hsa00020"])
