"""Settings of the features: molecular graphs, and the graph of a fold."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from clmt.planning.settings.base import Block, Seed, Settings, Unique, faulty

__all__ = ["Features", "GraphFaults", "GraphSettings", "GraphVariant", "MoleculeSettings"]

GraphFault = Literal["test_edges", "fitted_on_all", "test_validates", "nearest_dropped", "first_pathway"]


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


class GraphFaults(Settings):
    """What makes a graph unsound, to measure what that is worth."""

    faults: Unique[GraphFault] | None = Field(
        default=None,
        description=(
            "Faults of the published implementation that the graph repeats, to measure them; no result of it is sound. "
            "test_edges: held-out pairs are response edges, too. fitted_on_all: choice and scaling of genes and the "
            "drugs' thresholds are fitted on all pairs. test_validates: the test pairs choose the epoch. "
            "nearest_dropped: the most similar neighbour is left out. first_pathway: a drug keeps one target pathway."
        ),
    )


class GraphVariant(_GraphFeatures, GraphFaults):
    """An entry of ``graphs``: the features' settings for a graph that it states hold in their place."""


class GraphSettings(_GraphFeatures, GraphFaults):
    """Settings of ``clmt graph``: the features' settings, and whose graph it is."""

    dataset: str = Field(description="Dataset of the graph; a run of another one refuses it.")
    split: str = Field(description="Split of the graph.")
    fold: int = Field(ge=0, le=126, description="Number of the fold, from 0.")
    seed: Seed = Field(default=0, description="Of the thresholds' draws; already derived from the base seed.")
    variant: str | None = Field(
        default=None, min_length=1, description="Entry of graphs; a run of a model that names another one refuses it."
    )

    @model_validator(mode="after")
    def _check_named(self) -> Self:
        if self.faults and not self.variant:
            raise faulty("faults", "make a variant! got: none, expected: its name as variant")
        return self


class Features(MoleculeSettings, _GraphFeatures, Block):
    """The block ``features``."""
