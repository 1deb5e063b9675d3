"""Checkpoints: settings, state and record of a fitted model in one ``.pt`` file of tensors and plain containers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.models.create import create_model
from clmt.tensors import load_tensors, save_tensors

if TYPE_CHECKING:
    from clmt.models.base import Model

__all__ = ["load_checkpoint", "save_checkpoint"]

KEYS = {"settings", "state", "record"}


def save_checkpoint(path: Path, model: Model, settings: dict[str, Any], record: dict[str, Any]) -> None:
    """Write a fitted model with the settings of its run and the record of its training."""
    save_tensors(path, {"settings": settings, "state": model.state(), "record": record})


def load_checkpoint(path: Path) -> tuple[Model, dict[str, Any], dict[str, Any]]:
    """Read a checkpoint: the model ready to predict, its run settings and its record; nothing is unpickled."""
    content = load_tensors(path)
    if set(content) != KEYS:
        raise ClmtError(
            f"{path}: not a checkpoint! got the entries: {', '.join(content)}, expected: {', '.join(sorted(KEYS))}"
        )
    settings = content["settings"]
    model = create_model(settings["arch"], settings["settings"])
    model.load_state(content["state"])
    return model, settings, content["record"]
