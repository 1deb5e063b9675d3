"""Batches of molecules: any drugs, in any order and as often as asked for, from the tensors of ``molecules.pt``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

__all__ = ["MoleculeStore", "vary_copies"]

#: Tensors with one row an atom, a directed bond or a drug.
ATOM_ROWS, BOND_ROWS, DRUG_ROWS = ("atoms",), ("bonds",), ("morgan2", "morgan3")


@dataclass(frozen=True)
class Spans:
    """Where each drug's rows begin and how many there are; a drug's rows lie together."""

    starts: Tensor
    counts: Tensor

    @classmethod
    def of(cls, drug: Tensor, size: int) -> Spans:
        """Read them off each row's drug, int64 (n,), in order."""
        counts = torch.bincount(drug, minlength=size)
        return cls(counts.cumsum(0) - counts, counts)

    def rows(self, drugs: Tensor) -> Tensor:
        """Rows of ``drugs``, one drug after the other; int64."""
        counts = self.counts[drugs]
        begin = counts.cumsum(0) - counts
        return torch.arange(int(counts.sum()), device=drugs.device) + torch.repeat_interleave(
            self.starts[drugs] - begin, counts
        )

    def shift(self, drugs: Tensor) -> Tensor:
        """How far the numbers of each drug's rows move, int64 (len(drugs),)."""
        counts = self.counts[drugs]
        return counts.cumsum(0) - counts - self.starts[drugs]


class MoleculeStore:
    """The molecules of ``molecules.pt`` on a device."""

    def __init__(self, molecules: dict[str, Any], device: str = "cpu") -> None:
        names = ("bond_index", "angle_index", "angle", "atom_drug", "bond_drug", *ATOM_ROWS, *BOND_ROWS, *DRUG_ROWS)
        self.tensors: dict[str, Tensor] = {name: molecules[name].to(device) for name in names}
        size = len(molecules["drug_ids"])
        bond_drug = self.tensors["bond_drug"]
        self.atoms, self.bonds = Spans.of(self.tensors["atom_drug"], size), Spans.of(bond_drug, size)
        angle_drug = bond_drug[self.tensors["angle_index"][1]]
        self.angles = Spans.of(angle_drug, size)
        self.size = size

    def batch(self, drugs: Tensor) -> dict[str, Any]:
        """Molecules of ``drugs``, int64 (n,), each a molecule of its own however often it comes; as ``molecules.pt``.

        Raises
        ------
        IndexError
            For a drug that is not there.
        """
        atoms, bonds, angles = (spans.rows(drugs) for spans in (self.atoms, self.bonds, self.angles))
        numbers = torch.arange(len(drugs), device=drugs.device)
        bond_drug = numbers.repeat_interleave(self.bonds.counts[drugs])
        angle_drug = numbers.repeat_interleave(self.angles.counts[drugs])
        return {
            "drug_ids": [f"drug {row}" for row in range(len(drugs))],
            **{name: self.tensors[name][atoms] for name in ATOM_ROWS},
            **{name: self.tensors[name][bonds] for name in BOND_ROWS},
            **{name: self.tensors[name][drugs] for name in DRUG_ROWS},
            "angle": self.tensors["angle"][angles],
            "bond_index": self.tensors["bond_index"][:, bonds] + self.atoms.shift(drugs)[bond_drug],
            "angle_index": self.tensors["angle_index"][:, angles] + self.bonds.shift(drugs)[angle_drug],
            "atom_drug": numbers.repeat_interleave(self.atoms.counts[drugs]),
            "bond_drug": bond_drug,
        }


def vary_copies(molecules: dict[str, Any], originals: int, seed: int) -> dict[str, Any]:
    """Turn each angle of the molecules from row ``originals`` on by up to three degrees.

    Equal molecules would share all their parts, and a network that computes equal parts once would get the copies for
    nothing. With angles of their own they share fewer parts than molecules of a library do: a bound from above.
    """
    generator = torch.Generator().manual_seed(seed)
    angle: Tensor = molecules["angle"]
    copy = molecules["bond_drug"][molecules["angle_index"][1]] >= originals
    turned = torch.rad2deg(angle).round() + torch.randint(-3, 4, angle.shape, generator=generator)
    moved = torch.deg2rad(turned.clamp(1, 180)).to(angle.dtype)
    return {**molecules, "angle": torch.where(copy & (angle > 0), moved, angle)}
