"""Protocols of evaluation: what is held out, in how many folds, and how much of the rest validates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from clmt.errors import ClmtError, expected_one_of

__all__ = ["PAPER_PARTS", "PROTOCOLS", "FoldSettings"]

PROTOCOLS = ("mixed", "cell_blind", "drug_blind", "scaffold_blind", "tissue_blind", "double_blind")
VARIANTS = ("cross_validation", "paper")
PAPER_PROTOCOLS = ("mixed", "cell_blind")
PAPER_PARTS = 10


@dataclass(frozen=True)
class FoldSettings:
    """Settings of one split.

    Attributes
    ----------
    protocol
        One of `PROTOCOLS`.
    folds
        Number of folds, at least 2; a square number for ``double_blind``.
    validation
        Share of the training part's pairs that is held back, over 0 and below 1. ``double_blind`` holds back this share
        of the cell lines' and of the drugs' pairs, and validates where the two meet.
    seed
        Already derived from the base seed, the data set and the split.
    variant
        ``cross_validation`` or ``paper``; ``paper`` takes its shares and its seed from the publication.
    """

    protocol: str
    folds: int = 5
    validation: float = 0.1
    seed: int = 0
    variant: str = "cross_validation"

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise expected_one_of("splits: protocol", self.protocol, PROTOCOLS, "Mend the config")
        if self.variant not in VARIANTS:
            raise expected_one_of("splits: variant", self.variant, VARIANTS, "Mend the config")
        if not 0 < self.validation < 1:
            raise ClmtError(
                f"splits: validation! got: {self.validation}, expected: a share between 0 and 1. Mend the config"
            )
        if not 2 <= self.folds <= 127:
            raise ClmtError(f"splits: folds! got: {self.folds}, expected: 2 to 127. Mend the config")
        if self.protocol == "double_blind" and math.isqrt(self.folds) ** 2 != self.folds:
            raise expected_one_of("splits: folds of double_blind", self.folds, (4, 9, 16, 25), "They are a square grid")
        if self.variant == "paper":
            self._check_paper()

    def _check_paper(self) -> None:
        if self.protocol not in PAPER_PROTOCOLS:
            raise expected_one_of(
                "splits: protocol of variant paper", self.protocol, PAPER_PROTOCOLS, "Mend the config"
            )
        if self.folds > PAPER_PARTS:
            raise ClmtError(f"splits: folds of variant paper! got: {self.folds}, expected: at most {PAPER_PARTS}")
        if self.validation != 1 / PAPER_PARTS:
            raise ClmtError(
                f"splits: validation of variant paper! got: {self.validation}, expected: 0.1 (or leave it out)"
            )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FoldSettings:
        """Build from a configuration block; an unknown key raises `ClmtError`."""
        known = tuple(cls.__dataclass_fields__)
        for key in values:
            if key not in known:
                raise expected_one_of("unknown setting of a split", key, known, "Mend splits: in the config")
        if "protocol" not in values:
            raise expected_one_of("splits: protocol is missing", None, PROTOCOLS, "Mend the config")
        return cls(**values)
