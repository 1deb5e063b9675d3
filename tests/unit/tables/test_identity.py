from __future__ import annotations

import pytest
from rdkit import Chem

from clmt.errors import ClmtError
from clmt.tables.corrections import CORRECTIONS
from clmt.tables.counter_ions import COUNTER_IONS, counter_ion_keys
from clmt.tables.identity import INCHI, parse_smiles, skeleton_key, structure_of

ETHANOL = "LFQSCWFLJHTTHZ-UHFFFAOYSA-N"


@pytest.mark.parametrize("smiles", ["OCC", "C(O)C", "[CH3][CH2][OH]", "CCO.Cl", "CC[O-].[Na+]", " CCO "])
def test_spellings_and_salts_are_one_structure(smiles):
    structure = structure_of(smiles, "ethanol")
    assert structure.smiles == "CCO"
    assert structure.inchikey == ETHANOL


def test_the_largest_organic_fragment_stays_and_the_rest_is_told():
    structure = structure_of("CCCCN.OS(=O)(=O)O.OC=O.O", "a salt")
    assert structure.smiles == "CCCCN"
    assert structure.removed == ("O", "O=CO", "O=S(=O)(O)O")


def test_an_inorganic_counter_ion_larger_than_the_drug_does_not_win():
    assert structure_of("CN.F[P-](F)(F)(F)(F)F", "x").smiles == "CN"


HYDROXYZINE = "OCCOCCN1CCN(CC1)C(c1ccccc1)c1ccc(Cl)cc1"
IMIPRAMINE = "CN(C)CCCN1c2ccccc2CCc2ccccc21"
METFORMIN = "CN(C)C(=N)NC(=N)N"
PAMOATE = "O=C([O-])c1cc2ccccc2c(Cc2c(O)c(C(=O)[O-])cc3ccccc23)c1O"
DOCUSATE = "CCCCC(CC)COC(=O)CC(C(=O)OCC(CC)CCCC)S(=O)(=O)O"
XINAFOATE = "OC(=O)c1ccc2ccccc2c1O"


@pytest.mark.parametrize(
    ("smiles", "key"),
    [
        (f"{HYDROXYZINE}.{PAMOATE}", "ZQDWXGKKHFNSQK"),
        (f"{IMIPRAMINE}.{IMIPRAMINE}.{PAMOATE}", "BCGWQEUPMDMJNV"),
        (f"{METFORMIN}.{DOCUSATE}", "XZWYZXLIPXDOLR"),
        (f"{METFORMIN}.{XINAFOATE}", "XZWYZXLIPXDOLR"),
        (f"{METFORMIN}.CCCCCCCCCCCCOS(=O)(=O)[O-]", "XZWYZXLIPXDOLR"),
        (f"{METFORMIN}.OC[C@@H](O)[C@@H](O[C@H]1OC(CO)C(O)C(O)C1O)[C@H](O)[C@@H](O)C(O)=O.O", "XZWYZXLIPXDOLR"),
        ("OC(=O)/C=C/C(=O)O.CN", "BAVYZALUXZFZLV"),
        ("OC(=O)/C=C\\C(=O)[O-].C[NH3+]", "BAVYZALUXZFZLV"),
        ("CNC[C@H](O)[C@@H](O)[C@H](O)[C@H](O)CO.O=C(O)c1ccco1", "SMNDYUVBFMFKNZ"),
    ],
)
def test_a_counter_ion_larger_than_the_drug_does_not_win(smiles, key):
    """The largest fragment would make one drug of all pamoates."""
    structure = structure_of(smiles, "x")
    assert skeleton_key(structure.inchikey) == key
    assert structure.unlisted == ()


def test_among_counter_ions_alone_the_largest_is_the_drug():
    assert structure_of("NCCO.OC(=O)c1ccccc1O", "choline salicylate and the like").smiles == "O=C(O)c1ccccc1O"
    assert structure_of("CC(=O)[O-].[Na+]", "sodium acetate").smiles == "CC(=O)O"


def test_a_second_compound_that_is_no_counter_ion_is_told():
    trimethoprim, sulfamethoxazole = "COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC", "Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1"
    structure = structure_of(f"{sulfamethoxazole}.{trimethoprim}.O.CC(=O)O", "co-trimoxazole")
    assert structure.smiles == trimethoprim
    assert structure.unlisted == (sulfamethoxazole,)
    assert structure_of(f"{trimethoprim}.{trimethoprim}.O.Cl", "hydrate").unlisted == ()


def test_counter_ions_are_distinct_and_whole():
    keys = {name: structure_of(smiles, name).inchikey for name, smiles in COUNTER_IONS.items()}
    assert {skeleton_key(key) for key in keys.values()} == counter_ion_keys()
    assert len(counter_ion_keys()) == len(COUNTER_IONS)
    assert not any("." in smiles for smiles in COUNTER_IONS.values())


def test_stereochemistry_is_kept():
    left, right = structure_of("C[C@H](N)C(=O)O", "L"), structure_of("C[C@@H](N)C(=O)O", "D")
    assert left.inchikey != right.inchikey
    assert skeleton_key(left.inchikey) == skeleton_key(right.inchikey) == "QNAYBMKLOCPYGJ"
    assert "@" in left.smiles


@pytest.mark.parametrize("smiles", ["[NH3][Pt]([NH3])(Cl)Cl", "N.N.[Cl-].[Cl-].[Pt+2]", "O=C(O)C(=O)O.NCCN.[Pt+2]"])
def test_metal_complexes_are_not_taken_apart(smiles):
    structure = structure_of(smiles, "platin")
    assert "Pt" in structure.smiles
    assert structure.removed == ()


def test_a_complex_is_one_structure_with_and_without_drawn_bonds():
    assert structure_of("N.N.Cl[Pt]Cl", "a").inchikey == structure_of("[NH3][Pt]([NH3])(Cl)Cl", "b").inchikey


def test_a_charge_stays_without_a_counter_ion():
    assert structure_of("C[N+](C)(C)CCO.[Cl-]", "choline").smiles == "C[N+](C)(C)CCO"
    assert structure_of("CC(=O)[O-]", "acetate").smiles == "CC(=O)[O-]"


@pytest.mark.parametrize("smiles", ["C(C", "c1ccc", "C(C)(C)(C)(C)C", "not a drug", "", "  "])
def test_bad_smiles_name_the_drug(smiles):
    with pytest.raises(ClmtError, match="'Badumab'") as error:
        parse_smiles(smiles, "Badumab")
    assert "\n" not in str(error.value)
    assert repr(smiles.strip()) in str(error.value) or repr(smiles) in str(error.value)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CC(=O) Oc1ccccc1C(=O)O", "holds a blank"),
        ("A CCO", "holds a blank"),
        ("CCO\tethanol", "holds a blank"),
        ("CC\nO", "holds a blank"),
        ("C\u0421", r"holds the character '\\u0421'"),
        ("CC\u00a0O", "holds a blank"),
        ("CC\0O", r"holds the character '\\x00'"),
        ("CCO |$_AP1;;$|", "holds a blank"),
        ("*CC*", "an atom of no element"),
        ("[*]C", "an atom of no element"),
    ],
)
def test_what_rdkit_would_cut_or_leave_open_is_refused(smiles, reason):
    with pytest.raises(ClmtError, match=f"Drug 'x'.* {reason}! got: "):
        structure_of(smiles, "x")


def test_the_reason_of_a_bad_valence_is_given():
    with pytest.raises(ClmtError, match="valence"):
        parse_smiles("C(C)(C)(C)(C)C", "five bonds")


@pytest.mark.parametrize(
    "smiles",
    ["C" * 1001, "C" * 50_000, ".".join("C" * 5_000), "C1CC1" * 4_000, "C(" * 20_000 + "C" + ")" * 20_000, "O" * 1001],
    ids=["chain", "longer chain", "dots", "rings", "brackets", "oxygens"],
)
def test_giants_are_refused_by_name(smiles):
    with pytest.raises(
        ClmtError, match=r"Drug 'Giant': its structure is too large! got: [0-9,]+ atoms, expected: at most"
    ):
        structure_of(smiles, "Giant")
    with pytest.raises(ClmtError, match="its structure is too large"):
        parse_smiles(smiles, "Giant")


@pytest.mark.parametrize(
    "smiles", ["C" * 1000, "NCC(=O)" * 200 + "O", "C1CCCCC1" * 160], ids=["chain", "peptide", "rings"]
)
def test_what_inchi_still_takes_has_a_structure(smiles):
    assert len(structure_of(smiles, "x").inchikey) == 27


def test_a_limit_of_time_leaves_inchikeys_as_they_are():
    for smiles in [*COUNTER_IONS.values(), "C[C@H](N)C(=O)O", "F/C=C\\F", "C[N+](C)(C)CCO"]:
        molecule = Chem.MolFromSmiles(smiles)
        assert Chem.MolToInchiKey(molecule, options=INCHI) == Chem.MolToInchiKey(molecule)


def test_errors_cut_a_long_smiles():
    with pytest.raises(ClmtError) as error:
        parse_smiles("C(" * 9_000, "x")
    assert len(str(error.value)) < 600


def test_corrections_replace_another_structure():
    for name, correction in CORRECTIONS.items():
        assert structure_of(correction.smiles, name).inchikey != correction.wrong
    assert structure_of(CORRECTIONS["TKI258"].smiles, "TKI258").inchikey == "PIQCTGMSNWUMAF-UHFFFAOYSA-N"


def test_numbers_of_a_reactions_atoms_are_left_out():
    assert structure_of("[CH3:1][CH2:2][OH:3]", "ethanol").smiles == "CCO"
    assert Chem.MolToSmiles(parse_smiles("[CH3:1]O", "methanol")) == "CO"


@pytest.mark.parametrize("name", ["mannitol and sorbitol", "tetraphenylborate", "gallic acid", "pyroglutamic acid"])
def test_a_listed_counter_ion_is_taken_off_a_small_drug(name):
    assert structure_of(f"{METFORMIN}.{COUNTER_IONS[name]}", "x").inchikey == structure_of(METFORMIN, "x").inchikey
