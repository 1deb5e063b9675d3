"""The demo's results as a Research Object Crate, read back by the library that others read it with."""

from __future__ import annotations

import hashlib

import pytest
from rocrate.rocrate import ROCrate

pytestmark = pytest.mark.e2e


def test_every_file_of_the_paper_is_there_with_its_checksum(demo):
    folder = demo.path("results")
    crate = ROCrate(folder)
    files = {entity.id: entity for entity in crate.data_entities if not entity.id.startswith("http")}
    for name, entity in files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entity["sha256"], name
    tables = {f"demo_cv{kind}.tsv" for kind in ("", "_summary", "_per_drug", "_cases")}
    pages = {f"report/demo_cv{page}.html" for page in ("", "_pairs", "_per_drug", "_cases")}
    assert (
        tables | pages | {"report/index.html", "report/demo_texts.html", "report/demo_cv_metrics.svg"} <= files.keys()
    )


def test_the_simulated_downloads_are_told_from_the_published_ones(demo):
    crate = ROCrate(demo.path("results"))
    archive = next(entity for entity in crate.data_entities if entity["name"] == "survey_gdsc")
    assert archive.id.startswith("https://media.githubusercontent.com/")
    assert archive["description"] == "bytes of a mirror, not the published ones"
    assert crate.root_dataset["name"].endswith("(SIMULATED DATA)")
    assert crate.get("#run")["name"] == "snakemake --cores all --configfile config/demo.yaml -- paper"
