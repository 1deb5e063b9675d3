"""Structures that the user gives are taken as they are; PubChem is asked about the other drugs alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clmt.acquire.client import Client
from clmt.acquire.given import Given, resolve_given
from tests.helpers.local_web import Answer, Web, quick_transport, serving

PROPERTIES = "SMILES,ConnectivitySMILES,InChIKey,Title"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


def put_compound(web: Web, cid: int, smiles: str) -> None:
    table = {"PropertyTable": {"Properties": [{"CID": cid, "SMILES": smiles, "InChIKey": "K", "Title": f"T{cid}"}]}}
    web.put(f"/pug/compound/cid/{cid}/property/{PROPERTIES}/JSON", Answer(200, json.dumps(table).encode(), {}))


def test_smiles_cid_and_name_each_have_their_way(web: Web, tmp_path: Path) -> None:
    put_compound(web, 702, "CCO")
    put_compound(web, 2244, "CC(=O)O")
    names = json.dumps({"IdentifierList": {"CID": [2244]}}).encode()
    web.put("/pug/compound/name/Aspirin/cids/JSON", Answer(200, names, {}))
    given = {"X1": Given(smiles="CCN", cid=6341), "X2": Given(cid=702), "X3": Given(name="Aspirin")}
    client = Client(tmp_path, transport=quick_transport())
    frame = resolve_given(client, ["X3", "X1", "X2"], f"{web.base}/pug", given)
    rows = frame.set_index("name")
    assert frame["name"].tolist() == ["X3", "X1", "X2"]
    assert rows["smiles"].tolist() == ["CC(=O)O", "CCN", "CCO"]
    assert rows["cid"].tolist() == [2244, 6341, 702]
    assert rows["status"].tolist() == ["found", "given", "found"]


def test_nothing_is_asked_where_every_smiles_is_given(web: Web, tmp_path: Path) -> None:
    client = Client(tmp_path, transport=quick_transport())
    resolve_given(client, ["X1"], f"{web.base}/pug", {"X1": Given(smiles="CCN")})
    assert web.asked == []


def test_a_cid_that_pubchem_does_not_know_costs_its_own_drug(web: Web, tmp_path: Path) -> None:
    put_compound(web, 702, "CCO")
    client = Client(tmp_path, transport=quick_transport())
    given = {"X1": Given(cid=702), "X2": Given(cid=99)}
    frame = resolve_given(client, ["X1", "X2"], f"{web.base}/pug", given)
    assert frame["status"].tolist() == ["found", "unknown"]
