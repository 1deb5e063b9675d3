"""What makes two drug names one drug: the structure without its salt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.tables.counter_ions import counter_ion_keys

if TYPE_CHECKING:
    from rdkit import Chem

__all__ = [
    "MOST_ATOMS",
    "Structure",
    "check_inchikey",
    "parse_smiles",
    "skeleton_key",
    "standardise",
    "structure_of",
]

METALS = frozenset([*range(21, 31), *range(39, 49), *range(57, 81)])
"""Transition metals and lanthanides: their complexes are written in pieces and lose their meaning without the metal."""

MOST_ATOMS = 1000
"""Of a structure: no small molecule has as many, and InChI takes no more than 1,023."""
INCHI = "-W20"
"""Option of InChI: seconds after which it gives up on numbering the atoms of a large symmetric cage."""


@dataclass(frozen=True)
class Structure:
    """Salt-stripped canonical isomeric SMILES, its standard InChIKey, and the fragments that were taken off.

    Of these, ``unlisted`` are organic, no counter-ions that are known, and unlike the rest: another drug, perhaps.
    """

    smiles: str
    inchikey: str
    removed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


def parse_smiles(smiles: str, name: str, source: str = "") -> Chem.Mol:
    """Parse a SMILES that a user or a source gave for the drug ``name``, of the file ``source``.

    RDKit itself stops at a blank, which begins a name there, and at a letter that is not ASCII: what is left may be
    another molecule. Such a SMILES is refused, and so are atoms of number 0, which stand for any atom, and more than
    `MOST_ATOMS` atoms.

    Raises
    ------
    ClmtError
        One line with the drug, the SMILES and the reason.
    """
    from rdkit import Chem, rdBase

    drug = f"{source}: drug {name!r}" if source else f"Drug {name!r}"
    text = smiles.strip(" \t\r\n") if isinstance(smiles, str) else ""
    if not text:
        raise ClmtError(f"{drug} has an empty SMILES! got: {smiles!r}, expected a structure such as 'CCO'")
    odd = next((letter for letter in text if not "!" <= letter <= "~"), None)
    if odd is not None:
        raise ClmtError(
            f"{drug}: its SMILES holds {_letter(odd)}! got: {text!r:.300}, expected printable ASCII without blanks. "
            "Correct the structure or leave the drug out"
        )
    with rdBase.BlockLogs():
        size = _atoms(text)  # before rings and aromaticity are looked for, which takes long in a giant
        if size > MOST_ATOMS:
            raise ClmtError(
                f"{drug}: its structure is too large! got: {size:,} atoms, expected: at most {MOST_ATOMS:,}. Leave the "
                "drug out (exclude_drugs)"
            )
        molecule = Chem.MolFromSmiles(text)
        if molecule is None or molecule.GetNumAtoms() == 0:
            raise ClmtError(
                f"{drug}: RDKit refuses its SMILES ({_reason(text)})! got: {text!r:.300}, expected a valid structure. "
                "Correct it or leave the drug out"
            )
    if any(atom.GetAtomicNum() == 0 for atom in molecule.GetAtoms()):
        raise ClmtError(f"{drug}: its SMILES has an atom of no element! got: {text!r:.300}, expected a whole molecule")
    for atom in molecule.GetAtoms():
        atom.SetAtomMapNum(0)  # the numbers of a reaction's atoms: the same compound
    return molecule


def _atoms(smiles: str) -> int:
    from rdkit import Chem

    molecule: Chem.Mol | None = Chem.MolFromSmiles(smiles, sanitize=False)
    return 0 if molecule is None else molecule.GetNumAtoms()


def _letter(letter: str) -> str:
    return "a blank" if letter.isspace() else f"the character {letter!a}"


def _reason(smiles: str) -> str:
    """Say what RDKit holds against a SMILES: its first chemistry problem, or that it does not even parse."""
    from rdkit import Chem

    molecule: Chem.Mol | None = Chem.MolFromSmiles(smiles, sanitize=False)
    if molecule is None:
        return "not SMILES grammar"
    problems = [problem.Message() for problem in Chem.DetectChemistryProblems(molecule)]
    return problems[0] if problems else "no atoms"


def standardise(molecule: Chem.Mol) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the drug among the fragments, neutralised where a counter-ion was taken off, and the other fragments.

    The drug is the largest organic fragment that is no counter-ion of the list, or the largest of all organic ones
    where all are on it. A single fragment is left as it is, charges included; so is anything with a transition metal
    and anything without an organic fragment. Sizes are compared by heavy atoms, then by weight, then by SMILES.
    """
    from rdkit import Chem
    from rdkit.Chem.MolStandardize import rdMolStandardize
    from rdkit.Chem.rdMolDescriptors import CalcExactMolWt

    pieces = list(Chem.GetMolFrags(molecule, asMols=True))
    metal = any(atom.GetAtomicNum() in METALS for atom in molecule.GetAtoms())
    organic = [piece for piece in pieces if _is_organic(piece)]
    if len(pieces) == 1 or metal or not organic:
        return molecule, ()
    ranked = sorted(
        organic,
        key=lambda piece: (
            _skeleton(piece) not in counter_ion_keys(),
            piece.GetNumHeavyAtoms(),
            CalcExactMolWt(piece),
            Chem.MolToSmiles(piece),
        ),
    )
    parent = ranked[-1]
    removed = sorted(Chem.MolToSmiles(piece) for piece in pieces if piece is not parent)
    return rdMolStandardize.Uncharger().uncharge(parent), tuple(removed)


def _is_organic(molecule: Chem.Mol) -> bool:
    return any(atom.GetAtomicNum() == 6 for atom in molecule.GetAtoms())


def _skeleton(molecule: Chem.Mol) -> str:
    from rdkit import Chem

    return skeleton_key(Chem.MolToInchiKey(molecule, options=INCHI))


def _unlisted(removed: tuple[str, ...], inchikey: str) -> tuple[str, ...]:
    """Fragments that are organic, no known counter-ions, and not the drug once more; each once."""
    from rdkit import Chem

    known = counter_ion_keys() | {skeleton_key(inchikey)}
    pieces = {smiles: Chem.MolFromSmiles(smiles) for smiles in removed}
    return tuple(smiles for smiles, piece in pieces.items() if _is_organic(piece) and _skeleton(piece) not in known)


def structure_of(smiles: str, name: str, inchikey: str | None = None) -> Structure:
    """Identity of a drug: SMILES and InChIKey after salts are stripped.

    Raises
    ------
    ClmtError
        Where RDKit refuses the SMILES, and where an ``inchikey``, of the whole compound, is given that is another's.
    """
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecule = parse_smiles(smiles, name)
        parent, removed = standardise(molecule)
        own = Chem.MolToInchiKey(_without_dative_bonds(parent), options=INCHI)
        if not own:
            raise ClmtError(f"Drug {name!r} has a structure without an InChIKey! got: {smiles!r:.300}")
        whole = own if parent is molecule else Chem.MolToInchiKey(_without_dative_bonds(molecule), options=INCHI)
        if inchikey and skeleton_key(whole) != skeleton_key(inchikey.strip()):
            raise ClmtError(
                f"Drug {name!r}: its SMILES and its InChIKey are two compounds! got: {smiles!r:.300} ({whole}) and "
                f"{inchikey!r}, expected one. Look the name up again with 'clmt pubchem'"
            )
        return Structure(Chem.MolToSmiles(parent), own, removed, _unlisted(removed, own))


def check_inchikey(molecule: Chem.Mol, name: str, inchikey: str, source: str) -> None:
    """Refuse the structure of a drug in the table ``source`` whose InChIKey is another compound's."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        found = Chem.MolToInchiKey(_without_dative_bonds(molecule), options=INCHI)
    if skeleton_key(found) != skeleton_key(inchikey):
        raise ClmtError(
            f"{source}: drug {name!r}: its SMILES and its InChIKey are two compounds! got: {inchikey!r}, expected: "
            f"{found!r}. Make the table with 'clmt tables'"
        )


def _without_dative_bonds(molecule: Chem.Mol) -> Chem.Mol:
    """InChI knows no dative bonds: a complex is described by its parts, however its SMILES draws it."""
    from rdkit import Chem

    editable = Chem.RWMol(molecule)
    for bond in list(molecule.GetBonds()):
        if bond.GetBondType() == Chem.BondType.DATIVE:
            editable.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    return editable.GetMol() if editable.GetNumBonds() < molecule.GetNumBonds() else molecule


def skeleton_key(inchikey: str) -> str:
    """First block of an InChIKey: the connectivity, without stereochemistry and protonation."""
    return inchikey.split("-", 1)[0]
