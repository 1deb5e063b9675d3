"""Molecular graphs of all drugs: atoms and bonds, bonds and angles, fingerprints; one file of plain tensors."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from clmt.features.conformers import LARGEST, atom_positions
from clmt.features.fingerprints import morgan_bits, murcko_scaffold
from clmt.features.vocabulary import SELF_LOOP, atom_categories, bond_categories
from clmt.planning.settings.features import MoleculeSettings
from clmt.tables.identity import check_inchikey, parse_smiles

__all__ = ["bond_angles", "featurise_drugs", "featurise_molecule", "write_molecules"]

logger = logging.getLogger(__name__)


def featurise_molecule(
    smiles: str, *, conformers: int, conformer_seed: int, angle_step_degrees: float
) -> dict[str, Any]:
    """Turn one SMILES into its atom graph, bond-angle graph and fingerprints.

    Returns
    -------
    dict
        ``atoms`` int16 (n, 9); ``bonds`` int16 (b, 3) and ``bond_index`` int64 (2, b) [source, target], directed bonds
        and then one self-loop an atom; ``bond_length`` float32 (b,) angstrom; ``angle_index`` int64 (2, a) [source
        bond, target bond]; ``angle`` float32 (a,) radians on the grid; ``positions`` float32 (n, 3); ``conformer``;
        ``morgan2``, ``morgan3`` uint8 (2048,); ``scaffold``; ``smiles``, as it was given.
    """
    molecule = parse_smiles(smiles, smiles)
    positions, kind = atom_positions(molecule, conformers=conformers, seed=conformer_seed)
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond_categories(bond)) for bond in molecule.GetBonds()]
    directed = [row for i, j, kinds in bonds for row in ((i, j, kinds), (j, i, kinds))]
    directed += [(i, i, SELF_LOOP) for i in range(molecule.GetNumAtoms())]
    index = np.array([(i, j) for i, j, _ in directed], dtype=np.int64).T
    angle_index, angle = bond_angles(index, positions, angle_step_degrees)
    return {
        "atoms": np.array([atom_categories(atom) for atom in molecule.GetAtoms()], dtype=np.int16),
        "bonds": np.array([kinds for _, _, kinds in directed], dtype=np.int16),
        "bond_index": index,
        "bond_length": np.linalg.norm(positions[index[1]] - positions[index[0]], axis=1).astype(np.float32),
        "angle_index": angle_index,
        "angle": angle,
        "positions": positions.astype(np.float32),
        "conformer": kind,
        "morgan2": morgan_bits(molecule, 2),
        "morgan3": morgan_bits(molecule, 3),
        "scaffold": murcko_scaffold(molecule),
        "smiles": smiles,
    }


def bond_angles(bond_index: np.ndarray, positions: np.ndarray, step_degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the bond-angle graph: every bond i->j with every bond j->k, but not with itself.

    Parameters
    ----------
    bond_index
        int64 (2, b), directed bonds and self-loops.
    positions
        float (n, 3), angstrom.
    step_degrees
        Grid on which angles are stored. A conformer is not exact to a degree, and few distinct values let the network
        embed each of them once.

    Returns
    -------
    angle_index
        int64 (2, a) [source bond, target bond], ordered by target.
    angle
        float32 (a,) radians between the directions of the two bonds; 0 where one is a self-loop.
    """
    source, target = bond_index
    vectors = positions[target] - positions[source]
    leaving: dict[int, list[int]] = {}
    for bond, atom in enumerate(target):
        leaving.setdefault(int(atom), []).append(bond)
    pairs = [(into, bond) for bond, atom in enumerate(source) for into in leaving.get(int(atom), []) if into != bond]
    index = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    first, second = vectors[index[0]], vectors[index[1]]
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosine = np.divide((first * second).sum(1), norms, out=np.ones(len(norms)), where=norms > 0)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return index, np.radians(np.round(degrees / step_degrees) * step_degrees).astype(np.float32)


def featurise_drugs(smiles: list[str], settings: MoleculeSettings, processes: int = 1) -> list[dict[str, Any]]:
    """Featurise many SMILES in parallel; each distinct structure once, the largest first so that no core waits."""
    from clmt.logs import progress

    work = partial(featurise_molecule, **settings.model_dump())
    distinct = sorted(set(smiles), key=lambda text: (-len(text), text))
    if processes <= 1:
        done = [work(text) for text in progress(distinct, "molecules", len(distinct))]
    else:
        with ProcessPoolExecutor(processes) as pool:
            done = list(progress(pool.map(work, distinct), "molecules", len(distinct)))
    found = dict(zip(distinct, done, strict=True))
    return [found[text] for text in smiles]


def concatenate(drug_ids: list[str], molecules: list[dict[str, Any]]) -> dict[str, Any]:
    """Join single molecules to the tensors of ``molecules.pt``; ``atom_drug`` and ``bond_drug`` name a row's drug."""
    import torch

    atoms = np.array([len(m["atoms"]) for m in molecules])
    bonds = np.array([len(m["bonds"]) for m in molecules])
    atom_start = np.concatenate([[0], np.cumsum(atoms)[:-1]])
    bond_start = np.concatenate([[0], np.cumsum(bonds)[:-1]])
    drugs = np.arange(len(molecules))
    joined: dict[str, np.ndarray] = {
        name: np.concatenate([m[name] for m in molecules])
        for name in ("atoms", "bonds", "bond_length", "angle", "positions")
    }
    joined["bond_index"] = np.concatenate(
        [m["bond_index"] + s for m, s in zip(molecules, atom_start, strict=True)], axis=1
    )
    joined["angle_index"] = np.concatenate(
        [m["angle_index"] + s for m, s in zip(molecules, bond_start, strict=True)], axis=1
    )
    joined["atom_drug"], joined["bond_drug"] = np.repeat(drugs, atoms), np.repeat(drugs, bonds)
    joined["morgan2"] = np.stack([m["morgan2"] for m in molecules])
    joined["morgan3"] = np.stack([m["morgan3"] for m in molecules])
    tensors: dict[str, Any] = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in joined.items()}
    return {
        "drug_ids": list(drug_ids),
        **tensors,
        **{name: [m[name] for m in molecules] for name in ("smiles", "conformer", "scaffold")},
    }


def write_molecules(drugs: Path, out: Path, *, settings: dict[str, Any], threads: int = 1) -> None:
    """Featurise every drug of ``drugs.parquet`` and write ``molecules.pt``, readable with ``weights_only=True``."""
    from clmt.tables.schema import read_table
    from clmt.tensors import save_tensors

    chosen = MoleculeSettings.read(settings)
    table = read_table(drugs, "drugs")
    names, smiles = table["drug_id"].tolist(), table["smiles"].tolist()
    # Here rather than while featurising, where one structure may stand for several drugs in another process.
    parsed = {name: parse_smiles(text, name, str(drugs)) for name, text in zip(names, smiles, strict=True)}
    for name, key in zip(names, table["inchikey"].tolist(), strict=True):
        if key:
            check_inchikey(parsed[name], name, key, str(drugs))
    large = [name for name, molecule in parsed.items() if molecule.GetNumHeavyAtoms() > LARGEST]
    if large:
        listed = ", ".join(large)
        logger.warning("%d drugs have more than %d heavy atoms and are drawn in 2-D: %s", len(large), LARGEST, listed)
    molecules = featurise_drugs(smiles, chosen, threads)
    content = concatenate(names, molecules)
    drawn = [drug for drug, kind in zip(names, content["conformer"], strict=True) if kind == "2d"]
    logger.info("%d drugs, %d of them with 2-D coordinates: %s", len(molecules), len(drawn), ", ".join(drawn) or "none")
    save_tensors(Path(out), content)
