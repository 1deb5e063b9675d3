"""Definitions of the NCI Thesaurus."""

from __future__ import annotations

from clmt.text.sources.ncit import definition_facts, read_concepts
from tests.helpers.text_sources import (
    ALPHA,
    texts,
)


def test_definitions_skip_retired_concepts_and_regimens(files):
    concepts = read_concepts(files["ncit_flat"])
    assert [c.code for c in concepts] == ["C1", "C4"]
    assert texts(definition_facts([ALPHA], concepts)) == ["An inhibitor of ALK5.", "It is oral.", "Third."]
