"""Settings of a weighted mean of other models; see `clmt.models.weighted_mean`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clmt.planning.settings.base import Settings, SeveralUnique

__all__ = ["WeightedMeanSettings"]


class WeightedMeanSettings(Settings):
    """Mean of other models of the configuration, weighted on the validation pairs in steps of 0.05, 0 allowed."""

    members: Annotated[SeveralUnique[str], Field(max_length=6)] = Field(
        description="Names of the models, 6 at most, each of which reads no members itself."
    )
