"""What the dataset's own tables say about a cell line."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.text.entities import CellLine, Genotype
from clmt.text.facts import Part
from clmt.text.sources.tables import cell_identities
from tests.helpers.text_sources import (
    CELLS,
    GENES,
    genotype,
    texts_of_part,
)


def test_identity_names_site_and_histology_once():
    facts = cell_identities(CELLS, genotype([(), ()]), 30)
    assert [fact.text for fact in facts.rows] == [
        "KM-12 is a human cancer cell line derived from large intestine (adenocarcinoma).",
        "BEN is a human cancer cell line derived from lung.",
    ]


@pytest.mark.parametrize(
    ("site", "histology", "text"),
    [
        ("aero_dig_tract", "", "X is a human cancer cell line derived from upper aerodigestive tract."),
        ("", "glioma", "X is a human cancer cell line of type glioma."),
        ("NS", "NA", "X is a human cancer cell line."),
    ],
)
def test_missing_labels_leave_a_sentence_behind(site, histology, text):
    cell = CellLine("x", "X", site, histology)
    matrix = np.zeros((1, 40), dtype=bool)
    assert cell_identities([cell], Genotype(GENES, matrix, matrix), 5).rows[0].text == text


def test_both_sides_are_named_and_capped_with_the_recurrent_genes_first():
    facts = cell_identities(CELLS, genotype([(3, 7, 9), (7,)], [(), (1, 2)]), 2)
    assert texts_of_part(facts, "c1", Part.ALTERED) == ["KM-12 has mutations in GEN7, GEN3 and 1 more."]
    assert texts_of_part(facts, "c2", Part.ALTERED) == [
        "BEN has mutations in GEN7.",
        "BEN has copy number alterations in GEN1 and GEN2.",
    ]
