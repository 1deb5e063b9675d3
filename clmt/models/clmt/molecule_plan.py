"""Which parts of the molecules are equal, found once, so that the network computes each distinct part once.

In the first layer an atom's update depends on its own category and the categories around it, a bond's update on its own
category and the (bond, angle) pairs that reach it. The 177 GDSC drugs have 17,652 directed bonds but 2,274 such bond
environments, and 5,536 atoms but 1,038 atom environments: this is why the layers are our own and not PyTorch
Geometric's (measured by ``benchmarks/training.py``). The result is the same as computing every row
(``tests/unit/models/clmt/test_drug_encoder.py`` holds it against the plain formulation).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from clmt.models.segments import RowMap

__all__ = ["Environments", "MoleculePlan", "plan_molecules"]


@dataclass(frozen=True)
class Environments:
    """Distinct first-layer neighbourhoods of a graph's nodes.

    Attributes
    ----------
    kinds
        int64 (k, f): the distinct feature rows of the nodes.
    kind_to_environment
        RowMap kinds -> environments: each environment's own kind.
    kind_to_message, label_to_message
        RowMaps kinds -> distinct messages and edge labels -> distinct messages.
    message_to_environment
        RowMap messages -> environments, weighted by how often each arrives.
    environment_to_instance
        RowMap environments -> instances; an instance is one environment within one molecule.
    kind_to_instance
        RowMap kinds -> instances.
    instance_to_molecule
        RowMap instances -> molecules, weighted by the fraction of the molecule's nodes (a molecule adds up to 1).
    molecule_to_instance
        RowMap molecules -> instances.
    instance_of_node
        int64 (n,): instance of each node.
    """

    kinds: Tensor
    kind_to_environment: RowMap
    kind_to_message: RowMap
    label_to_message: RowMap
    message_to_environment: RowMap
    environment_to_instance: RowMap
    kind_to_instance: RowMap
    instance_to_molecule: RowMap
    molecule_to_instance: RowMap
    instance_of_node: Tensor

    def to(self, device: str | torch.device) -> Environments:
        """Copy to a device."""
        return Environments(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass(frozen=True)
class MoleculePlan:
    """The molecules of some drugs, ready for `clmt.models.clmt.drug_encoder.GeometryEncoder`.

    Attributes
    ----------
    angles
        float32 (t, 1): the distinct bond angles, radians.
    atoms, bonds
        First-layer environments of the atom graph and of the bond-angle graph.
    source_to_atom, bond_to_edge
        Second layer: RowMap atom instances -> atoms, one entry a directed bond; bond instances in the same order.
    instance_to_atom
        RowMap atom instances -> atoms: each atom's own instance.
    atom_to_molecule
        RowMap atoms -> molecules, weighted by 1 / atoms of the molecule.
    molecule_to_atom
        RowMap molecules -> atoms.
    """

    angles: Tensor
    atoms: Environments
    bonds: Environments
    source_to_atom: RowMap
    bond_to_edge: RowMap
    instance_to_atom: RowMap
    atom_to_molecule: RowMap
    molecule_to_atom: RowMap

    def to(self, device: str | torch.device) -> MoleculePlan:
        """Copy to a device."""
        return MoleculePlan(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def plan_molecules(molecules: dict[str, Any], drugs: np.ndarray) -> MoleculePlan:
    """Prepare the molecules of ``drugs``, int64 (d,) rows of ``molecules.pt``, in that order."""
    part = _select(molecules, np.asarray(drugs, dtype=np.int64))
    angles, angle = np.unique(part["angle"], return_inverse=True)
    bond_kinds, bond_kind = np.unique(part["bonds"], axis=0, return_inverse=True)
    atom_kinds, atom_kind = np.unique(part["atoms"], axis=0, return_inverse=True)
    source, target = part["bond_index"]
    count = len(drugs)
    atoms = _environments(atom_kinds, atom_kind.ravel(), bond_kind.ravel(), source, target, part["atom_drug"], count)
    bonds = _environments(bond_kinds, bond_kind.ravel(), angle, *part["angle_index"], part["bond_drug"], count)
    n_atoms, n_atom_rows, n_bond_rows = (
        len(atom_kind),
        atoms.environment_to_instance.n_target,
        bonds.environment_to_instance.n_target,
    )
    source_to_atom = RowMap.build(atoms.instance_of_node[source], torch.from_numpy(target), n_atom_rows, n_atoms)
    order = torch.argsort(torch.from_numpy(target), stable=True)  # the order that RowMap.build gives the edges
    entries = torch.arange(len(target))
    molecule = torch.from_numpy(part["atom_drug"])
    sizes = torch.bincount(molecule, minlength=count)
    return MoleculePlan(
        torch.from_numpy(angles).reshape(-1, 1),
        atoms,
        bonds,
        source_to_atom,
        RowMap.build(bonds.instance_of_node[order], entries, n_bond_rows, len(target)),
        RowMap.build(atoms.instance_of_node, torch.arange(n_atoms), n_atom_rows, n_atoms),
        RowMap.build(torch.arange(n_atoms), molecule, n_atoms, count, 1.0 / sizes[molecule].float()),
        RowMap.build(molecule, torch.arange(n_atoms), count, n_atoms),
    )


def _select(molecules: dict[str, Any], drugs: np.ndarray) -> dict[str, np.ndarray]:
    """Rows of the chosen drugs, renumbered, drugs in the given order."""
    place = np.full(len(molecules["drug_ids"]), -1, dtype=np.int64)
    place[drugs] = np.arange(len(drugs))
    arrays = {
        name: molecules[name].numpy()
        for name in ("atoms", "bonds", "angle", "bond_index", "angle_index", "atom_drug", "bond_drug")
    }
    atoms, bonds = place[arrays["atom_drug"]] >= 0, place[arrays["bond_drug"]] >= 0
    angles = bonds[arrays["angle_index"][0]]
    new_atom, new_bond = np.cumsum(atoms) - 1, np.cumsum(bonds) - 1
    return {
        "atoms": arrays["atoms"][atoms],
        "bonds": arrays["bonds"][bonds],
        "angle": arrays["angle"][angles],
        "bond_index": new_atom[arrays["bond_index"][:, bonds]],
        "angle_index": new_bond[arrays["angle_index"][:, angles]],
        "atom_drug": place[arrays["atom_drug"][atoms]],
        "bond_drug": place[arrays["bond_drug"][bonds]],
    }


def _environments(
    kinds: np.ndarray,
    kind: np.ndarray,
    label: np.ndarray,
    source: np.ndarray,
    target: np.ndarray,
    molecule: np.ndarray,
    n_molecules: int,
) -> Environments:
    """Group nodes by own kind and arriving messages; a message is (kind of the source, label of the edge)."""
    width = int(label.max(initial=0)) + 1
    codes, message = np.unique(kind[source] * width + label, return_inverse=True)
    groups: list[list[int]] = [[] for _ in kind]
    for node, code in zip(target.tolist(), message.tolist(), strict=True):
        groups[node].append(code)
    keys = [(int(k), tuple(sorted(arrived))) for k, arrived in zip(kind, groups, strict=True)]
    names = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    environment = np.array([names[key] for key in keys], dtype=np.int64)
    arriving = np.array([(code, row) for (_, arrived), row in names.items() for code in arrived], dtype=np.int64)
    pairs, instance, counts = np.unique(molecule * len(names) + environment, return_inverse=True, return_counts=True)
    instance_molecule, instance_environment = np.divmod(pairs, len(names))
    own = np.array([k for k, _ in names], dtype=np.int64)
    fraction = torch.from_numpy(
        (counts / np.bincount(molecule, minlength=n_molecules)[instance_molecule]).astype(np.float32)
    )
    rows = torch.arange(len(pairs))
    tensor = torch.from_numpy
    arriving = arriving.reshape(-1, 2)
    each = torch.arange(len(codes))
    return Environments(
        kinds=tensor(kinds.astype(np.int64)),
        kind_to_environment=RowMap.build(tensor(own), torch.arange(len(names)), len(kinds), len(names)),
        kind_to_message=RowMap.build(tensor(codes // width), each, len(kinds), len(codes)),
        label_to_message=RowMap.build(tensor(codes % width), each, width, len(codes)),
        message_to_environment=RowMap.build(tensor(arriving[:, 0]), tensor(arriving[:, 1]), len(codes), len(names)),
        environment_to_instance=RowMap.build(tensor(instance_environment), rows, len(names), len(pairs)),
        kind_to_instance=RowMap.build(tensor(own[instance_environment]), rows, len(kinds), len(pairs)),
        instance_to_molecule=RowMap.build(rows, tensor(instance_molecule), len(pairs), n_molecules, fraction),
        molecule_to_instance=RowMap.build(tensor(instance_molecule), rows, n_molecules, len(pairs)),
        instance_of_node=tensor(instance.ravel().astype(np.int64)),
    )
