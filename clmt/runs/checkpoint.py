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
_REMEDY = "Delete it and run the rule train"


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
    for name in sorted(KEYS):
        if not isinstance(content[name], dict):
            raise ClmtError(f"{path}: {name} is no dictionary! got: {type(content[name]).__name__}. {_REMEDY}")
    settings = content["settings"]
    for name in ("arch", "settings"):
        if name not in settings:
            raise ClmtError(f"{path}: its settings lack {name!r}! got: {', '.join(map(str, settings))}. {_REMEDY}")
    model = create_model(settings["arch"], settings["settings"])
    try:
        model.load_state(content["state"])
    except ClmtError:
        raise
    except Exception as error:  # noqa: BLE001 - each library has its own for a state that does not fit
        reason = " ".join(str(error).split())[:200]
        raise ClmtError(
            f"{path}: its state does not fit its settings ({type(error).__name__}: {reason})! {_REMEDY}"
        ) from None
    return model, settings, content["record"]
