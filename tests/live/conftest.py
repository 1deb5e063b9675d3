"""A small world behind the stand-in of every host, and time that does not pass while nobody answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from clmt.acquire import body, connection
from clmt.acquire.registry import Registry, load_registry
from clmt.demo.mirror import mirror_files
from tests.helpers.live_services import PUG
from tests.helpers.stand_in import StandIn, standing_in
from tests.helpers.text_sources import write_sources

CHEMBL = "www.ebi.ac.uk/chembl/api/data"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Addresses and bytes: the demo's simulated files, and small ones in the published layouts for the rest."""
    registry = load_registry()
    files = mirror_files(registry)
    for name, path in write_sources(tmp_path_factory.mktemp("sources")).items():
        files.setdefault(registry.source(name).address, path.read_bytes())
    files[registry.source("survey_ccle").address] = files[registry.source("survey_gdsc").address]
    for name, cid in (("VNLG/124", 11), ("Nutlin-3a (-)", 12), ("Bleomycin (50 uM)", 13), ("Betamide", 14)):
        files[f"{PUG}/name/{quote(name, safe='')}/cids/JSON"] = json.dumps({"IdentifierList": {"CID": [cid]}}).encode()
        row = {"CID": cid, "SMILES": "C" * cid, "InChIKey": f"KEY-{cid}", "Title": name}
        address = f"{PUG}/cid/{cid}/property/SMILES,ConnectivitySMILES,InChIKey,Title/JSON"
        files[address] = json.dumps({"PropertyTable": {"Properties": [row]}}).encode()
    for cid in (11, 12):
        rows = [{"CID": cid, "Title": "x"}, {"CID": cid, "Description": f"The {cid}th compound. It is made up."}]
        files[f"{PUG}/cid/{cid}/description/JSON"] = json.dumps({"InformationList": {"Information": rows}}).encode()
    for letter in "AB":
        meta = {"limit": 20, "next": None, "offset": 0, "previous": None, "total_count": 1}
        key, found = f"{letter * 14}-{letter * 10}-N", f"CHEMBL{letter}"
        rows = [{"molecule_chembl_id": found, "molecule_hierarchy": {"parent_chembl_id": found}}]
        molecules = {"molecules": rows, "page_meta": meta}
        files[f"{CHEMBL}/molecule.json?molecule_structures__standard_inchi_key={key}"] = json.dumps(molecules).encode()
        mechanisms = {"mechanisms": [{"mechanism_of_action": f"Inhibitor {letter}"}], "page_meta": meta}
        files[f"{CHEMBL}/mechanism.json?molecule_chembl_id={found}"] = json.dumps(mechanisms).encode()
    return files


@pytest.fixture(scope="session")
def server(world: dict[str, bytes]) -> Iterator[StandIn]:
    """The stand-in, of which each test has a fresh view."""
    with standing_in(world) as stand_in:
        yield stand_in


@pytest.fixture
def web(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in, with the limits of time and size in proportion to its files."""
    monkeypatch.setattr(connection, "WINDOW", 0.15)
    monkeypatch.setattr(body, "LARGEST_ANSWER", 100_000)
    monkeypatch.setattr(body, "LARGEST_FLOATING", 300_000)
    server.forget()
    return server


@pytest.fixture(scope="session")
def registry(server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The registry that comes with clmt, led to the stand-in."""
    return load_registry(server.write_registry(tmp_path_factory.mktemp("registry") / "sources.yaml"))
