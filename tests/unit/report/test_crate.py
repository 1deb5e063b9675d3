"""A finished paper as a Research Object Crate, read back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

import clmt
from clmt.acquire.registry import Registry, Source
from clmt.errors import ClmtError
from clmt.report.crate import write_crate

PUBLISHED, MIRRORED = b"published", b"of a mirror"
ADDRESS = "https://example.org/data"


def source(name: str, sha256: str | None, **more: Any) -> Source:
    return Source(name, f"{ADDRESS}/{name}.txt", "text", "CC0", "2020", sha256=sha256, **more)


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Any]:
    """Arguments of `write_crate`: two files, and inputs of every kind."""
    results, downloads = tmp_path / "results", tmp_path / "downloads"
    written = {
        results / "main_cv.tsv": b"model\n",
        results / "report" / "main cv.html": b"<html>",
        downloads / "example.org/data/right.txt": PUBLISHED,
        downloads / "example.org/data/other.txt": MIRRORED,
        downloads / "example.org/data/moving.txt": MIRRORED,
        tmp_path / "my data.csv": b"a,b\n",
        tmp_path / "config.yaml": "seed: 7  # µ\n".encode(),
    }
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    digest = hashlib.sha256(PUBLISHED).hexdigest()
    entries = [source("right", digest), source("other", digest), source("moving", None, floating=True, header="of")]
    files = list(written)
    return {
        "out": results / "ro-crate-metadata.json",
        "files": files[:2],
        "inputs": files[2:6],
        "config": files[6:],
        "command": "snakemake --cores all -- paper",
        "registry": Registry(tmp_path / "sources.yaml", {entry.name: entry for entry in entries}, {}),
        "downloads": downloads,
    }


def test_every_file_of_the_crate_is_there_with_its_size_and_checksum(made: dict[str, Any]) -> None:
    write_crate(**made)
    folder = made["out"].parent
    crate = ROCrate(folder)
    listed = [entity for entity in crate.data_entities if not entity.id.startswith("http")]
    assert len(listed) == 2
    for entity in listed:
        content = (folder / str(entity.source)).read_bytes() if entity.source else b""
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(entity["contentSize"]) == len(content)
    assert {entity["encodingFormat"] for entity in listed} == {"text/tab-separated-values", "text/html"}


def test_every_input_has_its_address_its_terms_and_the_checksum_of_what_was_read(made: dict[str, Any]) -> None:
    write_crate(**made)
    crate = ROCrate(made["out"].parent)
    found = {name: crate.get(f"{ADDRESS}/{name}.txt") for name in ("right", "other", "moving")}
    assert found["right"]["description"] == "the published bytes"
    assert found["other"]["description"] == "bytes of a mirror, not the published ones"
    assert found["moving"]["description"].startswith("bytes of their day")
    assert found["right"]["sha256"] == hashlib.sha256(PUBLISHED).hexdigest()
    assert found["other"]["sha256"] == hashlib.sha256(MIRRORED).hexdigest()
    assert {entity["license"] for entity in found.values()} == {"CC0"}
    own = next(entity for entity in crate.contextual_entities if entity["name"] == "my data.csv")
    assert own["description"] == "a file of the user's own"


def test_the_run_names_its_command_its_software_and_what_it_made(made: dict[str, Any]) -> None:
    write_crate(**made, simulated=True)
    crate = ROCrate(made["out"].parent)
    run = crate.get("#run")
    assert run["name"] == made["command"]
    assert len(run["object"]) == 5
    assert len(run["result"]) == 2
    versions = {entity["name"]: entity["version"] for entity in run["instrument"]}
    assert versions["clmt"] == clmt.__version__
    assert {"Python", "torch", "snakemake"} <= versions.keys()
    assert crate.root_dataset["name"].endswith("(SIMULATED DATA)")
    assert crate.root_dataset["license"]["name"] == "Terms of the inputs"
    text = next(entity for entity in crate.contextual_entities if entity["name"] == "config.yaml")["text"]
    assert text == "seed: 7  # µ\n"


def test_the_crate_says_which_specification_it_follows_and_is_the_same_again(made: dict[str, Any]) -> None:
    write_crate(**made)
    first = made["out"].read_bytes()
    write_crate(**made)
    assert made["out"].read_bytes() == first
    content = json.loads(first)
    graph = {entity["@id"]: entity for entity in content["@graph"]}
    assert graph["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert content["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert content["@context"][1]["sha256"].endswith("/sha256")
    named = {reference["@id"] for reference in graph["./"]["hasPart"]}
    assert named == {name for name in graph if graph[name]["@type"] == "File"}


@pytest.mark.parametrize(
    ("key", "place", "message"),
    [
        ("files", "results/none.tsv", "none.tsv: no such file to describe"),
        ("files", "my data.csv", "my data.csv: lies outside of the crate"),
        ("inputs", "none.txt", "none.txt: no such input of the results"),
        ("config", "none.yaml", "none.yaml: no such file to describe"),
    ],
)
def test_a_file_that_is_missing_or_elsewhere_is_named(
    made: dict[str, Any], tmp_path: Path, key: str, place: str, message: str
) -> None:
    made[key] = [*made[key], tmp_path / place]
    with pytest.raises(ClmtError, match=message):
        write_crate(**made)
    assert not made["out"].exists()


def test_a_crate_has_one_name(made: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match=r"crate\.json: a crate has another name! got: crate\.json"):
        write_crate(**{**made, "out": tmp_path / "crate.json"})
