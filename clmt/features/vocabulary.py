"""Categories of the atom and bond features, in the order in which they are embedded (METHOD: molecular graph).

Each vocabulary ends with a catch-all, so that a new drug's rare atom is represented rather than refused.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ATOM_SIZES", "BOND_SIZES", "SELF_LOOP", "atom_categories", "bond_categories"]

ATOM_SIZES: tuple[int, ...] = (119, 5, 12, 12, 10, 6, 6, 2, 2)
BOND_SIZES: tuple[int, ...] = (5, 6, 2)
# A self-loop is no chemical bond: "other" type, no stereo, not conjugated.
SELF_LOOP: tuple[int, ...] = (4, 0, 0)

CHIRALITY = ("CHI_UNSPECIFIED", "CHI_TETRAHEDRAL_CW", "CHI_TETRAHEDRAL_CCW", "CHI_OTHER")
HYBRIDISATION = ("SP", "SP2", "SP3", "SP3D", "SP3D2")
BOND_TYPE = ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC")
BOND_STEREO = ("STEREONONE", "STEREOZ", "STEREOE", "STEREOCIS", "STEREOTRANS")


def _place(value: Any, choices: tuple[str, ...]) -> int:
    """Position of a category's name; the place after the last one is "anything else"."""
    name = str(value)
    return choices.index(name) if name in choices else len(choices)


def atom_categories(atom: Any) -> tuple[int, ...]:
    """Nine categories of an RDKit atom: number, chirality, degree, charge, H, radicals, hybrid, aromatic, ring."""
    return (
        min(atom.GetAtomicNum(), 118),
        _place(atom.GetChiralTag(), CHIRALITY),
        min(atom.GetTotalDegree(), 11),
        min(max(atom.GetFormalCharge() + 5, 0), 11),
        min(atom.GetTotalNumHs(), 9),
        min(atom.GetNumRadicalElectrons(), 5),
        _place(atom.GetHybridization(), HYBRIDISATION),
        int(atom.GetIsAromatic()),
        int(atom.IsInRing()),
    )


def bond_categories(bond: Any) -> tuple[int, ...]:
    """Three categories of an RDKit bond: type, stereo, conjugated."""
    return (
        _place(bond.GetBondType(), BOND_TYPE),
        _place(bond.GetStereo(), BOND_STEREO),
        int(bond.GetIsConjugated()),
    )
