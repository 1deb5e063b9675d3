"""What a source of text may offer, and the facts that it states about cell lines and drugs."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from clmt.acquire.look_ups import Answers, write_records
from clmt.errors import ClmtError, choose, expected_one_of
from clmt.planning.text_sources import OWN_TEXT, SOURCE_CHOICES, TABLES, TEXT_SOURCES

if TYPE_CHECKING:
    from clmt.acquire.client import Client
    from clmt.acquire.registry import Registry
    from clmt.planning.settings.text import TextSettings
    from clmt.reading.compounds import Compound
    from clmt.reading.delimited import OddRows
    from clmt.text.entities import CorpusInputs, Drug

__all__ = [
    "GROUPS",
    "MECHANISM_GROUP",
    "NAME",
    "OWN_FILES",
    "PROSE_GROUP",
    "Fact",
    "Facts",
    "Part",
    "Query",
    "TextSource",
    "chosen_sources",
    "listed",
    "look_up",
    "required_files",
    "required_services",
    "services_of_sources",
    "source_modules",
    "state",
    "text_source",
]

logger = logging.getLogger(__name__)

#: Stands for the entity's name in a sentence that a source words; no text of a source holds this character.
NAME = "\0"

#: Groups of drug sources in the table of coverage: a mechanism beyond the dataset's own columns, and long prose.
MECHANISM_GROUP, PROSE_GROUP = GROUPS = ("any mechanism source", "any long prose")

#: Inputs of a corpus that are the user's own tables, and the part of layout tables that each is.
OWN_FILES = {f"own_{part}": part for part in ("response", "cell_lines", "drugs")}


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


class Entity(Protocol):
    """A cell line or a drug."""

    @property
    def entity_id(self) -> str:
        """Key in the dataset's table."""

    @property
    def name(self) -> str:
        """Name in the dataset's table."""


@dataclass(frozen=True)
class Fact:
    """One sentence of a source about an entity.

    Attributes
    ----------
    retrieved
        Day of the look-up; empty where the source has one date for all.
    name_at
        Where the sentence writes the entity's name, if its wording is ours.
    other_names
        Further names of the entity that the sentence lists.
    """

    entity_id: str
    part: Part
    text: str
    source: str
    record_id: str
    retrieved: str = ""
    name_at: int | None = None
    other_names: tuple[str, ...] = ()


def state(
    entity: Entity,
    part: Part,
    text: str,
    source: str,
    record_id: str,
    retrieved: str = "",
    other_names: Sequence[str] = (),
) -> Fact:
    """State a fact in a sentence that may hold `NAME` once, in place of the entity's name."""
    place = text.find(NAME)
    told = text.replace(NAME, entity.name)
    return Fact(
        entity.entity_id, part, told, source, record_id, retrieved, None if place < 0 else place, tuple(other_names)
    )


@dataclass
class Facts:
    """Facts of one kind of entity, and what an audit should know about how they were found."""

    rows: list[Fact] = field(default_factory=list)
    audit: dict[str, Any] = field(default_factory=dict)

    def add(self, other: Facts) -> None:
        """Take over the facts and audit entries of another collection."""
        self.rows.extend(other.rows)
        self.audit.update(other.audit)


def listed(items: Sequence[str], most: int | None = None) -> str:
    """Join items as prose: "A", "A and B", "A, B and C", "A, B and 3 more"."""
    shown = list(items) if most is None else list(items[:most])
    left = len(items) - len(shown)
    if left:
        shown.append(f"{left} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


@dataclass(frozen=True)
class Query:
    """What a source needs to ask its services: ``urls`` are their addresses, in the order of `TextSource.services`."""

    client: Client
    urls: Sequence[str]
    drugs: Sequence[Drug]
    files: Mapping[str, Path]


class TextSource:
    """One source of text; a source sets and overrides what it has to offer, and imports nothing heavy at its top.

    Attributes
    ----------
    name
        Its name in the configuration, in `TEXT_SOURCES` and in the corpus.
    title
        How messages call its service.
    files
        Entries of the registry that the corpus is written from; the first one has the terms.
    services
        Look-up services (``apis`` of the registry) that are asked before; the first one has the terms.
    look_up_files
        Entries of the registry that tell what to look up.
    groups
        Rows of the table of coverage to which it counts, of `GROUPS`.
    gives_synonyms
        Whether `compounds` may help to recognise a drug in other sources.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    files: ClassVar[tuple[str, ...]] = ()
    services: ClassVar[tuple[str, ...]] = ()
    look_up_files: ClassVar[tuple[str, ...]] = ()
    groups: ClassVar[tuple[str, ...]] = ()
    gives_synonyms: ClassVar[bool] = False

    def look_up(self, query: Query) -> Answers:
        """Ask the services; the answers are kept as the file of this source's name."""
        raise NotImplementedError(f"{self.name} has services and no look_up")

    def compounds(self, path: Path, odd: OddRows) -> list[Compound] | None:
        """Read the source's file as a list of compounds, if it is one."""
        return None

    def about_drugs(self, inputs: CorpusInputs) -> Facts | None:
        """State what it says about the drugs; None where that is not what it speaks of."""
        return None

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts | None:
        """State what it says about the cell lines; None where that is not what it speaks of."""
        return None


def text_source(name: str) -> TextSource:
    """Import a source by its name in `TEXT_SOURCES`."""
    source: TextSource = resolve_name(TEXT_SOURCES[name])
    return source


def chosen_sources(settings: TextSettings, inputs: Collection[str] = ()) -> list[TextSource]:
    """Sources that speak, in their order; the tables of the dataset always, those of the user where they are given."""
    always = {TABLES, *([OWN_TEXT] if any(name in OWN_FILES for name in inputs) else [])}
    return [text_source(name) for name in TEXT_SOURCES if name in always or name in settings.sources]


def required_files(settings: TextSettings) -> list[str]:
    """Names of the downloaded files that a corpus with these settings reads; refuses synonyms of a source without."""
    lists = {name: text_source(name) for name in SOURCE_CHOICES if text_source(name).gives_synonyms}
    givers = [choose("text.synonyms: unknown source", name, lists) for name in settings.synonyms]
    return list(dict.fromkeys(file for source in (*chosen_sources(settings), *givers) for file in source.files))


def required_services(settings: TextSettings) -> list[str]:
    """Names of the text sources whose records are looked up first, in order."""
    return [source.name for source in chosen_sources(settings) if source.services]


def services_of_sources() -> dict[str, tuple[str, ...]]:
    """Look-up services of each source that has any."""
    return {name: services for name in TEXT_SOURCES if (services := text_source(name).services)}


def source_modules(names: Iterable[str]) -> list[str]:
    """Modules of sources, for a digest of the code: a name in a table is no import."""
    return sorted({TEXT_SOURCES[name].partition(":")[0] for name in names})


def look_up(name: str, client: Client, registry: Registry, drugs: Path, files: Mapping[str, Path], out: Path) -> None:
    """Ask the services of a source about the drugs of a dataset and write the records, see `clmt.acquire.look_ups`.

    Parameters
    ----------
    name
        Source with services.
    client
        Asks, paces and caches.
    registry
        Knows the addresses.
    drugs
        The dataset's table of drugs.
    files
        Downloaded files by registry name: those that tell what to look up.
    out
        File to write.
    """
    from clmt.text.entities import read_drugs

    if name not in services_of_sources():
        raise expected_one_of("text look-up: unknown source", name, services_of_sources())
    source = text_source(name)
    for file in source.look_up_files:
        if file not in files:
            raise ClmtError(f"text look-up: {name} needs the file of {file}; add --input {file}=FILE")
    urls = [registry.api(service).url for service in source.services]
    answers = source.look_up(Query(client, urls, read_drugs(drugs), files))
    logger.info("%s: %d of %d have a record", name, len(answers.records), answers.asked)
    if answers.asked and not answers.records:
        logger.warning("%s has nothing to say; if it should, its address in the registry may have moved", name)
    write_records(out, name, answers.records, answers.unknown, answers.failed)
