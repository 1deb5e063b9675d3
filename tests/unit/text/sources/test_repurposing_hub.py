"""What lists of compounds say: the Hub's, and what all have in common."""

from __future__ import annotations

from clmt.reading.compounds import Compound, read_repurposing_hub
from clmt.text.entities import Drug
from clmt.text.facts import Part
from clmt.text.sources.repurposing_hub import compound_facts
from tests.helpers.text_sources import (
    ALPHA,
    texts,
)


def test_the_hub_tells_mechanism_targets_and_indication(files):
    facts = compound_facts("repurposing_hub", [ALPHA], read_repurposing_hub(files["repurposing_hub"]))
    assert texts(facts) == [
        "The mechanism of action of Alphanib is ALK5 inhibitor and RTK inhibitor.",
        "Alphanib acts on TGFBR1 and KIT.",
        "Alphanib is indicated for lung cancer and skin cancer.",
    ]
    assert [fact.part for fact in facts.rows] == [Part.MECHANISM, Part.TARGETS, Part.INDICATION]


def test_synonyms_are_other_names_of_the_one_compound():
    others = ("17-AAG", "17 AAG", "tanespimycin", "Tanespimycin Mesylate", "Tanespimycin and BMS-722782", "KOS-953")
    compound = Compound("1", "Tanespimycin", synonyms=(*others, "CP-127374", "NSC-330507"))
    facts = compound_facts("gdsc_compounds", [Drug("T", "Tanespimycin")], [compound])
    assert texts(facts) == ["Tanespimycin is also known as 17-AAG, KOS-953 and CP-127374."]
