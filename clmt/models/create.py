"""Make a model from the name of its architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clmt.errors import choose
from clmt.planning.architectures import ARCHITECTURES

if TYPE_CHECKING:
    from clmt.models.base import Model

__all__ = ["create_model"]


def create_model(arch: str, settings: Mapping[str, Any]) -> Model:
    """Make an unfitted model of an architecture; raises `ClmtError` for an unknown name or setting."""
    architecture = choose("unknown architecture", arch, ARCHITECTURES)
    model: Model = architecture.model_class(architecture.settings_class.read(settings, f"settings of {arch}"))
    return model
