from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.tables.corrections import CORRECTIONS
from clmt.tables.identity import parse_smiles, skeleton_key, structure_of

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


def test_corrections_replace_another_structure():
    for name, correction in CORRECTIONS.items():
        assert structure_of(correction.smiles, name).inchikey != correction.wrong
    assert structure_of(CORRECTIONS["TKI258"].smiles, "TKI258").inchikey == "PIQCTGMSNWUMAF-UHFFFAOYSA-N"
