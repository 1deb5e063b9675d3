"""The corpus as files: one row for each sentence of each source, with where it comes from.

``cell_lines.parquet`` and ``drugs.parquet`` have the columns of `COLUMNS`. The full text of an entity is its sentences
joined by a blank in order of position, without the rows that repeat an earlier one: these are kept so that a source's
rows do not depend on which other sources are configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clmt.errors import ClmtError
from clmt.files import atomic_path

__all__ = [
    "ALSO_KNOWN",
    "COLUMNS",
    "KINDS",
    "Sentence",
    "entity_texts",
    "number_sentences",
    "read_corpus",
    "write_corpus",
]

COLUMNS = ("entity_id", "position", "sentence", "source", "record_id", "licence", "retrieved", "repeats")

#: Kind of entity -> file name of its corpus.
KINDS = {"cell_line": "cell_lines.parquet", "drug": "drugs.parquet"}


#: How a list of compounds words synonyms, and the sources that are such lists.
ALSO_KNOWN = " is also known as "
COMPOUND_LISTS = ("repurposing_hub", "ccle_profiling", "gdsc_compounds")


@dataclass(frozen=True)
class Sentence:
    """One sentence about one entity.

    Attributes
    ----------
    entity_id : str
        Key of the cell line or drug in its table.
    position : int
        Place in the entity's text, from 0.
    sentence : str
    source : str
        Name of the text source ("reactome"), or "tables" for what the dataset's own tables say.
    record_id : str
        Key of the record inside the source.
    licence : str
    retrieved : str
        Day of the source's release or of the look-up, ISO 8601; the first day where the registry names a year or month.
    repeats : bool
        Whether an earlier row of the entity says the same or lists synonyms too, so that the text leaves this one out.
    """

    entity_id: str
    position: int
    sentence: str
    source: str
    record_id: str
    licence: str
    retrieved: str
    repeats: bool = False


def number_sentences(sentences: Iterable[Sentence]) -> tuple[list[Sentence], dict[str, int]]:
    """Number the sentences of each entity from 0 in the order given, and mark those that repeat an earlier one.

    Returns
    -------
    numbered : list of Sentence
        Each sentence of a source once for an entity. Where several sources say it, all but the first one's repeat it;
        and where several list synonyms, all lists but the first one's count as repeats.
    repeated : dict
        Source -> how many of its sentences repeat an earlier source's.
    """
    counts: dict[str, int] = {}
    speakers: dict[tuple[str, str], list[str]] = {}
    numbered = []
    repeated: dict[str, int] = {}
    named: dict[str, str] = {}
    for item in sentences:
        said_by = speakers.setdefault((item.entity_id, item.sentence), [])
        if item.source in said_by:
            continue
        position = counts.get(item.entity_id, 0)
        counts[item.entity_id] = position + 1
        # One source's list of synonyms is enough: of two lists much is the same.
        other_list = item.source in COMPOUND_LISTS and ALSO_KNOWN in item.sentence
        other_list = other_list and named.setdefault(item.entity_id, item.source) != item.source
        numbered.append(replace(item, position=position, repeats=bool(said_by) or other_list))
        if said_by:
            repeated[item.source] = repeated.get(item.source, 0) + 1
        said_by.append(item.source)
    return numbered, repeated


def write_corpus(path: Path, sentences: Sequence[Sentence], entity_ids: Sequence[str]) -> None:
    """Write one kind's corpus; the same sentences give the same bytes.

    Raises
    ------
    ClmtError
        Where an entity would be left without text, a sentence is empty or belongs to no entity.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    order = {entity: row for row, entity in enumerate(entity_ids)}
    for item in sentences:
        if item.entity_id not in order:
            raise ClmtError(f"{path}: sentence of an unknown entity! got: {item.entity_id!r} from {item.source}")
        if not item.sentence.strip():
            raise ClmtError(f"{path}: empty sentence for {item.entity_id!r} from {item.source} {item.record_id}")
    told = {item.entity_id for item in sentences}
    silent = [entity for entity in entity_ids if entity not in told]
    if silent:
        raise ClmtError(f"{path}: {len(silent)} entities would have no text, the first is {silent[0]!r}")
    rows = sorted(sentences, key=lambda item: (order[item.entity_id], item.position))
    types = {"position": pa.int32(), "repeats": pa.bool_()}
    schema = pa.schema([pa.field(name, types.get(name, pa.string()), nullable=False) for name in COLUMNS])
    columns = {name: [getattr(item, name) for item in rows] for name in COLUMNS}
    with atomic_path(path) as temporary:
        pq.write_table(pa.table(columns, schema=schema), temporary, compression="zstd")


def read_corpus(path: Path, *, repeats: bool = False) -> list[Sentence]:
    """Read one kind's corpus in the order of the file: the rows of the texts or, with ``repeats``, all rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such corpus; build it with the rule write_corpus") from None
    except pa.ArrowInvalid as error:
        raise ClmtError(f"{path} is not a corpus ({str(error).splitlines()[0]}); build it again") from None
    for name in COLUMNS:
        if name not in table.column_names:
            raise ClmtError(f"{path}: column {name!r} is missing; got: {', '.join(table.column_names)}")
    rows = [Sentence(**{name: row[name] for name in COLUMNS}) for row in table.to_pylist()]
    return [row for row in rows if repeats or not row.repeats]


def entity_texts(path: Path) -> dict[str, str]:
    """Return the full text of each entity, in the order of the file.

    Returns
    -------
    dict
        entity_id -> its sentences joined by a blank; never an empty string.
    """
    parts: dict[str, list[tuple[int, str]]] = {}
    for item in read_corpus(path):
        parts.setdefault(item.entity_id, []).append((item.position, item.sentence))
    return {entity: " ".join(sentence for _, sentence in sorted(rows)) for entity, rows in parts.items()}
