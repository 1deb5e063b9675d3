"""The page of texts: every sentence once and in order, no text that escapes its place, the same bytes twice."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.files import write_json
from clmt.pages.render import embed
from clmt.planning.settings.text import TextSettings
from clmt.simulated import STAMP
from clmt.text.build import build_corpus
from clmt.text.corpus import KINDS, Sentence, read_corpus, write_corpus
from clmt.text.page.write import page_data, write_page
from tests.helpers.text_sources import write_registry, write_sources, write_tables

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
NASTY = "</script><script>alert(1)</script><!-- <b>& 'quoted' \u2028 \"text\" \\u003c."


@pytest.fixture
def world(tmp_path):
    """Corpus and tables of the made-up world."""
    inputs = write_sources(tmp_path / "downloads")
    tables, registry = write_tables(tmp_path / "tables"), write_registry(tmp_path / "sources.yaml")
    settings = TextSettings(sources=("reactome", "repurposing_hub", "gdsc_compounds", "ncit"))
    build_corpus(settings, tables, inputs, registry, tmp_path / "text", archive="own")
    return tmp_path / "text", tables


def page_of(world, out, **options):
    write_page("toy", *world, out, **options)
    return out.read_text(encoding="utf-8")


def embedded(page):
    found = DATA.findall(page)
    assert len(found) == 1
    return json.loads(found[0])


def read_back(data):
    """Entities of the page as (kind, id) -> rows of (sentence, source, record id, licence, date)."""
    texts = {}
    for kind, key, _, rows in data["entities"]:
        facts = [data["facts"][row] for row in rows]
        texts[kind, key] = [
            (data["sentences"][sentence], data["origins"][origin][0], record, *data["origins"][origin][1:])
            for sentence, origin, record in facts
        ]
    return texts


def test_the_page_holds_every_text_in_order_with_its_sources(world, tmp_path):
    texts = read_back(embedded(page_of(world, tmp_path / "page.html")))
    written = {}
    for kind, file in KINDS.items():
        for s in read_corpus(world[0] / file):
            row = (s.sentence, s.source, s.record_id, s.licence, s.retrieved)
            written.setdefault((kind, s.entity_id), []).append(row)
    assert texts == written
    assert len(texts) == 8


def test_what_repeats_is_stored_once():
    def row(key, position, text):
        return Sentence(key, position, text, "reactome", "R-1", "CC0", "2020-01-01")

    shared = [row("a", 0, "Shared."), row("a", 1, "Of a."), row("b", 0, "Shared.")]
    corpora = {"drug": shared, "cell_line": [replace(row("c", 0, "Shared."), record_id="R-2")]}
    data = page_data(corpora, {"drug": {}, "cell_line": {}})
    assert data["sentences"] == ["Shared.", "Of a."]
    assert data["origins"] == [("reactome", "CC0", "2020-01-01")]
    assert data["facts"] == [(0, 0, "R-1"), (1, 0, "R-1"), (0, 0, "R-2")]
    assert [entity[3] for entity in data["entities"]] == [[0, 1], [0], [2]]


def test_drugs_come_first_then_names_in_order_whatever_their_case_and_id():
    def one(key):
        return Sentence(key, 0, f"Text of {key}.", "tables", key, "own", "2020-01-01")

    corpora = {"drug": [one("b"), one("A"), one("c")], "cell_line": [one("1"), one("2"), one("3")]}
    names = {"drug": {}, "cell_line": {"1": "zeta", "2": "Eta"}}
    entities = page_data(corpora, names)["entities"]
    assert [entity[:3] for entity in entities] == [
        ("drug", "A", "A"), ("drug", "b", "b"), ("drug", "c", "c"),
        ("cell_line", "3", "3"), ("cell_line", "2", "Eta"), ("cell_line", "1", "zeta"),
    ]  # fmt: skip


def test_no_text_leaves_its_place(world, tmp_path):
    plain = page_of(world, tmp_path / "plain.html")
    path = world[0] / KINDS["drug"]
    first, *others = read_corpus(path)
    nasty = [replace(first, sentence=NASTY, record_id="</script>"), *others]
    write_corpus(path, nasty, list(dict.fromkeys(row.entity_id for row in nasty)))
    page = page_of(world, tmp_path / "nasty.html")
    for mark in ("<script", "</script", "<!--", "<b>"):
        assert page.count(mark) == plain.count(mark), mark
    assert "<" not in embed([NASTY])
    assert NASTY in embedded(page)["sentences"]


def test_the_page_needs_nothing_but_itself_and_never_reads_data_as_markup(world, tmp_path):
    page = page_of(world, tmp_path / "page.html")
    assert re.findall(r"(?:https?:)?//[a-z]|\bsrc=|<link|@import|url\(", DATA.sub("", page)) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", page) == []
    assert "default-src 'none'" in page


def test_two_pages_are_byte_identical_and_only_simulated_ones_are_stamped(world, tmp_path):
    page_of(world, tmp_path / "one.html")
    assert STAMP not in page_of(world, tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    stamped = page_of(world, tmp_path / "three.html", simulated=True)
    assert f'<p class="stamp">{STAMP}' in stamped
    assert f"{STAMP}</title>" in stamped


def test_coverage_and_what_was_left_out_stand_on_top(world, tmp_path):
    audit = json.loads((world[0] / "audit.json").read_text())
    leak = {"entity_id": "Betamide", "source": "ncit", "record_id": "C4", "name": "KM-12"}
    spoken = next(s for s in read_corpus(world[0] / KINDS["drug"]) if s.entity_id == "Betamide")
    audit["drug"]["leaks"] = [{**leak, "sentence": "Gone."}, {**leak, "sentence": spoken.sentence}]
    audit["drug"]["repeated"] = {"gdsc_compounds": 1200, "ncit": 1}
    write_json(world[0] / "audit.json", audit)
    top = page_of(world, tmp_path / "page.html").split("<main>")[0]
    assert "<td>ncit</td><td>1 of 4</td><td>25.0%</td>" in top
    assert "Drugs: 1 sentence (ncit 1) dropped by the leak screen" in top
    assert "; 1 sentence (ncit 1) found by it and kept, as configured" in top
    assert "1,201 sentences (gdsc_compounds 1200, ncit 1) not written again" in top
    assert "Cell lines: 0 sentences dropped by the leak screen" in top


def test_the_command_writes_the_page_or_says_what_is_missing(world, tmp_path, capsys):
    corpus, tables = world
    command = ["text", "page", "--dataset", "toy", "--corpus", str(corpus), "--tables", str(tables)]
    assert main([*command, "--simulated", "--out", str(tmp_path / "page.html")]) == 0
    assert "Texts of toy – SIMULATED DATA" in (tmp_path / "page.html").read_text(encoding="utf-8")
    (corpus / "coverage.tsv").write_text("kind\tsource\n")
    with pytest.raises(ClmtError, match="not a coverage table! got: kind, source, expected: kind, source, entities"):
        write_page("toy", corpus, tables, tmp_path / "other.html")
    (corpus / "coverage.tsv").unlink()
    assert main([*command, "--out", str(tmp_path / "other.html")]) == 2
    assert "no such coverage table" in capsys.readouterr().err
    assert not (tmp_path / "other.html").exists()
