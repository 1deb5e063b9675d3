"""The corpus as a whole: provenance, determinism, independence of sources, coverage."""

from __future__ import annotations

import datetime
import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest

from clmt.acquire.look_ups import write_records
from clmt.planning.settings.text import TextSettings
from clmt.planning.text_sources import SOURCE_CHOICES
from clmt.tables.schema import write_table
from clmt.text.build import Terms, build_corpus, to_sentences
from clmt.text.corpus import KINDS, WORDING, read_corpus
from clmt.text.facts import Fact, Part
from clmt.text.show import show_text
from tests.helpers.text_sources import (
    COMPOUNDS,
    RECORDS,
    build,
    entity_texts,
    write_registry,
    write_sources,
    write_tables,
)


@pytest.fixture
def said_alike(world):
    """The same world, but GDSC names the targets of Alphanib as the Hub does."""
    text = COMPOUNDS.replace("ALK5,RTK", '"TGFBR1, KIT",RTK')
    world[1]["gdsc_compounds"].write_text(text, encoding="utf-8")
    return world


def test_every_entity_has_text_and_every_sentence_its_provenance(world, tmp_path):
    corpora = build(world, tmp_path / "text")
    assert {s.entity_id for s in corpora["cell_line"]} == {"c1", "c2", "c3", "c4"}
    assert {s.entity_id for s in corpora["drug"]} == {"Alphanib", "Betamide", "Deltamab", "Gammacillin"}
    for sentence in corpora["cell_line"] + corpora["drug"]:
        assert sentence.sentence.strip()
        assert sentence.record_id
        assert sentence.licence
        assert sentence.retrieved
    assert {s.source for c in corpora.values() for s in c} == {"tables", *SOURCE_CHOICES}
    by_source = {s.source: s for s in corpora["drug"]}
    digest = hashlib.sha256(world[1]["ncit_flat"].read_bytes()).hexdigest()[:12]
    assert by_source["ncit"].retrieved == f"rolling, sha256 {digest}"
    assert by_source["chembl"].retrieved == "2026-02-01"
    assert by_source["tables"].licence == "own terms"


def test_two_builds_are_byte_identical(world, tmp_path):
    build(world, tmp_path / "one")
    build(world, tmp_path / "two")
    for name in (*KINDS.values(), WORDING, "coverage.tsv", "audit.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("source", SOURCE_CHOICES)
def test_leaving_a_source_out_takes_away_its_sentences_only(said_alike, tmp_path, source):
    def rows(corpora):
        return {(k, s.entity_id, s.sentence, s.source, s.record_id) for k, c in corpora.items() for s in c}

    said = build(said_alike, tmp_path / "all", repeats=True)
    alike = [s.sentence for s in said["drug"] if s.repeats]
    assert {"Alphanib acts on TGFBR1 and KIT.", "Alphanib is also known as AB-001 and Alpha One."} <= set(alike)
    without = rows(
        build(said_alike, tmp_path / "less", [name for name in SOURCE_CHOICES if name != source], repeats=True)
    )
    everything = rows(said)
    assert without == {row for row in everything if row[3] != source}
    assert len(without) < len(everything)


def test_without_any_source_every_entity_keeps_its_identity(world, tmp_path):
    tables, _, registry = world
    build_corpus(TextSettings(sources=(), synonyms=()), tables, {}, registry, tmp_path / "text")
    texts = entity_texts(tmp_path / "text" / "cell_lines.parquet")
    assert texts["c3"] == "NoGenes is a human cancer cell line."
    assert texts["c1"].startswith(
        "KM-12 is a human cancer cell line derived from large intestine (adenocarcinoma). KM-12 has mutations in"
    )
    assert entity_texts(tmp_path / "text" / "drugs.parquet")["Deltamab"] == "Deltamab is an anticancer compound."


def test_sentences_on_responses_are_listed_and_dropped_or_kept(world, tmp_path):
    leak = "A chelator with high potency; the cell line KM-12 was resistant to it."
    dropped = build(world, tmp_path / "text")
    audit = json.loads((tmp_path / "text" / "audit.json").read_text())
    listed = [(row["entity_id"], row["sentence"], row["name"]) for row in audit["drug"]["leaks"]]
    assert listed == [("Betamide", leak, "KM-12")]
    assert leak not in [s.sentence for s in dropped["drug"]]
    assert leak in [s.sentence for s in build(world, tmp_path / "kept", leaks="keep")["drug"]]


def test_coverage_counts_entities_and_sentences(world, tmp_path):
    corpora = build(world, tmp_path / "text")
    rows = [line.split("\t") for line in (tmp_path / "text" / "coverage.tsv").read_text().splitlines()]
    table = {(row[0], row[1]): row for row in rows[1:]}
    assert table["drug", "ncit"][2:5] == ["1", "4", "0.250"]
    assert table["cell_line", "all"][2] == "4"
    assert int(table["drug", "all"][5]) == len(corpora["drug"])
    assert table["drug", "any mechanism source"][2] == "4"
    assert table["drug", "any long prose"][2] == "2"
    assert {source for kind, source in table if kind == "cell_line"} == {"tables", *SOURCE_CHOICES, "all"}
    assert table["cell_line", "ncit"][2:] == ["0", "4", "0.000", "0", "0"]


def test_failed_look_ups_are_in_the_audit_and_in_the_log(world, tmp_path, caplog):
    for service, key in (("chembl", "Betamide"), ("kegg", "hsa2")):
        write_records(world[1][service], service, RECORDS[service], [], {key: "an odd answer"})
    build(world, tmp_path / "text")
    audit = json.loads((tmp_path / "text" / "audit.json").read_text())
    assert audit["drug"]["failed look-ups"] == {"chembl": ["Betamide"], "pubchem": [], "uniprot": []}
    assert audit["cell_line"]["failed look-ups"] == {"reactome_content": [], "kegg": ["hsa2"]}
    assert f"chembl: 1 look-ups failed; {world[1]['chembl']} says why" in caplog.text


def test_odd_rows_of_a_list_are_in_the_audit_also_where_it_gives_synonyms_only(world, tmp_path):
    world[1]["gdsc_compounds"].write_text(COMPOUNDS + "1,MGH\n", encoding="utf-8")
    build(world, tmp_path / "text", ("repurposing_hub",))
    audit = json.loads((tmp_path / "text" / "audit.json").read_text())["drug"]["odd rows, by line"]
    assert audit["gdsc_compounds"] == {"cells": [5], "nameless": [5], "joined": []}
    assert audit["repurposing_hub"] == {"cells": [], "nameless": [], "joined": []}


def test_what_two_sources_say_alike_is_written_once_and_counted(said_alike, tmp_path):
    sources = ("repurposing_hub", "gdsc_compounds")
    folder = tmp_path / "results" / "toy"
    drugs = build(said_alike, folder / "text", sources)["drug"]
    text = "Alphanib acts on TGFBR1 and KIT."
    assert [s.source for s in drugs if s.sentence == text] == ["repurposing_hub"]
    assert entity_texts(folder / "text" / "drugs.parquet")["Alphanib"].count(text) == 1
    assert show_text(folder, "Alphanib").count(text) == 1
    assert "[gdsc_compounds: 7; Sanger, 2023-10-27] (says the same)" in show_text(folder, "Alphanib")
    audit = json.loads((folder / "text" / "audit.json").read_text())
    assert audit["drug"]["repeated"] == {"gdsc_compounds": 1}
    assert audit["cell_line"]["repeated"] == {}
    alone = build(said_alike, tmp_path / "alone", sources[1:])["drug"]
    assert "gdsc_compounds" in [s.source for s in alone if s.sentence == text]


def test_every_text_says_each_sentence_once_and_dates_it_to_the_day_or_by_its_bytes(world, tmp_path):
    for archive in ("own", None):
        tables, inputs, registry = world
        build_corpus(TextSettings(sources=SOURCE_CHOICES), tables, inputs, registry, tmp_path / "text", archive=archive)
        for file in KINDS.values():
            rows = read_corpus(tmp_path / "text" / file)
            assert len({(s.entity_id, s.sentence) for s in rows}) == len(rows)
            days = {s.retrieved for s in rows if not re.fullmatch("rolling, sha256 [0-9a-f]{12}", s.retrieved)}
            assert all(datetime.date.fromisoformat(day).isoformat() == day for day in days)
            if archive:  # the registry names a year only
                assert {s.retrieved for s in rows if s.source == "tables"} == {"2020-01-01"}


def test_responses_are_not_read(tmp_path):
    """Two tables of responses, one a permutation of the other, and none at all give one corpus, byte for byte."""
    tables, inputs = write_tables(tmp_path / "tables"), write_sources(tmp_path / "downloads")
    registry = write_registry(tmp_path / "sources.yaml")
    settings = TextSettings(sources=("reactome", "repurposing_hub", "gdsc_compounds", "ncit"))
    cells, drugs = (pd.read_parquet(tables / f"{kind}.parquet").iloc[:, 0].tolist() for kind in ("cell_lines", "drugs"))
    pairs = pd.MultiIndex.from_product([cells, drugs], names=["cell_line_id", "drug_id"]).to_frame(index=False)
    values = np.linspace(-4.0, 4.0, len(pairs))
    built = []
    for order in (None, np.arange(len(pairs)), np.random.default_rng(0).permutation(len(pairs))):
        if order is not None:
            frame = pairs.assign(ln_ic50=values[order], censored=values[order] > 2)
            write_table(frame, tables / "response.parquet", "response")
        out = tmp_path / f"text{len(built)}"
        build_corpus(settings, tables, inputs, registry, out, archive="own")
        built.append({path.name: path.read_bytes() for path in sorted(out.iterdir())})
    assert len(built[0]) == 5
    assert built[0] == built[1] == built[2]


def test_one_list_of_synonyms_speaks_and_the_others_are_kept_as_repeats():
    facts = [
        Fact("T", Part.IDENTITY, f"T is also known as {name}.", source, "1", other_names=(name,))
        for source, name in (("repurposing_hub", "A"), ("ccle_profiling", "B"), ("gdsc_compounds", "C"))
    ]
    terms = {fact.source: Terms("own", "2020-01-01") for fact in facts}
    for count in (1, 2, 3):
        rows, repeated = to_sentences(facts[3 - count :], ["T"], terms)
        assert [row.repeats for row in rows] == [False, True, True][:count]
        assert repeated == {}
