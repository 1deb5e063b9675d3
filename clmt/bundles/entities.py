"""Names of a request, and the entities of a bundle that they stand for."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.reading.delimited import Records
from clmt.reading.names import Named, NameIndex
from clmt.tables.schema import split_labels

if TYPE_CHECKING:
    from clmt.bundles.file import Bundle

__all__ = ["find_known", "refuse_repeated", "text_column"]

_CLOSEST = 4


def find_known(name: str, bundle: Bundle, what: str, where: str = "") -> int:
    """Row of the known cell line or drug of a name: its id as it stands, else its name or a synonym.

    Parameters
    ----------
    name
        What the user wrote.
    bundle
        Knows its own.
    what
        ``cell line`` or ``drug``.
    where
        File and line, for the message.

    Raises
    ------
    ClmtError
        For a name that the bundle does not know, or of several entities.
    """
    ids, index = _index(_Names.of(bundle, what))
    if name in ids:
        return ids[name]
    match = index.find(name)
    if match.record_id is not None:
        return ids[match.record_id]
    if match.ambiguous:
        raise ClmtError(
            f"{where}ambiguous {what}! got: {name!r}, expected one of: {', '.join(match.ambiguous)}. Name one of them"
        )
    close = difflib.get_close_matches(name, ids, _CLOSEST, 0.5) or list(ids)[:_CLOSEST]
    remedy = "a file with its SMILES" if what == "drug" else "a table of its expression"
    raise ClmtError(
        f"{where}unknown {what}! got: {name!r}, expected: one of the {len(ids)} that the bundle knows, such as "
        f"{', '.join(close)}. Give {remedy} for a new one"
    )


class _Names(tuple[tuple[str, str, str], ...]):
    """Id, name and synonyms of every known entity."""

    @classmethod
    def of(cls, bundle: Bundle, what: str) -> _Names:
        known, graph = bundle.known, bundle.frozen.graph
        if what == "drug":
            return cls(zip(graph.drug_ids, known.drug_names, [""] * graph.n_drugs, strict=True))
        return cls(zip(graph.cell_line_ids, known.cell_line_names, known.cell_line_synonyms, strict=True))


@lru_cache(8)
def _index(names: _Names) -> tuple[dict[str, int], NameIndex]:
    index = NameIndex.of(Named(own, name, (own, *split_labels(synonyms))) for own, name, synonyms in names)
    return {own: row for row, (own, _, _) in enumerate(names)}, index


def refuse_repeated(names: Sequence[str], what: str, where: str = "") -> None:
    """Raise where a request names an entity twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ClmtError(f"{where}duplicated {what}! got: {twice[0]!r} twice, expected: each name once")


def text_column(records: Records, name: str) -> list[str]:
    """Stripped cells of the column of that name."""
    return records.column(records.position((name,)))
