"""Gene sets, summaries and over-representation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from clmt.errors import ClmtError
from clmt.text.pathways import GeneSet, over_represented, usable_sets
from clmt.text.sources.reactome import read_gmt, read_summations
from tests.helpers.text_sources import GENES, write_sources

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


def test_summaries_are_joined_unquoted_cleaned_and_cut(tmp_path):
    summaries = read_summations(write_sources(tmp_path)["reactome_summations"])
    assert summaries["R-HSA-100"] == ["Zinc fingers bind Zn2+.", "They mend DNA e.g. at breaks."]
    assert summaries["R-HSA-102"] == ['Copper is "moved" by pumps.', "It returns."]
    assert "R-HSA-106" not in summaries  # only markup


def test_a_file_without_header_loses_no_row_and_odd_bytes_spoil_no_line(tmp_path):
    path = tmp_path / "s.txt"
    path.write_bytes(b"R-HSA-1\tOne\tThe first\xa0row.\nR-HSA-2\tTwo\tThe second\nwraps here.\n")
    assert read_summations(path) == {"R-HSA-1": ["The first row."], "R-HSA-2": ["The second wraps here."]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>moved</html>", "web page"),
        (b"pathway,text\n1,2\n", "no summary"),
        (b"", "no summary"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, content, message):
    path = tmp_path / "s.txt"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=message) as caught:
        read_summations(path)
    assert "s.txt" in str(caught.value)


def test_a_broken_archive_of_gene_sets_is_refused(tmp_path):
    path = tmp_path / "r.gmt.zip"
    path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ClmtError, match="not a readable zip archive"):
        read_gmt(path)
