"""The project's own tables of targets and synonyms."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.reading.names import name_key
from clmt.reading.targets import map_targets, read_aliases, read_drug_synonyms, read_pathway_labels


def test_aliases_map_to_symbols_and_processes_to_nothing():
    aliases = read_aliases()
    labels = ["MEK1", "PDK1 (PDPK1)", "VEGFR3/FLT4", "KIT", "DNA crosslinker", "mTOR", "p38alpha", "HER2"]
    symbols, unknown = map_targets([*labels, "Class I", "IV", "XI"], aliases)
    assert symbols == ["MAP2K1", "PDPK1", "FLT4", "KIT", "MTOR", "MAPK14", "ERBB2"]
    assert unknown == ["DNA crosslinker", "Class I", "IV", "XI"]  # roman numerals of a list of classes


def test_the_projects_own_tables_are_well_formed(tmp_path):
    for symbols in read_aliases().values():
        assert symbols
        assert all(symbol == symbol.upper() and " " not in symbol for symbol in symbols)
    assert all(key.startswith("R-HSA-") for key in read_pathway_labels().values())
    assert read_pathway_labels()["igfr signaling"] == read_pathway_labels()["igf1r signaling"]
    assert read_drug_synonyms()[name_key("PD-0332991 ")] == ("Palbociclib",)
    twice = tmp_path / "a.tsv"
    twice.write_text("alias\tsymbols\nMEK-1\tMAP2K1\nMEK1\tMAP2K2\n")
    with pytest.raises(ClmtError, match="'MEK1' stands twice"):
        read_aliases(twice)
