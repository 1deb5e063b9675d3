"""Settings of the corpus: which sources it draws on, and how much of them is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.text_sources import SOURCE_CHOICES

__all__ = ["TextSettings"]


@dataclass(frozen=True)
class TextSettings:
    """Settings of the corpus.

    Attributes
    ----------
    sources : tuple of str
        Names of `SOURCE_CHOICES`.
    synonyms : tuple of str
        Lists of compounds whose synonyms help to find a drug in the sources. They are read whether their sentences are
        used or not, so that leaving a source out takes away its sentences only.
    max_altered_genes : int
        Most mutated genes, and most genes with an altered copy number, that are named.
    max_pathways : int
        Most pathways of a cell line.
    leaks : str
        "drop" or "keep" sentences about the response of a benchmark cell line to a benchmark drug.
    """

    sources: tuple[str, ...] = ("reactome", "repurposing_hub", "gdsc_compounds")
    synonyms: tuple[str, ...] = ("gdsc_compounds",)
    max_altered_genes: int = 30
    max_pathways: int = 6
    leaks: str = "drop"

    def __post_init__(self) -> None:
        """Check the values."""
        for key in ("sources", "synonyms"):
            for name in getattr(self, key):
                if name not in SOURCE_CHOICES:
                    raise expected_one_of(f"text.{key}: unknown source", name, SOURCE_CHOICES)
        for key, least in (("max_altered_genes", 0), ("max_pathways", 0)):
            value = getattr(self, key)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ClmtError(f"text.{key} is not a count! got: {value!r}, expected: a whole number, {least} or more")
        if self.leaks not in ("drop", "keep"):
            raise expected_one_of("text.leaks: unknown choice", self.leaks, ("drop", "keep"))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TextSettings:
        """Make settings from a mapping such as the ``text`` block of the configuration; unknown keys are refused."""
        known = {item.name for item in fields(cls)}
        for key in values:
            if key not in known:
                raise expected_one_of("text settings: unknown key", key, known)
        plain: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return cls(**plain)

    @classmethod
    def parse(cls, text: str) -> TextSettings:
        """Make settings from JSON text."""
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ClmtError(f"--settings is not JSON ({error}); got: {text[:80]!r}") from None
        if not isinstance(values, dict):
            raise ClmtError(f"--settings is not a JSON object; got: {text[:80]!r}")
        return cls.of(values)
