"""What is written about a drug, and how its names are matched."""

from __future__ import annotations

import pytest

from clmt.acquire.look_ups import Record
from clmt.errors import ClmtError
from clmt.reading.compounds import Compound, read_ccle_profiling, read_gdsc_compounds, read_repurposing_hub
from clmt.reading.names import Match, Named, NameIndex, name_key, name_keys, split_names
from clmt.reading.targets import map_targets, read_aliases, read_drug_synonyms, read_pathway_labels
from clmt.text.build import Terms, to_sentences
from clmt.text.entities import CellLine, Drug, match_drugs, with_synonyms
from clmt.text.facts import Fact, Part
from clmt.text.leakage import drop_leaks
from clmt.text.sources.gene_summary import GeneText, read_gene_summaries, target_gene_facts
from clmt.text.sources.ncit import definition_facts, read_concepts
from clmt.text.sources.pubchem import prose_facts
from clmt.text.sources.reactome import pathway_summary_facts
from clmt.text.sources.repurposing_hub import compound_facts
from tests.helpers.text_sources import write_sources

ALPHA = Drug("Alphanib", "Alphanib", targets=("ALK5", "KIT"), pathways=("RTK signaling",), symbols=("TGFBR1", "KIT"))


@pytest.fixture
def files(tmp_path):
    return write_sources(tmp_path)


def texts(facts):
    return [fact.text for fact in facts.rows]


def test_names_are_letters_and_digits_with_salts_and_brackets_stripped():
    assert name_key("PF-2341066 (β)") == "pf2341066beta"
    assert name_keys("Obatoclax Mesylate") == ["obatoclaxmesylate", "obatoclax"]
    assert name_keys("Bleomycin (50 uM)") == ["bleomycin50um", "bleomycin"]
    assert name_keys("(5Z)-7-Oxozeaenol") == ["5z7oxozeaenol"]
    assert name_keys("AR") == []
    assert name_keys("1234") == []
    assert split_names("Alpha, 1,2-beta;gamma|none") == ["Alpha", "1,2-beta", "gamma"]


def test_the_stricter_agreement_decides():
    index = NameIndex.of([Named("1", "Alphanib", ("Betamide",)), Named("2", "Betamide"), Named("3", "Betamide sodium")])
    assert index.find("betamide") == Match("2", (), "name")
    assert index.find("Betamide (10 uM)") == Match("2", (), "name")
    assert index.find("Betamide Sodium").record_id == "3"
    assert index.find("unknown", title="Alphanib") == Match("1", (), "title")
    assert index.find("unknown", ["ALPHA-NIB"]) == Match("1", (), "synonym of the drug")
    assert index.find("unknown") == Match()


def test_an_ambiguous_name_is_listed_and_not_guessed():
    drugs = [Drug("X", "X-100", synonyms=("Alphanib", "Betamide")), Drug("Y", "Zeta")]
    matched, audit = match_drugs(drugs, [Named("1", "Alphanib"), Named("2", "Betamide")])
    assert matched == {}
    assert audit["ambiguous"] == {"X": ["1", "2"]}
    assert audit["unmatched"] == ["Y"]


def test_the_hub_tells_mechanism_targets_and_indication(files):
    facts = compound_facts("repurposing_hub", [ALPHA], read_repurposing_hub(files["repurposing_hub"]))
    assert texts(facts) == [
        "The mechanism of action of Alphanib is ALK5 inhibitor and RTK inhibitor.",
        "Alphanib acts on TGFBR1 and KIT.",
        "Alphanib is indicated for lung cancer and skin cancer.",
    ]
    assert [fact.part for fact in facts.rows] == [Part.MECHANISM, Part.TARGETS, Part.INDICATION]


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


def test_the_profile_table_is_read_with_its_blanks_and_bytes(files):
    compounds = read_ccle_profiling(files["ccle_profiling"])
    assert [c.name for c in compounds] == ["AB-001", "Deltamab"]
    assert compounds[1].mechanisms == ("Zinc – binder",)
    assert compounds[0].mechanisms == ("ALK5 Inhibitor", "kinase inhibitor")


def test_synonyms_of_a_list_lead_to_other_sources(files):
    drugs = with_synonyms([Drug("Gammacillin", "Gammacillin")], read_gdsc_compounds(files["gdsc_compounds"]))
    assert drugs[0].synonyms == ("Epsilonate Hydrochloride", "GC-2")
    facts = compound_facts("repurposing_hub", drugs, read_repurposing_hub(files["repurposing_hub"]))
    assert facts.audit["repurposing_hub"]["by"] == {"synonym of the drug": 1}
    assert "The mechanism of action of Gammacillin is mTOR inhibitor." in texts(facts)


def test_definitions_skip_retired_concepts_and_regimens(files):
    concepts = read_concepts(files["ncit_flat"])
    assert [c.code for c in concepts] == ["C1", "C4"]
    assert texts(definition_facts([ALPHA], concepts)) == ["An inhibitor of ALK5.", "It is oral.", "Third."]


def test_genes_of_the_first_three_targets_that_the_source_knows(files):
    genes = read_gene_summaries(files["gene_summary"], files["gene_info"])
    assert genes == {"TGFBR1": ("1", ["A receptor of TGF.", "It signals."])}  # KIT's is empty, MTOR's is the mouse's
    many = Drug("D", "D", symbols=("A", "B", "C", "D", "E"))
    known = {symbol: GeneText(symbol, [f"About {symbol}.", "More."]) for symbol in "BCDE"}
    facts = target_gene_facts("uniprot", [many, Drug("N", "N", symbols=("Z",))], known)
    assert texts(facts)[:2] == ["Target B: About B.", "More."]
    assert {fact.record_id for fact in facts.rows} == {"B", "C", "D"}
    assert facts.audit["uniprot"]["targets without a summary"] == ["N"]


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


def test_synonyms_are_other_names_of_the_one_compound():
    others = ("17-AAG", "17 AAG", "tanespimycin", "Tanespimycin Mesylate", "Tanespimycin and BMS-722782", "KOS-953")
    compound = Compound("1", "Tanespimycin", synonyms=(*others, "CP-127374", "NSC-330507"))
    facts = compound_facts("gdsc_compounds", [Drug("T", "Tanespimycin")], [compound])
    assert texts(facts) == ["Tanespimycin is also known as 17-AAG, KOS-953 and CP-127374."]


def test_one_list_of_synonyms_speaks_and_the_others_are_kept_as_repeats():
    facts = [
        Fact("T", Part.IDENTITY, f"T is also known as {name}.", source, "1", other_names=(name,))
        for source, name in (("repurposing_hub", "A"), ("ccle_profiling", "B"), ("gdsc_compounds", "C"))
    ]
    terms = {fact.source: Terms("own", "2020-01-01") for fact in facts}
    for count in (1, 2, 3):
        rows, repeated = to_sentences(facts[3 - count :], ["T"], terms)
        assert [row.repeats for row in rows] == [False, True, True][:count]
        assert repeated == {}


def test_the_summary_of_the_target_pathway():
    facts = pathway_summary_facts([ALPHA], {"rtk signaling": "R-HSA-1"}, {"R-HSA-1": "RTKs"}, {"R-HSA-1": ["Text."]})
    assert texts(facts) == ["Alphanib acts in the pathway RTKs.", "Text."]
    assert pathway_summary_facts([ALPHA], {"rtk signaling": "R-HSA-1"}, {}, {"R-HSA-1": ["Text."]}).rows == []


def test_prose_of_look_ups_is_cut_and_dated():
    records = {"Alphanib": [Record("CID 11", "One (PubMed:1). Two. Three.", "2026-01-02", kind="description")]}
    facts = prose_facts("pubchem", [ALPHA], records, {"description": Part.DEFINITION})
    assert [(fact.text, fact.retrieved) for fact in facts.rows] == [("One.", "2026-01-02"), ("Two.", "2026-01-02")]


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("It inhibited growth of KM 12 cells with an IC50 of 3 nM.", ["KM 12"]),
        ("SET cells are sensitive.", ["SET"]),
        ("A set of sensitive assays.", []),  # an English word is no cell line
        ("KM-12 was cultured.", []),  # nothing about a response
        ("Highly potent against KM-120 and resistant lines.", []),  # another cell line
        ("Calu-6 cells were resistant to Erlotinib.", ["Calu-6"]),
        ("The drug inhibited tumor cell growth in A-549.", ["A-549"]),
        ("The IC 50 in a549 was 3 nM, the GI(50) more.", ["a549"]),
        ("Growth of km12 was strongly inhibited.", ["km12"]),
        ("It was cytotoxic to 5637 cells.", ["5637"]),
        ("It was cytotoxic to the cell line 5637.", ["cell line 5637"]),
        ("The IC50 was 5637 nM.", []),
        ("TT cells respond.", ["TT"]),
        ("The enzyme TT is sensitive to zinc.", []),
        ("A549 is an inhibitor of growth factor receptors.", []),
    ],
)
def test_a_drug_text_that_tells_the_response_of_a_cell_line_is_a_leak(text, leaks):
    cells = [CellLine("1", "KM-12"), CellLine("2", "SET"), CellLine("3", "TT")]
    cells += [CellLine("4", "CALU6"), CellLine("5", "A549"), CellLine("6", "5637")]
    kept, found = drop_leaks("drug", [Fact("Alphanib", Part.DEFINITION, text, "ncit", "C1")], cells, [ALPHA])
    assert [row["name"] for row in found] == leaks
    assert len(kept) == (0 if leaks else 1)


@pytest.mark.parametrize(
    ("reader", "content", "message"),
    [
        (read_repurposing_hub, b"!x\npert_iname\ttarget\na\tb\n", "missing column moa"),
        (read_gdsc_compounds, b"DRUG_ID,DRUG_NAME\n", "got: 1 lines"),
        (read_ccle_profiling, b"<html>gone</html>", "web page"),
    ],
)
def test_a_changed_layout_is_refused_by_name(tmp_path, reader, content, message):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=message) as caught:
        reader(path)
    assert "list.txt" in str(caught.value)
