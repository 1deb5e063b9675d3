"""Settings of the corpus: which sources it draws on, and where their files, terms and dates come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError, expected_one_of

__all__ = [
    "FILES",
    "SERVICES",
    "SOURCES",
    "SYNONYM_LISTS",
    "TextSettings",
    "look_up_files",
    "require_inputs",
    "required_files",
    "required_services",
]

#: Text source -> downloaded files (names in the registry) that it needs.
FILES: dict[str, tuple[str, ...]] = {
    "reactome": ("reactome_gmt", "reactome_summations"),
    "reactome_content": ("reactome_gmt",),
    "repurposing_hub": ("repurposing_hub",),
    "gdsc_compounds": ("gdsc_compounds",),
    "ccle_profiling": ("ccle_profiling",),
    "ncit": ("ncit_flat",),
    "gene_summary": ("gene_summary", "gene_info"),
}

#: Text source -> look-up service (name in the registry) that it asks before the corpus is written.
SERVICES = {
    "chembl": "chembl",
    "pubchem": "pubchem",
    "uniprot": "uniprot",
    "kegg": "kegg",
    "reactome_content": "reactome",
}

#: All text sources, in the order in which they speak inside one part of a text.
SOURCES = (
    "repurposing_hub",
    "chembl",
    "ccle_profiling",
    "gdsc_compounds",
    "ncit",
    "pubchem",
    "gene_summary",
    "uniprot",
    "reactome",
    "reactome_content",
    "kegg",
)

#: Lists of compounds whose synonyms may help to recognise a drug in other sources.
SYNONYM_LISTS = ("gdsc_compounds", "ccle_profiling")


@dataclass(frozen=True)
class TextSettings:
    """Settings of the corpus.

    Attributes
    ----------
    sources : tuple of str
        Names of `SOURCES`.
    synonyms : tuple of str
        Names of `SYNONYM_LISTS`: lists whose synonyms help to find a drug in the sources. They are read whether their
        sentences are used or not, so that leaving a source out takes away its sentences only.
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
        for key, known in (("sources", SOURCES), ("synonyms", SYNONYM_LISTS)):
            for name in getattr(self, key):
                if name not in known:
                    raise expected_one_of(f"text.{key}: unknown source", name, known)
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


def required_files(settings: TextSettings) -> list[str]:
    """Names of the downloaded files that a corpus with these settings reads."""
    names = [name for source in SOURCES if source in settings.sources for name in FILES.get(source, ())]
    return list(dict.fromkeys([*names, *settings.synonyms]))


def required_services(settings: TextSettings) -> list[str]:
    """Names of the text sources whose records are looked up first, in order."""
    return [source for source in SOURCES if source in settings.sources and source in SERVICES]


def look_up_files(source: str) -> tuple[str, ...]:
    """Names of the downloaded files that tell what to ask a service for."""
    return ("reactome_gmt", "reactome_summations") if source == "reactome_content" else ()


def require_inputs(settings: TextSettings, files: Mapping[str, Path]) -> None:
    """Refuse to build where a needed file is not given."""
    for name in (*required_files(settings), *required_services(settings)):
        if name not in files:
            raise ClmtError(f"text build: source {name!r} is configured without its file; add --input {name}=FILE")
