"""What a reader is shown of a text."""

from __future__ import annotations

import json

import pytest

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.text.corpus import KINDS, Sentence, write_corpus
from clmt.text.show import show_text
from tests.helpers.text_sources import (
    build,
)


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
