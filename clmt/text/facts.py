"""What a source says about an entity before it becomes a sentence of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from clmt.text.corpus import Sentence, number_sentences
from clmt.text.settings import SOURCES

__all__ = ["Fact", "Facts", "Part", "Terms", "listed", "to_sentences"]

#: Source of what the dataset's own tables say.
TABLES = "tables"


class Part(IntEnum):
    """Parts of a text in the order in which they stand: what tells entities apart comes first."""

    IDENTITY = 0
    MECHANISM = 1
    TARGETS = 2
    ALTERED = 3
    PATHWAYS = 4
    DEFINITION = 5
    GENES = 6
    SUMMARIES = 7
    INDICATION = 8


@dataclass(frozen=True)
class Fact:
    """One sentence of a source about an entity; ``retrieved`` is empty where the source has one date for all."""

    entity_id: str
    part: Part
    text: str
    source: str
    record_id: str
    retrieved: str = ""


@dataclass(frozen=True)
class Terms:
    """Licence and date of a source."""

    licence: str
    date: str


@dataclass
class Facts:
    """Facts of one kind of entity, and what an audit should know about how they were found."""

    rows: list[Fact] = field(default_factory=list)
    audit: dict[str, Any] = field(default_factory=dict)

    def add(self, other: Facts) -> None:
        """Take over the facts and audit entries of another collection."""
        self.rows.extend(other.rows)
        self.audit.update(other.audit)


def to_sentences(
    facts: Iterable[Fact], entity_ids: Sequence[str], terms: Mapping[str, Terms]
) -> tuple[list[Sentence], dict[str, int]]:
    """Order facts into texts: by entity, part, source (in the order of `SOURCES`), then as the source gave them.

    See `number_sentences` for what is returned.
    """
    entities = {entity: row for row, entity in enumerate(entity_ids)}
    sources = {source: row for row, source in enumerate((TABLES, *SOURCES))}
    ordered = sorted(facts, key=lambda fact: (entities[fact.entity_id], fact.part, sources[fact.source]))
    return number_sentences(
        Sentence(
            entity_id=fact.entity_id,
            position=0,
            sentence=fact.text,
            source=fact.source,
            record_id=fact.record_id,
            licence=terms[fact.source].licence,
            retrieved=fact.retrieved or terms[fact.source].date,
        )
        for fact in ordered
    )


def listed(items: Sequence[str], most: int | None = None) -> str:
    """Join items as prose: "A", "A and B", "A, B and C", "A, B and 3 more"."""
    shown = list(items) if most is None else list(items[:most])
    left = len(items) - len(shown)
    if left:
        shown.append(f"{left} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
