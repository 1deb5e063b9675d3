"""The corpus as a whole: provenance, determinism, independence of sources, coverage, look-up by a reader."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from clmt.acquire.look_ups import Record, write_records
from clmt.cli import main
from clmt.errors import ClmtError
from clmt.planning.text_sources import SOURCE_CHOICES as SOURCES
from clmt.reading.prose import clean, first_sentences, split_sentences
from clmt.text.build import build_corpus
from clmt.text.corpus import COLUMNS, KINDS, WORDING, Sentence, number_sentences, read_corpus, write_corpus
from clmt.text.facts import required_files, required_services
from clmt.text.settings import TextSettings
from clmt.text.show import show_text
from tests.helpers.text_sources import COMPOUNDS, GENES, entity_texts, write_registry, write_sources, write_tables

RECORDS = {
    "chembl": {"Alphanib": [Record("CHEMBL1", "TGF-beta receptor type-1 inhibitor", "2026-02-01", kind="mechanism")]},
    "pubchem": {"Betamide": [Record("CID 12", "It is a chelator. Used by few.", "2026-02-01", kind="description")]},
    "uniprot": {"KIT": [Record("P1", "Acts as a receptor (PubMed:123). Binds SCF.", "2026-02-01")]},
    "kegg": {"hsa1": [Record("hsa1", "Zinc text.", "2026-02-01", name="Zinc", genes=tuple(GENES[:6]))]},
    "reactome_content": {"R-HSA-106": [Record("R-HSA-106", "Iron is stored.", "2026-02-01")]},
}


@pytest.fixture
def world(tmp_path):
    """Tables, inputs and registry of the made-up world."""
    inputs = write_sources(tmp_path / "downloads")
    for service, records in RECORDS.items():
        inputs[service] = tmp_path / f"{service}.json"
        write_records(inputs[service], service, records, [])
    return write_tables(tmp_path / "results" / "toy" / "tables"), inputs, write_registry(tmp_path / "sources.yaml")


def build(world, folder, sources=SOURCES, repeats=False, **settings):
    tables, inputs, registry = world
    build_corpus(TextSettings(sources=tuple(sources), **settings), tables, inputs, registry, folder, archive="own")
    return {kind: read_corpus(folder / file, repeats=repeats) for kind, file in KINDS.items()}


def test_every_entity_has_text_and_every_sentence_its_provenance(world, tmp_path):
    corpora = build(world, tmp_path / "text")
    assert {s.entity_id for s in corpora["cell_line"]} == {"c1", "c2", "c3", "c4"}
    assert {s.entity_id for s in corpora["drug"]} == {"Alphanib", "Betamide", "Deltamab", "Gammacillin"}
    for sentence in corpora["cell_line"] + corpora["drug"]:
        assert sentence.sentence.strip()
        assert sentence.record_id
        assert sentence.licence
        assert sentence.retrieved
    assert {s.source for c in corpora.values() for s in c} == {"tables", *SOURCES}
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


@pytest.fixture
def said_alike(world):
    """The same world, but GDSC names the targets of Alphanib as the Hub does."""
    text = COMPOUNDS.replace("ALK5,RTK", '"TGFBR1, KIT",RTK')
    world[1]["gdsc_compounds"].write_text(text, encoding="utf-8")
    return world


@pytest.mark.parametrize("source", SOURCES)
def test_leaving_a_source_out_takes_away_its_sentences_only(said_alike, tmp_path, source):
    def rows(corpora):
        return {(k, s.entity_id, s.sentence, s.source, s.record_id) for k, c in corpora.items() for s in c}

    said = build(said_alike, tmp_path / "all", repeats=True)
    alike = [s.sentence for s in said["drug"] if s.repeats]
    assert {"Alphanib acts on TGFBR1 and KIT.", "Alphanib is also known as AB-001 and Alpha One."} <= set(alike)
    without = rows(build(said_alike, tmp_path / "less", [name for name in SOURCES if name != source], repeats=True))
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


def test_the_text_is_the_sentences_in_order(world, tmp_path):
    corpora = build(world, tmp_path / "text", repeats=True)
    rows = [s for s in corpora["drug"] if s.entity_id == "Alphanib"]
    assert [s.position for s in rows] == list(range(len(rows)))
    text = " ".join(s.sentence for s in rows if not s.repeats)
    assert entity_texts(tmp_path / "text" / "drugs.parquet")["Alphanib"] == text


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
    assert {source for kind, source in table if kind == "cell_line"} == {"tables", *SOURCES, "all"}
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


def test_only_what_is_configured_is_an_input(world, tmp_path):
    settings = TextSettings(sources=("repurposing_hub", "uniprot"))
    assert required_files(settings) == ["repurposing_hub", "gdsc_compounds"]
    assert required_services(settings) == ["uniprot"]
    tables, inputs, registry = world
    few = {name: inputs[name] for name in ("repurposing_hub", "gdsc_compounds")}
    with pytest.raises(ClmtError, match="'uniprot' is configured without its file"):
        build_corpus(settings, tables, few, registry, tmp_path / "text")
    with pytest.raises(ClmtError, match=r"expected one of: .*uniprot"):
        build_corpus(settings, tables, {**few, "unipro": inputs["uniprot"]}, registry, tmp_path / "text")
    assert not (tmp_path / "text").exists()


def test_the_documentation_names_every_source_and_which_are_default():
    folder = Path(__file__).resolve().parents[3] / "config"
    default = yaml.safe_load((folder / "config.yaml").read_text())["text"]["sources"]
    rows = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert dict(rows) == {source: "yes" if source in default else "no" for source in SOURCES}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sources": ["reactom"]}, "got: 'reactom', expected one of: .*reactome"),
        ({"max_pathway": 3}, "got: 'max_pathway', expected one of: .*max_pathways"),
        ({"max_pathways": -1}, "text.max_pathways"),
        ({"leaks": "maybe"}, "expected one of: drop, keep"),
    ],
)
def test_bad_settings_are_refused_by_name(settings, message):
    with pytest.raises(ClmtError, match=message):
        TextSettings.of(settings)


def test_an_empty_or_foreign_sentence_or_a_silent_entity_is_refused(tmp_path):
    good = Sentence("a", 0, "A text.", "tables", "a", "own", "2020")
    with pytest.raises(ClmtError, match="1 entities would have no text, the first is 'b'"):
        write_corpus(tmp_path / "c.parquet", [good], ["a", "b"])
    with pytest.raises(ClmtError, match="empty sentence for 'b'"):
        write_corpus(tmp_path / "c.parquet", [good, Sentence("b", 0, " ", "ncit", "C1", "x", "y")], ["a", "b"])
    with pytest.raises(ClmtError, match="unknown entity! got: 'z'"):
        write_corpus(tmp_path / "c.parquet", [Sentence("z", 0, "T.", "ncit", "C1", "x", "y")], ["a"])
    assert not list(tmp_path.iterdir())


def test_a_text_says_nothing_twice_and_its_first_source_is_kept():
    one, two = Sentence("a", 0, "T.", "ncit", "C1", "x", "y"), Sentence("a", 0, "T.", "hub", "1", "x", "y")
    other, last = Sentence("b", 0, "T.", "hub", "1", "x", "y"), Sentence("a", 0, "U.", "hub", "1", "x", "y")
    numbered, repeated = number_sentences([one, one, two, two, other, last])
    assert [(s.entity_id, s.source, s.position, s.repeats) for s in numbered] == [
        ("a", "ncit", 0, False),
        ("a", "hub", 1, True),
        ("b", "hub", 0, False),
        ("a", "hub", 2, False),
    ]
    assert repeated == {"hub": 1}


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
        build_corpus(TextSettings(sources=SOURCES), tables, inputs, registry, tmp_path / "text", archive=archive)
        for file in KINDS.values():
            rows = read_corpus(tmp_path / "text" / file)
            assert len({(s.entity_id, s.sentence) for s in rows}) == len(rows)
            days = {s.retrieved for s in rows if not re.fullmatch("rolling, sha256 [0-9a-f]{12}", s.retrieved)}
            assert all(datetime.date.fromisoformat(day).isoformat() == day for day in days)
            if archive:  # the registry names a year only
                assert {s.retrieved for s in rows if s.source == "tables"} == {"2020-01-01"}


def test_the_file_has_the_columns_of_the_documentation(world, tmp_path):
    build(world, tmp_path / "text")
    schema = pq.read_schema(tmp_path / "text" / "drugs.parquet")
    assert tuple(schema.names) == COLUMNS
    assert str(schema.field("position").type) == "int32"


def test_a_reader_sees_each_sentence_with_its_source(world, tmp_path):
    folder = tmp_path / "results" / "toy"
    build(world, folder / "text")
    shown = show_text(folder, "alphanib")
    assert "The mechanism of action of Alphanib is ALK5 inhibitor and RTK inhibitor." in shown
    assert "[repurposing_hub: alphanib; Hub, 2020-03-24]" in shown
    assert show_text(folder, "km12").startswith("cell line KM-12 (c1)")
    with pytest.raises(ClmtError, match="got: 'Alfanib', expected one of: Alphanib"):
        show_text(folder, "Alfanib")


def test_an_entity_of_another_data_set_is_shown_with_a_word_on_it(world, tmp_path):
    results = tmp_path / "results"
    build(world, results / "toy" / "text")
    for kind, file in KINDS.items():
        write_corpus(results / "other" / "text" / file, [Sentence(kind, 0, "T.", "tables", "a", "own", "2020")], [kind])
    (results / "report").mkdir()
    shown = show_text(results / "other", "alphanib")
    assert shown.startswith("other has no alphanib; this is its text in toy.\n\ndrug Alphanib")
    assert "ALK5 inhibitor" in shown
    assert "has no" not in show_text(results / "toy", "alphanib")
    with pytest.raises(ClmtError, match="other: no cell line or drug of that name! got: 'drag', expected one of: drug"):
        show_text(results / "other", "drag")


def test_the_commands_build_and_show(world, tmp_path, capsys, monkeypatch):
    tables, inputs, registry = world
    monkeypatch.chdir(tmp_path)
    files = [f"--input={name}={inputs[name]}" for name in ("repurposing_hub", "gdsc_compounds")]
    settings = json.dumps({"sources": ["repurposing_hub"], "synonyms": ["gdsc_compounds"]})
    common = ["text", "build", "--settings", settings, "--tables", str(tables), "--sources-registry", str(registry)]
    assert main([*common, *files, "--out-dir", "results/toy/text"]) == 0
    assert capsys.readouterr().out == (tmp_path / "results/toy/text/coverage.tsv").read_text()
    assert main(["text", "show", "toy", "Betamide"]) == 0
    assert "zinc chelator" in capsys.readouterr().out
    assert main(["text", "show", "toy", "nobody at all"]) == 2
    assert main([*common, "--input=repurposing_hub", "--out-dir", "x"]) == 2
    assert "NAME=FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("A<br>b Ca<sup>2+</sup> &amp; c &lt;i&gt;d&lt;/i&gt;", "A b Ca2+ & c d"),
        ("X (Doe et al. 2004, reviewed in Roe, 2010). Y [Song et al 2006].", "X. Y."),
        ("Binds (PubMed:12, PubMed:13) {ECO:0000269|PubMed:1} it [1,2].", "Binds it."),
        (
            "PI[4,5]P2 (see below), p < 0.05 > 0 (approved in 2007).",
            "PI[4,5]P2 (see below), p < 0.05 > 0 (approved in 2007).",
        ),
        ("Done. [provided by RefSeq, Jul 2008].", "Done."),
        ("a\u00a0\u00a0b\r\n c", "a b c"),
    ],
)
def test_markup_and_citation_marks_are_removed(raw, cleaned):
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It works, e.g. In vitro. Next one.", ["It works, e.g. In vitro.", "Next one."]),
        ("By J. Smith et al. Nature. Then i.e. Now.", ["By J. Smith et al. Nature.", "Then i.e. Now."]),
        ("It is protein kinase C. The next. p53 acts.", ["It is protein kinase C.", "The next.", "p53 acts."]),
        ("In E. coli it grows 1.5 fold! Really? Yes", ["In E. coli it grows 1.5 fold!", "Really?", "Yes"]),
    ],
)
def test_sentences_end_where_they_end(text, sentences):
    assert split_sentences(text) == sentences
    assert " ".join(sentences) == text


def test_first_sentences_are_closed_and_never_empty():
    assert first_sentences("One. Two") == ["One.", "Two."]
    assert first_sentences(" <p>(Doe et al. 2001)</p> 1. ") == []
