"""A new source of text is one file and one line: it is planned, looked up and spoken of without any other edit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from clmt.text.corpus import read_corpus
from tests.helpers.text_sources import write_registry, write_sources, write_tables
from tests.helpers.workflow_help import Workspace

TOY = '''"""A source with a file and a service."""

from clmt.acquire.look_ups import Answers, Record
from clmt.text.facts import NAME, Facts, Part, TextSource, state


class Toy(TextSource):
    name = "toy"
    title = "Toy"
    files = ("gene_info",)
    services = ("uniprot",)

    def look_up(self, query):
        return Answers({drug.drug_id: [Record("T1", f"Asked at {query.urls[0]}.")] for drug in query.drugs})

    def about_drugs(self, inputs):
        return Facts([state(drug, Part.MECHANISM, f"{NAME} is no toy.", self.name, "T1") for drug in inputs.drugs])


SOURCE = Toy()
'''


def test_a_source_is_one_file_and_one_line(workspace: Workspace) -> None:
    workspace.copy_package()
    (workspace.folder / "clmt/text/sources/toy.py").write_text(TOY, encoding="utf-8")
    line = '    "kegg": "clmt.text.sources.kegg:SOURCE",\n'
    registered = line + '    "toy": "clmt.text.sources.toy:SOURCE",\n'
    workspace.edit("clmt/planning/text_sources.py", line, registered)

    overlay = workspace.overlay({"text": {"sources": ["toy"]}})
    done = workspace.snakemake("-n", "-p", "--configfile", overlay, "--", "results/gdsc/text/drugs.parquet")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "clmt text look-up --source toy" in done.stdout
    build = next(row for row in done.stdout.splitlines() if "clmt text build" in row)
    assert re.findall(r"--input=(\w+)=", build) == ["gene_info", "gdsc_compounds", "toy"]

    inputs = write_sources(workspace.folder / "files")
    tables, registry = write_tables(workspace.folder / "tables"), write_registry(workspace.folder / "toy.yaml")

    def clmt(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "clmt", "text", *arguments],
            cwd=workspace.folder,
            env={**os.environ, "PYTHONPATH": str(workspace.folder)},
            check=True,
        )

    clmt("look-up", "--source=toy", f"--drugs={tables}/drugs.parquet", "--cache=cache", f"--registry={registry}",
         "--out=toy.json")  # fmt: skip
    assert "Asked at https://uniprot.example." in (workspace.folder / "toy.json").read_text(encoding="utf-8")
    clmt("build", "--settings", json.dumps({"sources": ["toy"], "synonyms": []}), f"--tables={tables}",
         f"--sources-registry={registry}", "--input=toy=toy.json", f"--input=gene_info={inputs['gene_info']}",
         "--out-dir=text")  # fmt: skip
    spoken = {s.sentence: s.licence for s in read_corpus(workspace.folder / "text/drugs.parquet") if s.source == "toy"}
    assert spoken["Alphanib is no toy."] == "CC BY"
    assert "drug\ttoy\t4\t4\t1.000" in (workspace.folder / "text/coverage.tsv").read_text(encoding="utf-8")
