"""Settings of a split whose folds are dealt here, from a seed."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from clmt.planning.protocols import PAPER_PARTS, PAPER_PROTOCOLS, PROTOCOLS
from clmt.planning.settings.base import Block, OneOf, Seed, Settings, faulty

__all__ = ["MOST_FOLDS", "FoldSettings", "OfProtocol", "Owner", "Split"]

#: Folds are numbered by an int8.
MOST_FOLDS = 127
Protocol = Annotated[str, OneOf(PROTOCOLS)]


class OfProtocol(Settings):
    """What says whose groups are held out."""

    protocol: Protocol = Field(
        description=(
            "What the test pairs of a fold have in common: mixed (random pairs), cell_blind, drug_blind, "
            "scaffold_blind, tissue_blind (unseen in training), double_blind (cell line and drug unseen)."
        )
    )

    @property
    def axes(self) -> tuple[str, ...]:
        """Functions that name the groups held out; see `clmt.planning.protocols`."""
        return PROTOCOLS[self.protocol]


class Owner(Settings):
    """Whose folds they are."""

    dataset: str = Field(default="", description="Dataset of the folds; a graph of another one refuses them.")
    split: str = Field(default="", description="Split of the folds.")
    seed: Seed = Field(default=0, description="Derived from the base seed, the dataset and the split.")


class _Dealt(OfProtocol):
    folds: int = Field(
        default=5,
        ge=2,
        le=MOST_FOLDS,
        description="Number of folds; every pair is tested in exactly one. A square number for double_blind.",
    )
    validation: float = Field(
        default=0.1,
        ge=0.001,
        le=0.9,
        description="Share of the training part that is held back, in the same blind way, to choose and to stop.",
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=50,
        description="Times that folds are dealt, each from another seed; the folds of all are numbered through.",
    )
    shots: int = Field(
        default=0,
        ge=0,
        le=10**6,
        description=(
            "Pairs of every drug (cell line) held out that are given to training all the same; for a protocol that "
            "holds out one thing."
        ),
    )
    shot_pool: int = Field(
        default=0,
        ge=0,
        le=10**6,
        description=(
            "Pairs of every drug (cell line) held out from which shots are taken and which are never tested, at least "
            "as many as shots; splits of one partition and one pool have the same test pairs, whatever their shots."
        ),
    )
    pathway: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description=(
            "Target pathway as the table of drugs has it: its drugs alone are dealt into folds, validated and tested; "
            "for a protocol that holds out one thing."
        ),
    )
    other_pathways: Literal["train", "unused"] = Field(
        default="train",
        description=(
            "Whether pairs of drugs of other pathways than that train, where nothing of their group is held out; "
            "splits of one partition have the same test pairs either way."
        ),
    )
    variant: Literal["cross_validation", "paper"] = Field(
        default="cross_validation",
        description=(
            "paper takes shares and seed of the published protocol of mixed and cell_blind (one fixed test set of "
            "10 %); cross_validation is what holds without the key."
        ),
    )

    @property
    def all_folds(self) -> int:
        """Number of folds of all repeats."""
        return self.folds * self.repeats

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.all_folds > MOST_FOLDS:
            raise faulty("repeats", f"makes too many folds! got: {self.all_folds}, expected: {MOST_FOLDS} at most")
        if self.shots > self.shot_pool:
            raise faulty("shot_pool", f"is smaller than shots! got: {self.shot_pool}, expected: at least {self.shots}")
        for key in ("shot_pool", "pathway"):
            if getattr(self, key) and (self.protocol == "mixed" or len(self.axes) > 1):
                raise faulty(key, f"needs a protocol that holds out one thing! got: {self.protocol!r}")
        if self.other_pathways == "unused" and self.pathway is None:
            raise faulty(
                "pathway", "is missing! got: nothing, expected: a target pathway beside other_pathways: unused"
            )
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
        if self.repeats > 1 or self.shot_pool or self.pathway:
            raise faulty("variant", "is a fixed test set! got: repeats, shot_pool or pathway, expected: none")
        if self.folds > PAPER_PARTS:
            raise faulty("folds", f"is too large for variant paper! got: {self.folds}, expected: {PAPER_PARTS} at most")
        if not math.isclose(self.validation, 1 / PAPER_PARTS):
            raise faulty("validation", f"differs from variant paper's! got: {self.validation}, expected: 0.1")


class FoldSettings(_Dealt, Owner):
    """Settings of ``clmt folds``: the split's, and whose folds they are."""


class Split(_Dealt, Block):
    """An entry of ``splits``."""

    optional: ClassVar[frozenset[str]] = frozenset(
        {"variant", "repeats", "shots", "shot_pool", "pathway", "other_pathways"}
    )
    partition: str | None = Field(
        default=None,
        min_length=1,
        max_length=60,
        description=(
            "Name from which the seed is derived in place of the split's own: splits of equal partition, protocol, "
            "folds and validation deal equal parts."
        ),
    )
