"""Settings of a split of the responses into folds."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from clmt.planning.protocols import PAPER_PARTS, PAPER_PROTOCOLS, PROTOCOLS
from clmt.planning.settings.base import Block, OneOf, Settings, faulty

__all__ = ["FoldSettings", "Split"]

Protocol = Annotated[str, OneOf(PROTOCOLS)]


class _Folds(Settings):
    protocol: Protocol = Field(
        description=(
            "What the test pairs of a fold have in common: mixed (random pairs), cell_blind, drug_blind, "
            "scaffold_blind, tissue_blind (unseen in training), double_blind (cell line and drug unseen)."
        )
    )
    folds: int = Field(
        default=5,
        ge=2,
        le=127,
        description="Number of folds; every pair is tested in exactly one. A square number for double_blind.",
    )
    validation: float = Field(
        default=0.1,
        gt=0,
        lt=1,
        description="Share of the training part that is held back, in the same blind way, to choose and to stop.",
    )
    variant: Literal["cross_validation", "paper"] = Field(
        default="cross_validation",
        description=(
            "paper takes shares and seed of the published protocol of mixed and cell_blind (one fixed test set of "
            "10 %); cross_validation is what holds without the key."
        ),
    )

    @property
    def axes(self) -> tuple[str, ...]:
        """Functions that name the groups held out; see `clmt.planning.protocols`."""
        return PROTOCOLS[self.protocol]

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if len(self.axes) > 1 and round(self.folds ** (1 / len(self.axes))) ** len(self.axes) != self.folds:
            squares = ", ".join(str(side ** len(self.axes)) for side in range(2, 6))
            raise faulty(
                "folds", f"must be a square number for {self.protocol}! got: {self.folds}, expected one of: {squares}"
            )
        if self.variant == "paper":
            self._check_paper()
        return self

    def _check_paper(self) -> None:
        if self.protocol not in PAPER_PROTOCOLS:
            known = ", ".join(PAPER_PROTOCOLS)
            raise faulty("protocol", f"has no variant paper! got: {self.protocol!r}, expected one of: {known}")
        if self.folds > PAPER_PARTS:
            raise faulty("folds", f"is too large for variant paper! got: {self.folds}, expected: {PAPER_PARTS} at most")
        if not math.isclose(self.validation, 1 / PAPER_PARTS):
            raise faulty("validation", f"differs from variant paper's! got: {self.validation}, expected: 0.1")


class FoldSettings(_Folds):
    """Settings of ``clmt folds``: the split's, and whose folds they are."""

    dataset: str = Field(default="", description="Dataset of the folds; a graph of another one refuses them.")
    split: str = Field(default="", description="Split of the folds.")
    seed: int = Field(default=0, ge=0, description="Derived from the base seed, the dataset and the split.")


class Split(_Folds, Block):
    """An entry of ``splits``."""

    optional: ClassVar[frozenset[str]] = frozenset({"variant"})
