"""Look-ups through HTTP, with each fault once: equal in the end; one that stays costs its own item, and is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clmt.acquire.client import Client
from clmt.acquire.pubchem import resolve_names
from clmt.acquire.registry import Registry
from clmt.errors import ClmtError
from clmt.text.facts import look_up
from tests.helpers.local_web import quick_transport
from tests.helpers.stand_in import StandIn
from tests.helpers.text_sources import write_sources, write_tables
from tests.helpers.web_faults import FAULTS

NAMES = ["Imatinib", "VNLG/124", "Nutlin-3a (-)", "No such drug", "AB-002", "Bleomycin (50 uM)", "Gefitinib"]
SYNONYMS = {"AB-002": ("AB 2", "Betamide"), "Imatinib": ("Gefitinib",)}
SERVICES = ("chembl", "pubchem", "uniprot", "kegg", "reactome_content")
SLOW = {"drip", "slow header", "100 Continue for ever"}


def client(folder: Path) -> Client:
    return Client(folder, transport=quick_transport())


def resolve(registry: Registry, folder: Path) -> pd.DataFrame:
    return resolve_names(client(folder), NAMES, registry.api("pubchem").url, SYNONYMS)


def asked_last(web: StandIn, run: Callable[[], Any]) -> list[str]:
    """Addresses that were asked for during a call."""
    before = len(web.asked)
    run()
    return [address for _, address in web.asked[before:]]


@pytest.fixture
def records(registry: Registry, tmp_path: Path) -> Callable[[str, Path], dict[str, Any]]:
    """Looks a service up with the answers kept in a folder, and returns the content of the file of records."""
    drugs = write_tables(tmp_path / "tables") / "drugs.parquet"
    files = write_sources(tmp_path / "sources")

    def ask(service: str, folder: Path) -> dict[str, Any]:
        out = tmp_path / f"{service}.json"
        look_up(service, client(folder), registry, drugs, files, out)
        content: dict[str, Any] = json.loads(out.read_text())
        return content

    return ask


def test_names_are_found_as_a_mirror_has_them(web: StandIn, registry: Registry, tmp_path: Path) -> None:
    frame = resolve(registry, tmp_path / "cache").set_index("name")
    assert frame["status"].to_dict() == {
        "Imatinib": "found",
        "VNLG/124": "found",
        "Nutlin-3a (-)": "found as Nutlin-3a",
        "No such drug": "unknown",
        "AB-002": "found as Betamide",
        "Bleomycin (50 uM)": "found as Bleomycin",
        "Gefitinib": "found",
    }
    assert frame["cid"][["VNLG/124", "Nutlin-3a (-)", "AB-002", "Bleomycin (50 uM)"]].tolist() == [11, 12, 14, 13]
    # The answer lies where a mirror has it, however it was asked for.
    kept = {path.relative_to(tmp_path / "cache").parts[-3] for path in (tmp_path / "cache").rglob("cids/JSON")}
    assert "VNLG%2F124" in kept
    assert not asked_last(web, lambda: resolve(registry, tmp_path / "cache"))


def test_a_name_with_a_slash_is_posted_where_an_argument_is_not_taken(
    web: StandIn, registry: Registry, tmp_path: Path
) -> None:
    address = "pubchem.ncbi.nlm.nih.gov/rest/pug/compound/name/cids/JSON?name=VNLG/124"
    for fault in ("gateway 404*", "no such name*"):
        web.faults[address] = [fault]
        frame = resolve(registry, tmp_path / fault)
        assert frame.set_index("name")["status"]["VNLG/124"] == "found"
        assert ("POST", address.partition("?")[0]) in web.asked
        web.asked.clear()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_pubchem_is_mended(web: StandIn, registry: Registry, tmp_path: Path, fault: str) -> None:
    right: list[pd.DataFrame] = []
    asked = asked_last(web, lambda: right.append(resolve(registry, tmp_path / "right")))
    for number, address in enumerate(dict.fromkeys(asked)):
        if number % (12 if fault in SLOW else 4) or fault == "no such name":
            continue
        web.faults[address] = [fault]
        frame = resolve(registry, tmp_path / str(number))
        assert web.met.pop() == (address, fault)
        pd.testing.assert_frame_equal(frame, right[0])


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - SLOW - {"x-gzip", "no such name"}))
def test_a_fault_that_stays_costs_one_drug(
    web: StandIn, registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    right = resolve(registry, tmp_path / "right").set_index("name")
    address = "pubchem.ncbi.nlm.nih.gov/rest/pug/compound/name/Gefitinib/cids/JSON"
    web.faults[address] = [f"{fault}*"]
    frame = resolve(registry, tmp_path / "cache").set_index("name")
    assert frame["status"]["Gefitinib"].startswith("failed: ")
    assert web.base in frame["status"]["Gefitinib"]
    pd.testing.assert_frame_equal(frame.drop("Gefitinib"), right.drop("Gefitinib"))
    assert "1 look-ups failed, and these drugs will be left out: Gefitinib" in caplog.text
    web.faults.clear()
    assert resolve(registry, tmp_path / "cache").set_index("name")["status"]["Gefitinib"] == "found"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_answers(
    web: StandIn, records: Callable[[str, Path], dict[str, Any]], tmp_path: Path, service: str
) -> None:
    found = records(service, tmp_path / "cache")
    assert found["records"]
    assert not found["failed"]
    assert not asked_last(web, lambda: records(service, tmp_path / "cache"))


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"no such name"}))
@pytest.mark.parametrize("service", SERVICES)
def test_a_fault_of_a_service_is_mended(
    web: StandIn, records: Callable[[str, Path], dict[str, Any]], tmp_path: Path, service: str, fault: str
) -> None:
    right: list[dict[str, Any]] = []
    asked = list(dict.fromkeys(asked_last(web, lambda: right.append(records(service, tmp_path / "right")))))
    address = asked[len(asked) // 2]
    web.faults[address] = [fault]
    found = records(service, tmp_path / "cache")
    assert web.met == [(address, fault)]
    assert found == right[0]


def test_a_service_that_stops_answering_is_given_up(web: StandIn, registry: Registry, tmp_path: Path) -> None:
    web.down = True
    with pytest.raises(ClmtError, match="PubChem: 5 look-ups in a row got no answer; the last: look-up: http://127"):
        resolve(registry, tmp_path / "cache")
    assert len({address for _, address in web.asked}) < 8
