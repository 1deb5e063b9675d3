"""Molecular graphs, conformers and fingerprints of single molecules, against counts and angles by hand and RDKit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem, rdFingerprintGenerator, rdmolops

import clmt.features.conformers
import clmt.features.molecules
from clmt.features.conformers import LARGEST
from clmt.features.fingerprints import morgan_bits
from clmt.features.molecules import bond_angles, featurise_molecule
from clmt.features.vocabulary import ATOM_SIZES, BOND_SIZES, SELF_LOOP, atom_categories

SETTINGS: dict[str, Any] = {"conformers": 2, "conformer_seed": 7, "angle_step_degrees": 1.0}
ETHANOL, BENZENE, CAFFEINE = "CCO", "c1ccccc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"
FLEXIBLE = "CCOCCNCCO"
CARBONYL = "O=C=[Fe](=C=O)(=C=O)(=C=O)=C=O"  # five double bonds at one metal: no distances fit
Featurise = Callable[..., dict[str, Any]]


def ours(smiles: str, **changed: Any) -> dict[str, Any]:
    return featurise_molecule(smiles, **{**SETTINGS, **changed})


@pytest.mark.parametrize(("smiles", "atoms", "bonds"), [("C", 1, 0), (ETHANOL, 3, 2), (BENZENE, 6, 6)])
def test_counts_of_atoms_bonds_and_angles(smiles: str, atoms: int, bonds: int) -> None:
    found = ours(smiles)
    assert found["atoms"].shape == (atoms, len(ATOM_SIZES))
    # Each bond in both directions, and one self-loop an atom.
    assert found["bonds"].shape == (2 * bonds + atoms, len(BOND_SIZES))
    assert found["bond_index"].shape == (2, 2 * bonds + atoms)
    loops = found["bond_index"][0] == found["bond_index"][1]
    assert loops.sum() == atoms
    assert (found["bonds"][loops] == SELF_LOOP).all()
    # At an atom of d bonds, d + 1 rows arrive and as many leave; only a row and itself is no angle.
    degrees = [atom.GetDegree() for atom in Chem.MolFromSmiles(smiles).GetAtoms()]
    assert found["angle"].shape == (sum((degree + 1) ** 2 - 1 for degree in degrees),)
    source, target = found["angle_index"]
    assert (found["bond_index"][1, source] == found["bond_index"][0, target]).all()


def test_categories_of_ethanol_by_hand() -> None:
    """Number, chirality, degree with hydrogens, charge + 5, hydrogens, radicals, SP3 (third), aromatic, ring."""
    expected = [[6, 0, 4, 5, 3, 0, 2, 0, 0], [6, 0, 4, 5, 2, 0, 2, 0, 0], [8, 0, 2, 5, 1, 0, 2, 0, 0]]
    assert ours(ETHANOL)["atoms"].tolist() == expected
    assert ours(ETHANOL)["bonds"].tolist() == [[0, 0, 0]] * 4 + [list(SELF_LOOP)] * 3
    aromatic = ours(BENZENE)
    assert (aromatic["atoms"] == [6, 0, 3, 5, 1, 0, 1, 1, 1]).all()
    assert (aromatic["bonds"][:12] == [3, 0, 1]).all()


@pytest.mark.parametrize("smiles", ["[Og]", "[Na+].[Cl-]", "C[N+](C)(C)C", "[CH3]", "F/C=C\\F", "N[C@@H](C)C(=O)O"])
def test_categories_fit_their_vocabularies(smiles: str) -> None:
    found = ours(smiles)
    assert ((found["atoms"] >= 0) & (found["atoms"] < ATOM_SIZES)).all()
    assert ((found["bonds"] >= 0) & (found["bonds"] < BOND_SIZES)).all()


def test_angles_by_hand() -> None:
    """A square: straight on is 0, a corner 90, back along a bond 180 degrees; a self-loop has no direction."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2, 1, 0]], dtype=float)
    index = np.array([[0, 1, 2, 1, 1], [1, 2, 3, 0, 1]])
    pairs, angle = bond_angles(index, positions, 1.0)
    degrees = np.degrees(angle).round().tolist()
    found = {(into, out): value for into, out, value in zip(*pairs.tolist(), degrees, strict=True)}
    assert found == {(0, 1): 0, (0, 3): 180, (0, 4): 0, (1, 2): 90, (3, 0): 180, (4, 1): 0, (4, 3): 0}
    _, coarse = bond_angles(index[:, :2], np.array([[0, 0, 0], [1, 0, 0], [2, 0.6, 0]]), 5.0)
    assert np.degrees(coarse) == pytest.approx([30.0])  # 30.96 degrees on a grid of 5


@pytest.mark.parametrize(("smiles", "path", "interior"), [(ETHANOL, (0, 1, 2), 109.5), (BENZENE, (0, 1, 2), 120.0)])
def test_angle_of_two_bonds_is_that_of_the_hybridisation(smiles: str, path: tuple[int, ...], interior: float) -> None:
    """Directions of consecutive bonds differ by 180 degrees less the angle between the bonds."""
    found = ours(smiles)
    rows = {pair: row for row, pair in enumerate(zip(*found["bond_index"].tolist(), strict=True))}
    pair = (rows[path[:2]], rows[path[1:]])
    place = list(zip(*found["angle_index"].tolist(), strict=True)).index(pair)
    assert np.degrees(found["angle"][place]) == pytest.approx(180.0 - interior, abs=4.0)
    assert found["bond_length"][rows[path[:2]]] == pytest.approx(1.52 if smiles == ETHANOL else 1.39, abs=0.03)


def check_fingerprints_are_those_of_rdkit(featurise: Featurise) -> None:
    found = featurise(CAFFEINE)
    for radius in (2, 3):
        generator = rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=2048)
        expected = np.array(list(generator.GetFingerprint(Chem.MolFromSmiles(CAFFEINE))), dtype=np.uint8)
        np.testing.assert_array_equal(found[f"morgan{radius}"], expected)
    assert found["morgan3"].sum() > found["morgan2"].sum()


def test_fingerprints_are_those_of_rdkit(monkeypatch: pytest.MonkeyPatch) -> None:
    check_fingerprints_are_those_of_rdkit(ours)
    for wrong in ({2: 3, 3: 3}, {2: 2, 3: 2}):
        monkeypatch.setattr(
            clmt.features.molecules, "morgan_bits", lambda mol, radius, wrong=wrong: morgan_bits(mol, wrong[radius])
        )
        with pytest.raises(AssertionError):
            check_fingerprints_are_those_of_rdkit(ours)


def check_conformers_follow_the_seed(featurise: Featurise) -> None:
    """Fault 7: the same seed gives the same bits, another one another conformer."""
    first = featurise(FLEXIBLE, conformer_seed=7)
    again = featurise(FLEXIBLE, conformer_seed=7)
    for name in ("positions", "angle", "bond_length"):
        assert first[name].tobytes() == again[name].tobytes(), name
    assert not np.array_equal(first["positions"], featurise(FLEXIBLE, conformer_seed=8)["positions"])


def test_conformers_follow_the_seed() -> None:
    def unseeded(smiles: str, **changed: Any) -> dict[str, Any]:
        return ours(smiles, **{**changed, "conformer_seed": -1})  # RDKit takes -1 for a seed of the clock

    def one_seed_for_all(smiles: str, **changed: Any) -> dict[str, Any]:
        return ours(smiles, **{**changed, "conformer_seed": 7})

    check_conformers_follow_the_seed(ours)
    for wrong in (unseeded, one_seed_for_all):
        with pytest.raises(AssertionError):
            check_conformers_follow_the_seed(wrong)


def test_what_cannot_be_embedded_is_drawn_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    metal = ours(CARBONYL)
    assert metal["conformer"] == "2d"
    assert (metal["positions"][:, 2] == 0).all()
    assert (metal["bond_length"][metal["bond_index"][0] != metal["bond_index"][1]] > 0.5).all()
    assert ours(FLEXIBLE)["conformer"] == "3d"
    for none in ([], [-1]):
        monkeypatch.setattr(AllChem, "EmbedMultipleConfs", lambda *_, none=none: none)
        assert ours(FLEXIBLE)["conformer"] == "3d"  # from random coordinates
    monkeypatch.setattr(AllChem, "EmbedMolecule", lambda *_: -1)
    assert ours(FLEXIBLE)["conformer"] == "2d"


@pytest.mark.parametrize(
    "smiles",
    ["C" * 200, "C" * 600, ".".join("O" * 400), "NCC(=O)" * 60 + "O", "C1CCCCC1" * 60],
    ids=["chain", "longest chain", "waters", "peptide", "rings"],
)
def test_a_giant_is_drawn_without_a_conformer(monkeypatch: pytest.MonkeyPatch, smiles: str) -> None:
    def sought(*_: Any) -> list[int]:
        raise AssertionError("a conformer is sought, which takes minutes")

    monkeypatch.setattr(AllChem, "EmbedMultipleConfs", sought)
    found = ours(smiles)
    assert found["conformer"] == "2d"
    assert np.isfinite(found["positions"]).all()
    assert len(found["atoms"]) == Chem.MolFromSmiles(smiles).GetNumAtoms()
    with pytest.raises(AssertionError, match="takes minutes"):
        ours("C" * LARGEST)


def test_what_takes_too_long_to_embed_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clmt.features.conformers, "LARGEST", 1000)
    monkeypatch.setattr(clmt.features.conformers, "SECONDS", 1)
    assert ours("NCC(=O)" * 45 + "O", conformers=50)["conformer"] == "2d"
    assert ours(FLEXIBLE)["conformer"] == "3d"


def check_order_of_atoms_does_not_matter(featurise: Featurise) -> None:
    """A renumbered molecule has the same rows in another order: no feature depends on an atom's place."""
    molecule = Chem.MolFromSmiles(CAFFEINE)
    order = np.random.default_rng(1).permutation(molecule.GetNumAtoms()).tolist()
    other = Chem.MolToSmiles(rdmolops.RenumberAtoms(molecule, order), canonical=False)
    first, second = featurise(CAFFEINE), featurise(other)
    assert other != CAFFEINE
    for name in ("atoms", "bonds"):
        assert Counter(map(tuple, first[name].tolist())) == Counter(map(tuple, second[name].tolist())), name
    for name in ("morgan2", "morgan3"):
        np.testing.assert_array_equal(first[name], second[name])
    assert first["scaffold"] == second["scaffold"]
    assert first["angle"].shape == second["angle"].shape


def test_order_of_atoms_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_place(atom: Any) -> tuple[int, ...]:
        number, *rest = atom_categories(atom)
        return (number + atom.GetIdx() % 2, *rest)

    check_order_of_atoms_does_not_matter(ours)
    monkeypatch.setattr(clmt.features.molecules, "atom_categories", with_place)
    with pytest.raises(AssertionError):
        check_order_of_atoms_does_not_matter(ours)
