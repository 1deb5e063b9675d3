"""Over-representation of altered genes, and how it is worded."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from clmt.text.facts import Part
from clmt.text.pathways import GeneSet, over_represented, pathway_facts, pathway_hits, usable_sets
from clmt.text.sources.reactome import read_gmt
from tests.helpers.text_sources import (
    CELLS,
    GENES,
    genotype,
    texts_of_part,
    write_sources,
)

SETS = [
    GeneSet("S1", "first", frozenset(GENES[0:6])),
    GeneSet("S2", "second", frozenset(GENES[0:5])),
    GeneSet("S3", "third", frozenset(GENES[8:20])),
    GeneSet("S4", "fourth", frozenset(GENES[30:33])),
]


def altered(*columns):
    row = np.zeros((1, 40), dtype=bool)
    row[0, list(columns)] = True
    return row


def test_probabilities_are_the_hypergeometric_tail_and_corrected_over_all_sets():
    row = altered(0, 1, 2, 8, 9)
    hits = over_represented(row, GENES, SETS, keep=8, max_jaccard=1.0)[0]
    by_hand = {item.set_id: 0.0 for item in SETS}
    for item in SETS:
        k = sum(row[0, GENES.index(gene)] for gene in item.genes)
        # the tail summed term by term, not by sf
        by_hand[item.set_id] = sum(hypergeom.pmf(x, 40, len(item.genes), 5) for x in range(k, 6))
    assert {hit.gene_set.set_id for hit in hits} == {"S1", "S2", "S3"}  # S4 has no hit
    for hit in hits:
        assert hit.p == pytest.approx(by_hand[hit.gene_set.set_id], rel=1e-9)
    ranked = sorted(by_hand.values())
    assert hits[0].q == pytest.approx(min(p * 4 / (i + 1) for i, p in enumerate(ranked)), rel=1e-9)
    assert [hit.p for hit in hits] == sorted(hit.p for hit in hits)
    assert hits[0].gene_set.set_id == "S2"
    assert hits[0].genes == ("GEN0", "GEN1", "GEN2")


def test_a_near_duplicate_is_merged_into_the_better_set():
    hits = over_represented(altered(0, 1, 2, 8, 9), GENES, SETS, keep=8, max_jaccard=0.7)[0]
    assert [hit.gene_set.set_id for hit in hits] == ["S2", "S3"]  # S1 shares 5 of 6 genes with S2


def test_one_hit_is_not_enough_and_no_alteration_gives_no_set():
    both = np.vstack([altered(0), altered()])
    assert over_represented(both, GENES, SETS, keep=8) == [[], []]


def test_ties_are_broken_by_id_and_the_limits_hold():
    twins = [GeneSet(key, key, frozenset(GENES[a : a + 3])) for key, a in (("B", 0), ("A", 3), ("C", 6))]
    row = altered(*range(9))
    assert [h.gene_set.set_id for h in over_represented(row, GENES, twins, keep=2)[0]] == ["A", "B"]
    none_beyond = over_represented(row, GENES, twins, keep=3, least=1, q_limit=0.0)[0]
    assert [h.gene_set.set_id for h in none_beyond] == ["A"]


def test_cell_lines_do_not_influence_one_another():
    rows = np.vstack([altered(0, 1, 2), altered(8, 9, 10, 11)])
    together = over_represented(rows, GENES, SETS, keep=8)
    alone = [over_represented(rows[i : i + 1], GENES, SETS, keep=8)[0] for i in (0, 1)]
    assert together == alone


def test_umbrellas_infections_small_and_large_sets_are_left_out(tmp_path):
    sets = read_gmt(write_sources(tmp_path)["reactome_gmt"])
    huge = GeneSet("R-HSA-999", "Huge", frozenset([*GENES, *(f"X{i}" for i in range(480))]))
    kept = usable_sets([*sets, huge], GENES)
    assert [item.set_id for item in kept] == ["R-HSA-100", "R-HSA-101", "R-HSA-102", "R-HSA-106"]
    assert usable_sets(sets, ["GEN0", "GEN1"]) == []


def test_over_representation_is_claimed_only_where_it_is_significant():
    sets = [GeneSet("S1", "Sharp", frozenset(GENES[0:4])), GeneSet("S2", "Blunt", frozenset(GENES[4:20]))]
    sets += [GeneSet(f"N{i}", f"N{i}", frozenset(GENES[20 + i : 24 + i])) for i in range(10)]
    # 4 of 4 against 2 of 16
    hits, audit = pathway_hits(genotype([(0, 1, 2, 3, 5, 6), ()]), sets, 6)
    facts = pathway_facts("reactome", CELLS, hits, {"S1": ["About S1."]}, audit=audit)
    assert texts_of_part(facts, "c1", Part.PATHWAYS) == [
        "Altered genes of KM-12 are over-represented in the pathway Sharp: GEN0, GEN1, GEN2 and GEN3.",
        "Altered genes of KM-12 also belong to the pathway Blunt: GEN5 and GEN6.",
    ]
    assert texts_of_part(facts, "c1", Part.SUMMARIES) == ["About S1."]
    assert not [fact for fact in facts.rows if fact.entity_id == "c2"]
    assert facts.audit["reactome"]["cell lines with a pathway"] == 1
    assert facts.audit["reactome"]["pathways kept without a summary"] == 1


def test_an_alteration_of_either_side_counts_once():
    sets = [GeneSet("S1", "Sharp", frozenset(GENES[0:4]))]
    both, _ = pathway_hits(genotype([(0, 1), ()], [(1, 2), ()]), sets, 6)
    assert both[0][0].genes == ("GEN0", "GEN1", "GEN2")
