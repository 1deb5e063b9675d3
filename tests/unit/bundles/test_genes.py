"""Columns of a user's table find their genes by symbol, alias, id or date, and two columns are never one gene."""

from __future__ import annotations

import pytest

from clmt.bundles.genes import match_genes
from clmt.errors import ClmtError

GENES = ["ERBB2", "TP53", "SEPTIN6", "C1orf112"]


@pytest.mark.parametrize(
    ("columns", "places", "by_alias"),
    [
        (["TP53", "ERBB2", "other"], [1, 0, -1, -1], 0),
        (["tp53", "c1orf112"], [-1, 0, -1, 1], 0),
        (["TP53 (7157)", "ERBB2|2064"], [1, 0, -1, -1], 0),
        (["HER2", "TP53"], [0, 1, -1, -1], 1),
        (["HER2", "ERBB2"], [1, -1, -1, -1], 0),
        (["6-Sep", "TP53"], [-1, 1, 0, -1], 0),
    ],
)
def test_genes_of_a_bundle_of_symbols(columns: list[str], places: list[int], by_alias: int) -> None:
    found = match_genes(columns, GENES, "own.csv")
    assert (found.places.tolist(), found.by_alias) == (places, by_alias)
    assert found.missing == places.count(-1)


def test_ids_are_found_where_the_bundle_names_its_genes_by_them() -> None:
    ensembl = ["ENSG00000141510", "ENSG00000141736.14"]
    assert match_genes(["ENSG00000141736", "ENSG00000141510.9"], ensembl, "own.csv").places.tolist() == [1, 0]
    assert match_genes(["TP53 (7157)"], ["7157", "2064"], "own.csv").places.tolist() == [0, -1]
    with pytest.raises(ClmtError, match="got: Ensembl id such as 'ENSG00000141510', expected: symbol such as ERBB2"):
        match_genes(["ENSG00000141510"], GENES, "own.csv")


def test_two_columns_of_one_gene_are_refused() -> None:
    with pytest.raises(ClmtError, match="two columns are one gene! got: 'TP53' and 'tp53' for 'TP53'"):
        match_genes(["TP53", "tp53"], GENES, "own.csv")
