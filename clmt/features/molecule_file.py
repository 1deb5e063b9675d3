"""``molecules.pt`` read and checked: what `clmt.features.molecules` writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from clmt.errors import ClmtError
from clmt.features.vocabulary import ATOM_SIZES, BOND_SIZES
from clmt.forms import Array, Names, problems
from clmt.tensors import load_tensors

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMS", "check_drugs", "read_molecules"]

#: Parts of the file, of D drugs with A atoms and B bonds in all (both directions, and a self-loop an atom); angstrom,
#: radians.
FORMS: dict[str, Array | Names] = {
    "drug_ids": Names("D"),
    "smiles": Names("D"),
    "atoms": Array(torch.int16, ("A", len(ATOM_SIZES)), categories=ATOM_SIZES),
    "positions": Array(torch.float32, ("A", 3), limit=1e4),
    "atom_drug": Array(torch.int64, ("A",), ("D",)),
    "bonds": Array(torch.int16, ("B", len(BOND_SIZES)), categories=BOND_SIZES),
    "bond_index": Array(torch.int64, (2, "B"), ("A", "A")),
    "bond_length": Array(torch.float32, ("B",), limit=1e4),
    "bond_drug": Array(torch.int64, ("B",), ("D",)),
    "angle_index": Array(torch.int64, (2, "angles"), ("B", "B")),
    "angle": Array(torch.float32, ("angles",), limit=3.15),
    "morgan2": Array(torch.uint8, ("D", "bits"), limit=1),
    "morgan3": Array(torch.uint8, ("D", "bits"), limit=1),
    "conformer": Names("D"),
    "scaffold": Names("D"),
}


def read_molecules(path: Path) -> dict[str, Any]:
    """Read ``molecules.pt``; raises `ClmtError` that names a part that is missing or does not fit."""
    content = load_tensors(path)
    for name in sorted(FORMS.keys() ^ content.keys()):
        what = "lacks" if name in FORMS else "has an unknown"
        raise ClmtError(f"{path}: {what} part {name!r} of molecules! Delete it and run featurise_molecules")
    for problem in problems(content, FORMS):
        raise ClmtError(f"{path}: {problem}. Delete it and run featurise_molecules")
    return content


def check_drugs(molecules: Mapping[str, Any], drugs: pd.DataFrame, path: Path | str) -> None:
    """Refuse molecules, read from ``path``, of other drugs or structures than the drugs table has."""
    if list(molecules["drug_ids"]) != drugs["drug_id"].tolist():
        raise ClmtError(f"{path}: its drugs differ from the drugs table! Rebuild the molecules")
    for drug, expected, found in zip(drugs["drug_id"], drugs["smiles"], molecules["smiles"], strict=True):
        if found != expected:
            raise ClmtError(
                f"{path}: the structure of drug {drug!r} is another than in the drugs table! got: {found!r}, "
                f"expected: {expected!r}. Rebuild the molecules"
            )
