"""The corpus is a function of the bytes it is made of: not of the day, the machine, its time zone or a hash seed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from clmt.acquire.client import Client
from clmt.text.corpus import KINDS, WORDING, read_corpus
from tests.helpers.text_sources import write_registry, write_sources, write_tables

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ["reactome", "repurposing_hub", "gdsc_compounds", "ccle_profiling", "ncit", "gene_summary", "uniprot"]


def write_inputs(folder: Path) -> None:
    """Downloads, tables, registry and the cached answer of UniProt about every target."""
    write_sources(folder / "downloads")
    write_tables(folder / "tables")
    write_registry(folder / "sources.yaml")
    client = Client(folder / "cache")
    for symbol in ("KIT", "MTOR", "RPTOR", "TGFBR1"):
        query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
        url = f"https://uniprot.example/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"
        comments = [{"commentType": "FUNCTION", "texts": [{"value": f"{symbol} is a receptor."}]}]
        path = client._path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"results": [{"primaryAccession": f"P{symbol}", "comments": comments}]}))


def build(inputs: Path, folder: Path, stored: int, **environment: str) -> dict[str, bytes]:
    """Build in a process of its own from a copy of the inputs whose files were stored at another time."""
    shutil.copytree(inputs, folder)
    for path in folder.rglob("*"):
        os.utime(path, (stored, stored))

    def clmt(*arguments: str) -> None:
        command = [sys.executable, "-m", "clmt", "text", *arguments]
        here = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    clmt("look-up", "--source=uniprot", "--drugs=tables/drugs.parquet", "--cache=cache", "--registry=sources.yaml",
         "--out=uniprot.json")  # fmt: skip
    names = {"reactome_gmt": "r.gmt.zip", "reactome_summations": "s.txt", "repurposing_hub": "hub.txt",
             "gdsc_compounds": "c.csv", "ccle_profiling": "p.csv", "ncit_flat": "n.zip", "gene_summary": "g.gz",
             "gene_info": "i.gz"}  # fmt: skip
    files = [f"--input={name}=downloads/{file}" for name, file in names.items()] + ["--input=uniprot=uniprot.json"]
    clmt("build", "--settings", json.dumps({"sources": SOURCES}), "--tables=tables", "--sources-registry=sources.yaml",
         *files, "--out-dir=text")  # fmt: skip
    made = [folder / "uniprot.json", *sorted((folder / "text").iterdir())]
    return {path.name: path.read_bytes() for path in made}


def test_builds_on_other_days_zones_and_hash_seeds_are_byte_identical(tmp_path: Path) -> None:
    write_inputs(tmp_path / "inputs")
    one = build(tmp_path / "inputs", tmp_path / "one", 1_600_000_000, TZ="Pacific/Kiritimati", PYTHONHASHSEED="1")
    two = build(tmp_path / "inputs", tmp_path / "two", 1_700_040_000, TZ="America/Adak", PYTHONHASHSEED="2")
    assert set(one) == {"uniprot.json", *KINDS.values(), WORDING, "coverage.tsv", "audit.json"}
    assert {name for name in one if one[name] != two[name]} == set()
    marked = {s.source for s in read_corpus(tmp_path / "one" / "text" / "drugs.parquet") if "sha256" in s.retrieved}
    assert {"tables", "ncit", "uniprot"} <= marked  # the sources whose date is rolling


def test_other_bytes_of_a_rolling_file_are_marked_otherwise(tmp_path: Path) -> None:
    write_inputs(tmp_path / "inputs")
    one = build(tmp_path / "inputs", tmp_path / "one", 1_600_000_000)
    for path in (tmp_path / "inputs" / "cache").rglob("*size=1"):
        path.write_text(path.read_text() + "\n")
    two = build(tmp_path / "inputs", tmp_path / "two", 1_600_000_000)
    assert {name for name in one if one[name] != two[name]} == {"uniprot.json", "drugs.parquet"}
