"""Morgan fingerprints and Murcko scaffolds of drugs."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["BITS", "morgan_bits", "murcko_scaffold"]

BITS = 2048


def morgan_bits(molecule: Any, radius: int) -> np.ndarray:
    """Morgan fingerprint of an RDKit molecule, uint8 (2048,) of 0 and 1."""
    from rdkit.Chem import rdFingerprintGenerator

    generator = rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=BITS)
    bits: np.ndarray = generator.GetFingerprintAsNumPy(molecule)
    return bits


def murcko_scaffold(molecule: Any) -> str:
    """SMILES of the Bemis-Murcko scaffold, without stereo; empty for a molecule that has no ring."""
    from rdkit.Chem.Scaffolds import MurckoScaffold

    scaffold: str = MurckoScaffold.MurckoScaffoldSmiles(mol=molecule, includeChirality=False)
    return scaffold
