"""The cell lines and drugs of a dataset, and how drugs are matched."""

from __future__ import annotations

import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.reading.compounds import read_gdsc_compounds, read_repurposing_hub
from clmt.reading.names import Named
from clmt.tables.schema import write_table
from clmt.text.entities import Drug, match_drugs, read_cell_lines, read_genotype, with_synonyms
from clmt.text.sources.repurposing_hub import compound_facts
from tests.helpers.text_sources import (
    texts,
    write_tables,
)


def test_the_genotype_is_the_union_of_both_matrices_in_the_order_asked_for(tmp_path):
    tables = write_tables(tmp_path)
    frame = pd.read_parquet(tables / "copy_number.parquet").rename(columns={"GEN0": "ONLY"})
    write_table(frame, tables / "copy_number.parquet", "copy_number")
    found = read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ["c4", "c1"])
    assert len(found.genes) == 41
    assert found.mutated[:, found.genes.index("ONLY")].tolist() == [False, False]
    assert found.mutated.sum(axis=1).tolist() == [35, 5]
    assert found.copy_number.sum(axis=1).tolist() == [0, 2]


def test_a_cell_line_without_a_row_in_a_matrix_is_no_silent_gap(tmp_path):
    tables = write_tables(tmp_path)
    with pytest.raises(ClmtError, match="'c9'"):
        read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ["c1", "c9"])


def test_an_ambiguous_name_is_listed_and_not_guessed():
    drugs = [Drug("X", "X-100", synonyms=("Alphanib", "Betamide")), Drug("Y", "Zeta")]
    matched, audit = match_drugs(drugs, [Named("1", "Alphanib"), Named("2", "Betamide")])
    assert matched == {}
    assert audit["ambiguous"] == {"X": ["1", "2"]}
    assert audit["unmatched"] == ["Y"]


def test_synonyms_of_a_list_lead_to_other_sources(files):
    drugs = with_synonyms([Drug("Gammacillin", "Gammacillin")], read_gdsc_compounds(files["gdsc_compounds"]))
    assert drugs[0].synonyms == ("Epsilonate Hydrochloride", "GC-2")
    facts = compound_facts("repurposing_hub", drugs, read_repurposing_hub(files["repurposing_hub"]))
    assert facts.audit["repurposing_hub"]["by"] == {"synonym of the drug": 1}
    assert "The mechanism of action of Gammacillin is mTOR inhibitor." in texts(facts)


def test_cell_lines_have_the_synonyms_of_their_table(tmp_path):
    lines = read_cell_lines(write_tables(tmp_path) / "cell_lines.parquet")
    assert [line.synonyms for line in lines] == [(), (), (), ("MANY1", "Mny-2")]
