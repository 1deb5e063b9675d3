"""Names of a request, and the entities of a bundle that they stand for."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.reading.delimited import Records
from clmt.reading.names import Named, NameIndex
from clmt.tables.schema import split_labels

if TYPE_CHECKING:
    from clmt.bundles.file import Bundle

__all__ = ["KnownNames", "refuse_repeated", "text_column"]

_CLOSEST = 4


@dataclass(frozen=True)
class KnownNames:
    """Names by which a bundle knows its cell lines or drugs.

    Attributes
    ----------
    what
        ``cell line`` or ``drug``.
    rows
        Id -> row.
    index
        Finds ids, names and synonyms.
    """

    what: str
    rows: Mapping[str, int]
    index: NameIndex

    @classmethod
    def of(cls, bundle: Bundle, what: str) -> KnownNames:
        """The names of one side of a bundle."""
        known, graph = bundle.known, bundle.frozen.graph
        if what == "drug":
            names = zip(graph.drug_ids, known.drug_names, [""] * graph.n_drugs, strict=True)
        else:
            names = zip(graph.cell_line_ids, known.cell_line_names, known.cell_line_synonyms, strict=True)
        named = [Named(own, name, (own, *split_labels(synonyms))) for own, name, synonyms in names]
        return cls(what, {one.record_id: row for row, one in enumerate(named)}, NameIndex.of(named))

    def find(self, name: str, where: str = "") -> int:
        """Row of a name: the id as it stands, else a name or synonym; ``where`` is file and line, for the message.

        Raises
        ------
        ClmtError
            For a name that the bundle does not know, or of several entities.
        """
        if name in self.rows:
            return self.rows[name]
        match = self.index.find(name)
        if match.record_id is not None:
            return self.rows[match.record_id]
        if match.ambiguous:
            raise ClmtError(
                f"{where}ambiguous {self.what}! got: {name!r}, expected one of: {', '.join(match.ambiguous)}. Name one "
                "of them"
            )
        close = difflib.get_close_matches(name, self.rows, _CLOSEST, 0.5) or list(self.rows)[:_CLOSEST]
        remedy = "a file with its SMILES" if self.what == "drug" else "a table of its expression"
        raise ClmtError(
            f"{where}unknown {self.what}! got: {name!r}, expected: one of the {len(self.rows)} that the bundle knows, "
            f"such as {', '.join(close)}. Give {remedy} for a new one"
        )


def refuse_repeated(names: Sequence[str], what: str, where: str = "") -> None:
    """Raise where a request names an entity twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ClmtError(f"{where}duplicated {what}! got: {twice[0]!r} twice, expected: each name once")


def text_column(records: Records, name: str) -> list[str]:
    """Stripped cells of the column of that name."""
    return records.column(records.position((name,)))
