"""Settings of one run: a model on one fold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.base import OneOf, Seed, Settings

__all__ = ["RunSettings"]


class RunSettings(Settings):
    """Settings of ``clmt train``, and of ``clmt evaluate`` for comparison."""

    arch: Annotated[str, OneOf(ARCHITECTURES)] = Field(description="Architecture.")
    settings: dict[str, Any] = Field(description="Settings of the architecture, checked where the model is made.")
    seed: Seed = Field(description="Already derived from the base seed.")
    text_encoder: str | None = Field(default=None, description="Text encoder; null for a model that reads no text.")
    graph: str | None = Field(default=None, description="Entry of graphs that the run reads; null for the features'.")
    dataset: str = Field(description="Dataset of the run; a graph of another one is refused.")
    split: str = Field(description="Split of the run.")
    model: str = Field(description="Name of the model.")
    fold: int = Field(ge=0, le=126, description="Number of the fold, from 0.")
