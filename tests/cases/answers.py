"""Answers of look-up services of another shape, and records files: causes A11, A21, B2, C4, C13 and C14."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq

from clmt.acquire.registry import download_path, load_registry
from clmt.demo.drugs import DRUGS
from tests.cases.case import Act, Case, Check, Place
from tests.cases.child import Done

DRUG = DRUGS[3]
PROPERTIES = "SMILES,ConnectivitySMILES,InChIKey,Title"
ASPIRIN_KEY = "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000
DEEP_LIST = "[" * 50_000 + "]" * 50_000
FAULTS: dict[str, str] = {
    "fault a string": '{"Fault": "busy"}',
    "fault a list": '{"Fault": ["busy"]}',
    "fault null": '{"Fault": null}',
    "deep 5,000": DEEP,
    "deep list": DEEP_LIST,
    "a number": "5",
    "a list": "[1]",
    "null": "null",
    "empty object": "{}",
    "cut": '{"PropertyTable": {"Prop',
    "huge number": '{"a": ' + "9" * 5_000 + "}",
}


def put_answer(place: Place, url: str, content: str | bytes) -> None:
    """An answer of the case's own mirror, with its checksum."""
    mirror = place.folder / "mirror"
    if not mirror.exists():
        place.world.need("mirror")
        shutil.copytree(place.world.folder / "mirror", mirror)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    address = download_path(url)
    place.put(f"mirror/{address}", data)
    sums = mirror / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(f"  {address}")]
    lines.append(f"{hashlib.sha256(data).hexdigest()}  {address}")
    sums.write_text("\n".join(sorted(lines, key=lambda line: line[66:])) + "\n")


def pubchem(kind: str, content: str | Callable[[dict[str, Any]], Any]) -> Callable[[Place], Act]:
    """``clmt pubchem`` with one odd answer: of the CIDs of a name, or of the properties of a CID."""

    def act(place: Place) -> Act:
        base = load_registry().api("pubchem").url
        urls = {
            "CIDs": f"{base}/compound/name/{quote(DRUG.name, safe='')}/cids/JSON",
            "properties": f"{base}/compound/cid/{DRUG.cid}/property/{PROPERTIES}/JSON",
        }
        place.world.need("structures")
        if isinstance(content, str):
            put_answer(place, urls[kind], content)
        else:
            right = json.loads((place.world.folder / "mirror" / download_path(urls[kind])).read_text())
            made = content(right)
            put_answer(place, urls[kind], made if isinstance(made, str) else json.dumps(made))
        archive = place.world.sources["survey_gdsc"]
        options = ["--archive", str(archive), "--mirror", "mirror", "--cache", "cache", "--out", "out/s.parquet"]
        return ["pubchem", "--dataset-layout", "survey_gdsc", *options]

    return act


def without_structure(place: Place, done: Done) -> str | None:
    """The odd answer costs its own drug only, which the log names."""
    rows = {row["name"]: row for row in pq.read_table(place.out / "s.parquet").to_pylist()}
    others = [
        name for name, row in rows.items() if row["smiles"] is None and name not in (DRUG.name, "DEMO-COMPOUND-X")
    ]
    if others:
        return f"lost with it: {', '.join(others)}"
    if rows[DRUG.name]["smiles"] is not None:
        return f"kept as {rows[DRUG.name]}"
    return None if DRUG.name in done.err else "the log does not name the drug"


def sound(place: Place, done: Done) -> str | None:
    """Read rightly after all."""
    row = next(row for row in pq.read_table(place.out / "s.parquet").to_pylist() if row["name"] == DRUG.name)
    return None if row["inchikey"] == DRUG.inchikey else f"kept as {row}"


def pubchem_cases() -> list[Case]:
    def with_cid(value: str) -> Callable[[Any], str]:
        return lambda answer: json.dumps({"IdentifierList": {"CID": "MARK"}}).replace('"MARK"', value)

    def with_property(key: str, value: Any) -> Callable[[Any], Any]:
        def change(answer: dict[str, Any]) -> Any:
            answer["PropertyTable"]["Properties"][0][key] = value
            return answer

        return change

    cids = {
        "CID float": "[208908.7]",
        "CID true": "[true]",
        "CID object for a list": '{"0": 208908}',
        "CID list infinity": "[Infinity]",
        "CID 1e30": "[1e30]",
        "CID text": '["208908"]',
        "CID negative": "[-5]",
        "CID null": "[null]",
    }
    properties: dict[str, tuple[str, Any]] = {
        "SMILES a number": ("SMILES", 5),
        "SMILES an object": ("SMILES", {}),
        "SMILES of another drug": ("SMILES", "CC(=O)Oc1ccccc1C(=O)O"),
        "InChIKey of another compound": ("InChIKey", ASPIRIN_KEY),
        "InChIKey a list": ("InChIKey", ["A"]),
        "InChIKey no key": ("InChIKey", "hello"),
        "CID of another": ("CID", 5),
    }
    titles = {"Title a surrogate": "\ud800", "Title a list": ["a"], "Title a number": 5}
    words = ("pubchem|PubChem",)
    made = []
    for name, value in cids.items():
        cause = "A11" if name in ("CID float", "CID true", "CID object for a list", "CID text") else "C13"
        made.append(Case(cause, f"pubchem {name}", pubchem("CIDs", with_cid(value)), words, without_structure))
    for name, (key, value) in properties.items():
        cause = "A11" if "another" in name else "C13"
        check: Check = without_structure if "another" not in name and "no key" not in name else _dropped_later
        made.append(Case(cause, f"pubchem {name}", pubchem("properties", with_property(key, value)), words, check))
    for name, value in titles.items():
        made.append(
            Case("C13", f"pubchem {name}", pubchem("properties", with_property("Title", value)), words, _either)
        )
    for kind in ("CIDs", "properties"):
        for name, text in FAULTS.items():
            made.append(Case("C13", f"pubchem {kind}: {name}", pubchem(kind, text), words, without_structure))
    return made


def _either(place: Place, done: Done) -> str | None:
    return without_structure(place, done) and sound(place, done)


def _dropped_later(place: Place, done: Done) -> str | None:
    """What contradicts itself is left out here, or is stored as it came and left out by ``clmt tables``."""
    if without_structure(place, done) is None:
        return None
    argv = place.world.tables(structures=str(place.out / "s.parquet"), out_dir=str(place.folder / "tables"))
    place.world.run(*argv)
    kept = [row["drug_id"] for row in pq.read_table(place.folder / "tables/drugs.parquet").to_pylist()]
    return f"{DRUG.name} is kept" if DRUG.name in kept else None


def chembl(kind: str, content: Any) -> Callable[[Place], Act]:
    """``clmt text look-up`` of ChEMBL with the answers of two drugs, one of which is odd."""

    def act(place: Place) -> Act:
        base = load_registry().api("chembl").url
        tables = place.world.folder / "results/demo/tables/drugs.parquet"
        keys = [row["inchikey"] for row in pq.read_table(tables).to_pylist()][:2]
        for number, key in enumerate(keys):
            molecule = f"CHEMBL{number + 1}"
            rows = [{"molecule_chembl_id": molecule, "molecule_hierarchy": {"parent_chembl_id": molecule}}]
            first: Any = {"molecules": rows, "page_meta": {"next": None}}
            second: Any = {"mechanisms": [{"mechanism_of_action": "A inhibitor"}], "page_meta": {"next": None}}
            if number == 0 and kind == "molecules":
                first = content
            if number == 0 and kind == "mechanisms":
                second = content
            if number == 0 and kind == "next":
                second["page_meta"]["next"] = content
            for url, answer in (
                (f"{base}/molecule.json?molecule_structures__standard_inchi_key={key}", first),
                (f"{base}/mechanism.json?molecule_chembl_id={molecule}", second),
            ):
                put_answer(place, url, answer if isinstance(answer, str) else json.dumps(answer))
        where = ["--drugs", str(tables), "--mirror", "mirror", "--cache", "cache", "--out", "out/chembl.json"]
        return ["text", "look-up", "--source", "chembl", *where]

    return act


def told_as_failed(place: Place, done: Done) -> str | None:
    """One drug's answer counts as failed, with a reason; the other's is kept."""
    content = json.loads((place.out / "chembl.json").read_text())
    if len(content["failed"]) != 1:
        return f"told as nothing odd: failed {content['failed']}, records {list(content['records'])}"
    return None if len(content["records"]) == 1 else "the other drug's record is lost"


def chembl_cases() -> list[Case]:
    made = []
    stages = ("tables",)
    for kind in ("molecules", "mechanisms"):
        for name, text in FAULTS.items():
            if name not in ("empty object",):
                made.append(
                    Case(
                        "C13", f"chembl {kind}: {name}", chembl(kind, text), ("chembl|ChEMBL",), told_as_failed, stages
                    )
                )
    for name, value in (
        ("next to an odd address", "http://["),
        ("next to another host", "http://other.example/api/x"),
        ("next a number", 5),
    ):
        made.append(Case("C13", f"chembl {name}", chembl("next", value), ("chembl|ChEMBL",), told_as_failed, stages))
    for name, value in (
        ("next with a blank", "/chembl/api/data/mechanism.json?a b"),
        ("next that is not there", "/chembl/api/data/mechanism.json?molecule_chembl_id=CHEMBL1&offset=20"),
    ):
        made.append(Case("A21", f"chembl {name}", chembl("next", value), ("chembl|ChEMBL",), told_as_failed, stages))
    return made


def kegg(sent: Sequence[str]) -> Callable[[Place], Act]:
    """``clmt text look-up`` of KEGG, which lists eleven pathways and sends these entries for the last of them alone."""

    def act(place: Place) -> Act:
        base = load_registry().api("kegg").url
        ids = [f"hsa{number:05d}" for number in range(10, 21)]
        put_answer(place, f"{base}/list/pathway/hsa", "".join(f"{key}\tName - Homo sapiens (human)\n" for key in ids))
        for asked, answered in ((ids[:10], ids[:10]), (ids[10:], sent)):
            entries = "".join(f"ENTRY       {key}                    Pathway\nNAME        N\n///\n" for key in answered)
            put_answer(place, f"{base}/get/{'+'.join(asked)}", entries)
        tables = place.world.folder / "results/demo/tables/drugs.parquet"
        where = ["--drugs", str(tables), "--mirror", "mirror", "--cache", "cache", "--out", "out/kegg.json"]
        return ["text", "look-up", "--source", "kegg", *where]

    return act


def told_of_kegg(place: Place, done: Done) -> str | None:
    """The entry counts as failed, and nothing that was not asked for is kept."""
    content = json.loads((place.out / "kegg.json").read_text())
    if list(content["failed"]) != ["hsa00020"] or len(content["records"]) != 10:
        return f"failed: {list(content['failed'])}, records: {list(content['records'])}"
    return None


def kegg_cases() -> list[Case]:
    sent = {"an entry never asked for": ["hsa00020", "hsa99999"], "an entry twice": ["hsa00020", "hsa00020"]}
    return [
        Case("A21", f"kegg sends {name}", kegg(entries), ("KEGG",), told_of_kegg, ("tables",))
        for name, entries in sent.items()
    ]


def record_cases() -> list[Case]:
    """Records files that ``clmt text build`` reads."""

    def built(service: str, content: str | bytes | dict[str, Any]) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            place.put(f"{service}.json", json.dumps(content) if isinstance(content, dict) else content)
            settings = json.loads(place.world.settings("text"))
            text = json.dumps({**settings, "sources": [*settings["sources"], service]})
            return [*place.world.text_build(settings=text), f"--input={service}={service}.json"]

        return act

    def one(service: str, **changed: Any) -> dict[str, Any]:
        kind = {"chembl": "mechanism", "pubchem": "description"}.get(service, "")
        record = {
            "record_id": "R1",
            "text": "An inhibitor. It is oral.",
            "retrieved": "2026-02-01",
            "kind": kind,
            **changed,
        }
        if "record_id" not in _record_fields():
            record["record"] = record.pop("record_id")
        return {"service": service, "asked": 1, "unknown": [], "failed": {}, "records": {"Abemaciclib": [record]}}

    def text(value: Any) -> dict[str, Any]:
        return one("chembl", text=value)

    identifier = "record_id" if "record_id" in _record_fields() else "record"
    contents: dict[tuple[str, str], Any] = {
        ("chembl", "text null"): text(None),
        ("chembl", "text a list"): text(["a"]),
        ("pubchem", "kind unknown"): one("pubchem", kind="nonsense"),
        ("pubchem", "kind lost"): one("pubchem", kind=""),
        ("chembl", "deep"): "[" * 50_000 + "]" * 50_000,
        ("chembl", "binary"): b"\xff\xfe\x00" * 50,
        ("chembl", "record id a number"): one("chembl", **{identifier: 5}),
        ("chembl", "retrieved a number"): one("chembl", retrieved=5),
        ("chembl", "another service"): {**one("chembl"), "service": "pubchem"},
        ("chembl", "unknown key"): one("chembl", nonsense="x"),
        ("chembl", "records a list"): {**one("chembl"), "records": []},
    }
    made = [
        Case(
            "C14",
            f"records of {service}: {name}",
            built(service, content),
            (f"{service}.json|records of {service}",),
            stages=("tables",),
        )
        for (service, name), content in contents.items()
    ]
    floods = {
        "200,000 blanks": "a" + " " * 200_000 + "b.",
        "50,000 comment starts": "<!--" * 50_000,
        "40,000 initials": "A.B. " * 40_000,
        "50,000 brackets": "(" * 50_000,
        "100,000 full stops": "." * 100_000,
    }
    made += [
        Case(
            "B2",
            f"records of pubchem: {name}",
            built("pubchem", one("pubchem", text=flood)),
            ("pubchem",),
            lambda place, done: None,
            ("tables",),
        )
        for name, flood in floods.items()
    ]
    return made


def _record_fields() -> set[str]:
    from clmt.acquire.look_ups import Record

    return set(Record.__dataclass_fields__)


def cases() -> list[Case]:
    return [*pubchem_cases(), *chembl_cases(), *kegg_cases(), *record_cases()]
