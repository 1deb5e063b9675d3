"""What is written about a cell line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.tables.schema import write_table
from clmt.text.build import build_corpus
from clmt.text.entities import CellLine, Drug, Genotype, read_genotype
from clmt.text.facts import Fact, Part, listed
from clmt.text.leakage import drop_leaks
from clmt.text.pathways import GeneSet, pathway_facts, pathway_hits
from clmt.text.settings import TextSettings
from clmt.text.sources.tables import cell_identities
from tests.helpers.text_sources import GENES, write_registry, write_sources, write_tables

CELLS = [CellLine("c1", "KM-12", "large_intestine", "adenocarcinoma"), CellLine("c2", "BEN", "lung", "lung")]


def genotype(mutated, copied=()):
    matrix = np.zeros((2, 40), dtype=bool)
    for row, columns in enumerate(mutated):
        matrix[row, list(columns)] = True
    other = np.zeros((2, 40), dtype=bool)
    for row, columns in enumerate(copied):
        other[row, list(columns)] = True
    return Genotype(GENES, matrix, other)


def texts(facts, entity, part):
    return [fact.text for fact in facts.rows if fact.entity_id == entity and fact.part == part]


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
    assert texts(facts, "c1", Part.ALTERED) == ["KM-12 has mutations in GEN7, GEN3 and 1 more."]
    assert texts(facts, "c2", Part.ALTERED) == [
        "BEN has mutations in GEN7.",
        "BEN has copy number alterations in GEN1 and GEN2.",
    ]


def test_over_representation_is_claimed_only_where_it_is_significant():
    sets = [GeneSet("S1", "Sharp", frozenset(GENES[0:4])), GeneSet("S2", "Blunt", frozenset(GENES[4:20]))]
    sets += [GeneSet(f"N{i}", f"N{i}", frozenset(GENES[20 + i : 24 + i])) for i in range(10)]
    # 4 of 4 against 2 of 16
    hits, audit = pathway_hits(genotype([(0, 1, 2, 3, 5, 6), ()]), sets, 6)
    facts = pathway_facts("reactome", CELLS, hits, {"S1": ["About S1."]}, audit=audit)
    assert texts(facts, "c1", Part.PATHWAYS) == [
        "Altered genes of KM-12 are over-represented in the pathway Sharp: GEN0, GEN1, GEN2 and GEN3.",
        "Altered genes of KM-12 also belong to the pathway Blunt: GEN5 and GEN6.",
    ]
    assert texts(facts, "c1", Part.SUMMARIES) == ["About S1."]
    assert not [fact for fact in facts.rows if fact.entity_id == "c2"]
    assert facts.audit["reactome"]["cell lines with a pathway"] == 1
    assert facts.audit["reactome"]["pathways kept without a summary"] == 1


def test_an_alteration_of_either_side_counts_once():
    sets = [GeneSet("S1", "Sharp", frozenset(GENES[0:4]))]
    both, _ = pathway_hits(genotype([(0, 1), ()], [(1, 2), ()]), sets, 6)
    assert both[0][0].genes == ("GEN0", "GEN1", "GEN2")


def test_the_genotype_is_the_union_of_both_matrices_in_the_order_asked_for(tmp_path):
    tables = write_tables(tmp_path)
    frame = pd.read_parquet(tables / "copy_number.parquet").rename(columns={"GEN0": "ONLY"})
    write_table(frame, tables / "copy_number.parquet", "copy_number")
    found = read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ["c4", "c1"])
    assert len(found.genes) == 41
    assert found.mutated[:, found.genes.index("ONLY")].tolist() == [False, False]
    assert found.mutated.sum(axis=1).tolist() == [35, 5]
    assert found.copy_number.sum(axis=1).tolist() == [0, 2]


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


def test_a_pathway_text_that_tells_a_response_to_a_drug_is_a_leak():
    drugs = [Drug("Alphanib", "Alphanib", synonyms=("AB-001",))]
    rows = [
        Fact("c1", Part.SUMMARIES, "Cells are sensitive to AB 001.", "reactome", "R-HSA-1"),
        Fact("c1", Part.SUMMARIES, "Resistance is common.", "reactome", "R-HSA-1"),
        Fact("c1", Part.IDENTITY, "Alphanib-resistant is a name.", "tables", "c1"),
    ]
    kept, leaks = drop_leaks("cell_line", rows, CELLS, drugs)
    assert kept == rows[1:]
    assert [row["name"] for row in leaks] == ["AB 001"]


def test_lists_read_as_prose():
    assert [listed(list("ab")[:n]) for n in (1, 2)] == ["a", "a and b"]
    assert listed(list("abcd"), 2) == "a, b and 2 more"


def test_a_cell_line_without_a_row_in_a_matrix_is_no_silent_gap(tmp_path):
    tables = write_tables(tmp_path)
    with pytest.raises(ClmtError, match="'c9'"):
        read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ["c1", "c9"])
