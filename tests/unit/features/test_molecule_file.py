"""molecules.pt: a part that is missing, of another shape or out of range is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from clmt.errors import ClmtError
from clmt.features.molecule_file import FORMS, read_molecules
from clmt.tensors import load_tensors, save_tensors
from tests.helpers.folds import small_molecules


@pytest.fixture(scope="module")
def molecules() -> dict[str, Any]:
    return small_molecules()


def first(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    def change(tensor: torch.Tensor) -> torch.Tensor:
        changed = tensor.clone()
        changed.view(-1)[0] = value
        return changed

    return change


def test_what_was_written_is_read(molecules: dict[str, Any], tmp_path: Path) -> None:
    assert molecules.keys() == FORMS.keys()
    save_tensors(tmp_path / "molecules.pt", molecules)
    assert read_molecules(tmp_path / "molecules.pt").keys() == FORMS.keys()


@pytest.mark.parametrize("name", FORMS)
def test_a_part_that_is_missing_or_cut_is_refused(name: str, molecules: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "molecules.pt"
    save_tensors(path, {key: value for key, value in molecules.items() if key != name})
    with pytest.raises(ClmtError, match=rf"molecules\.pt: lacks part '{name}' of molecules! Delete it"):
        read_molecules(path)
    cut = molecules[name][:, :-1] if name.endswith("index") else molecules[name][:-1]
    save_tensors(path, molecules | {name: cut})
    with pytest.raises(ClmtError, match=r"molecules\.pt: \w+ must .*! got: .*\. Delete it and run featurise_molecules"):
        read_molecules(path)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("bond_index", first(100_000), "bond_index must be rows from 0 to"),
        ("bond_index", first(-1), "bond_index must be rows from 0 to"),
        ("angle_index", first(100_000), "angle_index must be rows from 0 to"),
        ("atom_drug", first(8), "atom_drug must be rows from 0 to 7! got: 0 to 8"),
        ("atoms", first(120), "atoms must hold categories from 0 to 118 in column 0! got: 1 to 120|got: 6 to 120"),
        ("bonds", first(5), "bonds must hold categories from 0 to 4 in column 0"),
        ("angle", first(float("nan")), "angle must hold numbers from -3.15 to 3.15! got: nan"),
        ("bond_length", first(float("inf")), "bond_length must hold numbers"),
        ("morgan2", first(7), "morgan2 must hold numbers from -1 to 1! got: 7"),
        ("morgan3", lambda old: old[:, :5], "morgan3 must have the shape"),
        ("morgan2", torch.Tensor.float, r"morgan2 must be a tensor of torch\.uint8! got: torch\.float32"),
        ("drug_ids", tuple, "drug_ids must be a list of names! got: tuple"),
    ],
)
def test_a_part_out_of_range_is_refused(
    name: str, change: Callable[[Any], Any], message: str, molecules: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "molecules.pt"
    save_tensors(path, molecules | {name: change(molecules[name])})
    load_tensors(path)  # what would have been taken
    with pytest.raises(ClmtError, match=message):
        read_molecules(path)


def test_another_file_of_tensors_is_none(tmp_path: Path) -> None:
    save_tensors(tmp_path / "graph.pt", {"drug_ids": ["a"], "expression": torch.zeros(1, 1)})
    with pytest.raises(ClmtError, match="lacks part 'angle' of molecules"):
        read_molecules(tmp_path / "graph.pt")
