"""Molecules of fingerprints alone, as ``molecules.pt`` has them, for models that read no atoms."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from clmt.features.molecule_file import FORMS
from clmt.forms import Array


def fingerprints_only(drug_ids: list[str], prints: Tensor) -> dict[str, Any]:
    """Every part of the file; both fingerprints are ``prints`` uint8 (D, bits), and there are no atoms."""
    given = {"drug_ids": drug_ids, "morgan2": prints, "morgan3": prints}
    empty = {
        name: torch.zeros([size if isinstance(size, int) else 0 for size in form.shape], dtype=form.dtype)
        for name, form in FORMS.items()
        if isinstance(form, Array)
    }
    texts = {"smiles": "", "conformer": "2d", "scaffold": ""}
    return {**empty, **{name: [text] * len(drug_ids) for name, text in texts.items()}, **given}
