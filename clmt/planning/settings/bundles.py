"""Settings of a bundle."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from clmt.planning.settings.base import Listed, Settings, SeveralUnique
from clmt.planning.settings.features import MoleculeSettings

__all__ = ["BundleSettings"]


class BundleSettings(Settings):
    """Settings of ``clmt bundle``."""

    dataset: str = Field(description="Dataset of the runs.")
    model: str = Field(description="Name of the model.")
    models: SeveralUnique[str] = Field(description="The model and those that train it again from other seeds.")
    simulated: bool = Field(description="Whether the responses are simulated.")
    neighbours: int = Field(ge=1, le=100_000, description="Training entities that each new one is joined to.")
    molecules: MoleculeSettings = Field(description="How molecules are read.")
    encoder: dict[str, Any] = Field(description="Settings of the text encoder, checked where it is used.")
    sources: Listed[str] = Field(
        description="Entries of the registry whose data are inside, for their terms; none of the user's own."
    )
