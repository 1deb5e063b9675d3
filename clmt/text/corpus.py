"""The corpus as files: one row for each sentence of each source, with where it comes from.

``cell_lines.parquet`` and ``drugs.parquet`` have the columns of `COLUMNS`. The full text of an entity is its sentences
joined by a blank in order of position, without the rows that repeat an earlier one: these are kept so that a source's
rows do not depend on which other sources are configured. ``wording.parquet`` beside them says of each sentence which
part of the text it belongs to, where it writes the entity's name and which other names it lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.files import atomic_path, write_parquet
from clmt.reading.lines import control_character
from clmt.reading.parquet import check_types, read_parquet

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "COLUMNS",
    "COVERAGE_COLUMNS",
    "KINDS",
    "WORDING",
    "Sentence",
    "number_sentences",
    "read_corpus",
    "read_wording",
    "write_corpus",
    "write_wording",
]

COLUMNS = ("entity_id", "position", "sentence", "source", "record_id", "licence", "retrieved", "repeats")

#: Kind of entity -> file name of its corpus.
KINDS = {"cell_line": "cell_lines.parquet", "drug": "drugs.parquet"}

COVERAGE_COLUMNS = ("kind", "source", "entities", "of", "share", "sentences", "characters")

#: File name of how the sentences of both kinds are worded.
WORDING = "wording.parquet"

_REMEDY = "Build it with the rule write_corpus"


@dataclass(frozen=True)
class Sentence:
    """One sentence about one entity.

    Attributes
    ----------
    entity_id
        Key of the cell line or drug in its table.
    position
        Place in the entity's text, from 0.
    source
        Name of the text source ("reactome"), or "tables" for what the dataset's own tables say.
    record_id
        Key of the record inside the source.
    retrieved
        Day of the source's release or of the look-up, ISO 8601; the first day where the registry names a year or month.
    repeats
        Whether an earlier row of the entity says the same or lists synonyms too, so that the text leaves this one out.
    part
        Part of the text ("identity", "mechanism").
    name_at
        Where the sentence writes the entity's name, if its wording is ours.
    other_names
        Further names of the entity that it lists.
    """

    entity_id: str
    position: int
    sentence: str
    source: str
    record_id: str
    licence: str
    retrieved: str
    repeats: bool = False
    part: str = ""
    name_at: int | None = None
    other_names: tuple[str, ...] = ()


def number_sentences(sentences: Iterable[Sentence]) -> tuple[list[Sentence], dict[str, int]]:
    """Number the sentences of each entity from 0 in the order given, and mark those that repeat an earlier one.

    Returns
    -------
    numbered : list
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
        other_list = bool(item.other_names) and named.setdefault(item.entity_id, item.source) != item.source
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
    _write(path, pa.table({name: [getattr(item, name) for item in rows] for name in COLUMNS}, schema=schema))


def read_corpus(path: Path, *, repeats: bool = False) -> list[Sentence]:
    """Read one kind's corpus in the order of the file: the rows of the texts or, with ``repeats``, all rows."""
    rows = [Sentence(**{name: row[name] for name in COLUMNS}) for row in _read(path, COLUMNS).to_pylist()]
    _check_sentences(rows, path)
    return [row for row in rows if repeats or not row.repeats]


def _check_sentences(rows: Sequence[Sentence], path: Path) -> None:
    """Refuse a corpus that `write_corpus` does not write; raises `ClmtError` naming entity and position."""
    seen: set[tuple[str, int]] = set()
    for row in rows:
        place = f"{path}: sentence {row.position} of {row.entity_id!r}"
        for name in ("entity_id", "source"):
            if not (value := getattr(row, name)) or control_character(value):
                raise ClmtError(f"{place} has no {name}! got: {value!r:.80}, expected: a name. {_REMEDY}")
        if not row.sentence.strip():
            raise ClmtError(f"{place} is empty! got: {row.sentence!r}, expected: text. {_REMEDY}")
        if (row.entity_id, row.position) in seen:
            raise ClmtError(f"{place} stands twice! expected: each position once. {_REMEDY}")
        seen.add((row.entity_id, row.position))
    silent = sorted({row.entity_id for row in rows} - {row.entity_id for row in rows if not row.repeats})
    if silent or not rows:
        got = f"{silent[0]!r} without a sentence that repeats none" if silent else "no sentence"
        raise ClmtError(f"{path}: not the texts of a dataset! got: {got}, expected: text of each entity. {_REMEDY}")


def write_wording(path: Path, corpora: Mapping[str, Sequence[Sentence]]) -> None:
    """Write the wording of the sentences of both kinds, by kind, entity and position."""
    import pyarrow as pa

    fields = [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("position", pa.int32(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("name_at", pa.int32()),
        pa.field("other_names", pa.list_(pa.string()), nullable=False),
    ]
    names = [field.name for field in fields[1:]]
    rows = [
        {"kind": kind, **{name: getattr(item, name) for name in names}}
        for kind, sentences in corpora.items()
        for item in sentences
    ]
    _write(path, pa.Table.from_pylist(rows, schema=pa.schema(fields)))


def read_wording(path: Path, kind: str, sentences: Iterable[Sentence]) -> list[Sentence]:
    """Give sentences of a corpus back their part and names, from the file of the wording.

    Raises
    ------
    ClmtError
        Where the file is missing or does not know a sentence.
    """
    columns = ("kind", "entity_id", "position", "part", "name_at", "other_names")
    rows = {(row["kind"], row["entity_id"], row["position"]): row for row in _read(path, columns).to_pylist()}
    worded = []
    for item in sentences:
        row = rows.get((kind, item.entity_id, item.position))
        if row is None:
            raise ClmtError(
                f"{path} does not know sentence {item.position} of {kind} {item.entity_id!r}; build it again"
            )
        names = tuple(row["other_names"])
        worded.append(replace(item, part=row["part"], name_at=row["name_at"], other_names=names))
    return worded


def _write(path: Path, table: pa.Table) -> None:
    with atomic_path(path) as temporary:
        write_parquet(table, temporary, compression="zstd")


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    table = read_parquet(path, "the corpus does", _REMEDY, columns)
    others = {
        "position": pa.int32(),
        "name_at": pa.int32(),
        "repeats": pa.bool_(),
        "other_names": pa.list_(pa.string()),
    }
    types = {column: others.get(column, pa.string()) for column in columns}
    check_types(table, types, path, _REMEDY, optional=("name_at",))
    return table
