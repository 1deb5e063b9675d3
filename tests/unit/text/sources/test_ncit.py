"""Definitions of the NCI Thesaurus."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.reading.lines import read_lines
from clmt.text.sources.ncit import definition_facts, read_concepts
from tests.helpers.text_sources import (
    ALPHA,
    texts,
)


def test_definitions_skip_retired_concepts_and_regimens(files):
    concepts = read_concepts(files["ncit_flat"])
    assert [c.code for c in concepts] == ["C1", "C4"]
    assert texts(definition_facts([ALPHA], concepts)) == ["An inhibitor of ALK5.", "It is oral.", "Third."]


def test_a_thesaurus_most_of_whose_lines_are_odd_is_refused(files):
    path = files["ncit_flat"]
    lines = read_lines(path)
    plain = path.with_name("n.txt")
    plain.write_text("\n".join([*lines, *["odd"] * len(lines)]))
    assert read_concepts(plain) == read_concepts(path)
    plain.write_text("\n".join([*lines, *["odd"] * (len(lines) + 1)]))
    with pytest.raises(ClmtError, match=r"n\.txt: most lines have another layout! .* expected: 8 tab"):
        read_concepts(plain)
