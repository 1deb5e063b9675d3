"""What is said about the targets of a drug."""

from __future__ import annotations

import gzip

import pytest

from clmt.errors import ClmtError
from clmt.text.entities import Drug
from clmt.text.sources.gene_summary import GeneText, read_gene_summaries, target_gene_facts
from tests.helpers.text_sources import (
    texts,
)


def test_genes_of_the_first_three_targets_that_the_source_knows(files):
    genes = read_gene_summaries(files["gene_summary"], files["gene_info"])
    assert genes == {"TGFBR1": ("1", ["A receptor of TGF.", "It signals."])}  # KIT's is empty, MTOR's is the mouse's
    many = Drug("D", "D", symbols=("A", "B", "C", "D", "E"))
    known = {symbol: GeneText(symbol, [f"About {symbol}.", "More."]) for symbol in "BCDE"}
    facts = target_gene_facts("uniprot", [many, Drug("N", "N", symbols=("Z",))], known)
    assert texts(facts)[:2] == ["Target B: About B.", "More."]
    assert {fact.record_id for fact in facts.rows} == {"B", "C", "D"}
    assert facts.audit["uniprot"]["targets without a summary"] == ["N"]


def test_rows_that_were_cut_are_told_and_a_table_of_them_is_refused(files, caplog):
    whole = read_gene_summaries(files["gene_summary"], files["gene_info"])
    rows = gzip.decompress(files["gene_info"].read_bytes())
    files["gene_info"].write_bytes(gzip.compress(rows + b"\n9606\t1"))
    assert read_gene_summaries(files["gene_summary"], files["gene_info"]) == whole
    assert "1 of " in caplog.text
    files["gene_info"].write_bytes(gzip.compress(rows + b"\n9606\t1" * 100))
    with pytest.raises(ClmtError, match=r"i\.gz: most lines have another layout! got: 100 of "):
        read_gene_summaries(files["gene_summary"], files["gene_info"])
