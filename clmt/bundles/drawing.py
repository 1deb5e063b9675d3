"""The atoms of a molecule: which bits of the fingerprint rest on each, and what each adds, drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clmt.features.fingerprints import BITS
from clmt.tables.identity import parse_smiles

__all__ = ["bits_without_atoms", "draw_atoms"]

_RED, _BLUE = np.array([0.84, 0.19, 0.15]), np.array([0.13, 0.40, 0.67])


def bits_without_atoms(smiles: str, radius: int) -> np.ndarray:
    """Fingerprint bits that stay when one atom after the other is taken away, uint8 (n, 2048) of 0 and 1.

    A bit stays where one of its environments does not hold the atom, and 1 where the molecule does not have it.
    """
    from rdkit.Chem import rdFingerprintGenerator, rdmolops

    molecule = parse_smiles(smiles, smiles)
    found = rdFingerprintGenerator.AdditionalOutput()
    found.AllocateBitInfoMap()
    rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=BITS).GetFingerprint(
        molecule, additionalOutput=found
    )
    distance = rdmolops.GetDistanceMatrix(molecule)
    stays = np.ones((molecule.GetNumAtoms(), BITS), dtype=np.uint8)
    for bit, places in found.GetBitInfoMap().items():
        holds = np.all([distance[centre] <= reach for centre, reach in places], axis=0)
        stays[holds, bit] = 0
    return stays


def draw_atoms(smiles: str, values: Sequence[float]) -> str:
    """SVG of a molecule: red atoms raise the prediction, blue ones lower it, the strongest in full colour."""
    from rdkit.Chem.Draw import rdMolDraw2D

    molecule = parse_smiles(smiles, smiles)
    strongest = max((abs(value) for value in values), default=0.0) or 1.0
    shades = {
        atom: tuple(float(part) for part in 1 - abs(value) / strongest * (1 - (_RED if value > 0 else _BLUE)))
        for atom, value in enumerate(values)
    }
    drawing = rdMolDraw2D.MolDraw2DSVG(500, 400)
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawing, molecule, highlightAtoms=list(shades), highlightAtomColors=shades, highlightBonds=[]
    )
    drawing.FinishDrawing()
    text: str = drawing.GetDrawingText()
    return text
