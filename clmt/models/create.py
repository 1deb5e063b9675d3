"""Make a model from the name of its architecture."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clmt.errors import choose
from clmt.planning.architectures import ARCHITECTURES

if TYPE_CHECKING:
    from clmt.models.base import Model

__all__ = ["create_model"]


def create_model(arch: str, settings: dict[str, Any]) -> Model:
    """Make an unfitted model of an architecture; raises `ClmtError` for an unknown name or setting."""
    module, name = choose("unknown architecture", arch, ARCHITECTURES).split(":")
    model: Model = getattr(import_module(module), name)(settings)
    return model
