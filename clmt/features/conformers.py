"""Seeded 3-D conformers: the same SMILES and seed give the same coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["LARGEST", "atom_positions"]

ATTEMPTS = 5  # tries for each conformer: large crowded molecules fail most of them, and each is dear
LARGEST = 150
"""Heavy atoms up to which conformers are sought: time and memory grow with the square or more. GDSC has up to 96."""
SECONDS = 300
"""Time for an embedding; drugs take a second or two, so that the machine decides nothing."""
ROUGH, FULL = 50, 500  # MMFF iterations: enough to rank conformers, enough to relax one


def atom_positions(molecule: Any, *, conformers: int, seed: int) -> tuple[np.ndarray, str]:
    """Coordinates of the heavy atoms in their lowest-energy conformer.

    Up to ``conformers`` ETKDG conformers with hydrogens, two and one more for every second rotatable bond, are relaxed
    with MMFF: all of them roughly, the best one fully; the lowest in energy is kept. A crowded molecule that cannot be
    embedded from its distances gets one conformer from random coordinates. A 2-D drawing stands in where that fails
    too (metals), where an embedding takes more than `SECONDS`, and for more than `LARGEST` heavy atoms.

    Parameters
    ----------
    molecule
        RDKit molecule without explicit hydrogens, n atoms.
    conformers
        How many to try at most.
    seed
        Of the embedding.

    Returns
    -------
    positions
        float64 (n, 3), angstrom, in the molecule's atom order.
    kind
        ``"3d"`` or ``"2d"``.
    """
    from rdkit import Chem
    from rdkit.Chem import AllChem, rdMolDescriptors

    if molecule.GetNumHeavyAtoms() > LARGEST:
        return _drawing(molecule), "2d"
    with_hydrogens = Chem.AddHs(molecule)
    options = AllChem.ETKDGv3()
    options.randomSeed = seed
    options.numThreads = 1  # drugs run in parallel, one process each; threads inside would only compete
    options.maxIterations = ATTEMPTS
    options.timeout = SECONDS
    wanted = min(conformers, 2 + rdMolDescriptors.CalcNumRotatableBonds(molecule) // 2)
    found = list(AllChem.EmbedMultipleConfs(with_hydrogens, wanted, options))
    if not found or found == [-1]:  # none fits, or time is up
        options.useRandomCoords = True
        if AllChem.EmbedMolecule(with_hydrogens, options) < 0:
            return _drawing(molecule), "2d"
    best = with_hydrogens.GetConformer(_lowest_energy(with_hydrogens)).GetPositions()
    return best[: molecule.GetNumAtoms()], "3d"  # AddHs appends hydrogens behind the heavy atoms


def _drawing(molecule: Any) -> np.ndarray:
    from rdkit.Chem import AllChem

    AllChem.Compute2DCoords(molecule)
    positions: np.ndarray = molecule.GetConformer().GetPositions()
    return positions


def _lowest_energy(molecule: Any) -> int:
    """Relax every conformer with MMFF and return the id of the lowest; the first where MMFF lacks parameters."""
    from rdkit.Chem import AllChem

    ids = [conformer.GetId() for conformer in molecule.GetConformers()]
    if not AllChem.MMFFHasAllMoleculeParams(molecule):
        return ids[0]
    relaxed = AllChem.MMFFOptimizeMoleculeConfs(molecule, numThreads=1, maxIters=ROUGH)
    energies = [energy if np.isfinite(energy) else np.inf for _, energy in relaxed]
    best = ids[int(np.argmin(energies))]
    AllChem.MMFFOptimizeMolecule(molecule, confId=best, maxIters=FULL)
    return best
