"""Settings of the features: molecular graphs, and the graph of a fold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from clmt.planning.settings.base import Block, Seed, Settings

__all__ = ["Features", "GraphSettings", "MoleculeSettings"]


class _GraphFeatures(Settings):
    genes: int = Field(
        default=8000,
        ge=1,
        le=1_000_000,
        description="Genes of highest expression variance over the fold's training cell lines; all, where fewer.",
    )
    neighbours: int = Field(
        default=20, ge=1, le=100_000, description="Most similar others that each cell line and each drug is joined to."
    )
    threshold_draws: int = Field(
        default=100, ge=1, le=10_000, description="Draws from each response for the drugs' sensitivity thresholds."
    )
    threshold_spread: Literal["position", "distance"] = Field(
        default="position",
        description=(
            "Standard deviation from which a drug's threshold is computed: position, as published, is where its "
            "density lies and no distance, so that it moves with the unit of concentration; distance is the median "
            "distance of the sensitive draws from the mode."
        ),
    )


class MoleculeSettings(Settings):
    """Settings of ``clmt molecules``."""

    conformers: int = Field(
        default=10, ge=1, le=1000, description="Conformers tried for each molecule; the one of lowest energy is kept."
    )
    conformer_seed: Seed = Field(default=2026, description="Seed of the conformers.")
    angle_step_degrees: float = Field(
        default=1.0, ge=0.001, le=180, description="Grid, in degrees, on which bond angles are stored."
    )


class GraphSettings(_GraphFeatures):
    """Settings of ``clmt graph``: the features' settings, and whose graph it is."""

    dataset: str = Field(description="Dataset of the graph; a run of another one refuses it.")
    split: str = Field(description="Split of the graph.")
    fold: int = Field(ge=0, le=126, description="Number of the fold, from 0.")
    seed: Seed = Field(default=0, description="Of the thresholds' draws; already derived from the base seed.")


class Features(MoleculeSettings, _GraphFeatures, Block):
    """The block ``features``."""
