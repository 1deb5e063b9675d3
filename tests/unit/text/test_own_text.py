"""Texts of the user's own tables are a source of their own, part of every text of the dataset."""

from __future__ import annotations

import numpy as np

from clmt.planning.settings.text import TextSettings
from clmt.text.entities import CellLine, CorpusInputs, Drug, Genotype
from clmt.text.facts import OWN_FILES, chosen_sources
from clmt.text.sources.own_text import SOURCE
from tests.helpers.own_tables import CELLS, own_folder


def inputs(folder, drugs=("Imatinib",)) -> CorpusInputs:
    files = {name: folder / f"{part}.csv" for name, part in OWN_FILES.items() if (folder / f"{part}.csv").exists()}
    nothing = Genotype([], np.zeros((0, 0), dtype=bool), np.zeros((0, 0), dtype=bool))
    lines = [CellLine(cell, cell) for cell in CELLS]
    return CorpusInputs(TextSettings(sources=()), lines, [Drug(name, name) for name in drugs], nothing, files)


def test_a_text_is_its_sentences_under_the_id(tmp_path):
    facts = SOURCE.about_drugs(inputs(own_folder(tmp_path)))
    assert [(fact.entity_id, fact.text, fact.source) for fact in facts.rows] == [
        ("Imatinib", "Made up.", "own_text"),
        ("Imatinib", "Twice.", "own_text"),
    ]
    (counted,) = facts.audit.values()
    assert counted == ["Aspirin", "Caffeine", "Ethanol"]
    about = SOURCE.about_cell_lines(inputs(tmp_path))
    assert about.rows[0].text == "Grows lung."


def test_tables_without_texts_say_nothing(tmp_path):
    folder = own_folder(tmp_path, {"drugs.csv": None, "cell_lines.csv": "cell_line,tissue\nA549,lung\n"})
    assert SOURCE.about_drugs(inputs(folder)).rows == []
    assert SOURCE.about_cell_lines(inputs(folder)).rows == []


def test_it_speaks_where_own_tables_are_given_and_only_there():
    settings = TextSettings(sources=("reactome",))
    assert [source.name for source in chosen_sources(settings)] == ["tables", "reactome"]
    assert [source.name for source in chosen_sources(settings, ["own_response"])] == ["tables", "own_text", "reactome"]
