"""What GDSC's list says about a drug."""

from __future__ import annotations

from clmt.reading.compounds import read_gdsc_compounds
from clmt.text.entities import Drug
from clmt.text.sources.repurposing_hub import compound_facts
from tests.helpers.text_sources import (
    ALPHA,
    texts,
)


def test_rows_of_one_compound_are_joined_and_other_is_no_pathway(files):
    compounds = read_gdsc_compounds(files["gdsc_compounds"])
    assert [c.record_id for c in compounds] == ["7", "9"]
    facts = compound_facts("gdsc_compounds", [ALPHA, Drug("G", "GC-2")], compounds)
    assert texts(facts) == [
        "Alphanib is also known as AB-001 and Alpha One.",
        "Alphanib acts on ALK5 and KIT.",
        "The target pathway of Alphanib is RTK signaling.",
        "GC-2 is also known as Gammacillin and Epsilonate Hydrochloride.",
        "GC-2 acts on MTORC1.",
    ]
