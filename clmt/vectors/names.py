"""Texts without the names of what they are about: a model that knows an entity by its name cannot recognise it."""

from __future__ import annotations

from collections.abc import Sequence

from clmt.errors import ClmtError
from clmt.text.corpus import Sentence
from clmt.text.leakage import name_pattern

__all__ = ["hide_names"]

_UNNAMED = {"cell_line": "This cell line", "drug": "This compound"}


def hide_names(sentences: Sequence[Sentence], kind: str, name: str) -> list[str]:
    """Replace the names of an entity in its own sentences by "This compound" or "This cell line".

    Sentences that list other names are left out, and those names are replaced too. Numbers and names of fewer than
    three letters and digits are replaced only where a source of this project writes them: elsewhere they may mean
    anything.

    Parameters
    ----------
    sentences
        Of one entity, with their wording.
    kind
        "cell_line" or "drug".
    name
        The entity's name in the dataset's table.
    """
    unnamed = _UNNAMED[kind]
    others = [other for item in sentences for other in item.other_names]
    pattern = name_pattern([name, *(item.entity_id for item in sentences), *others], case=kind == "cell_line")
    hidden = [pattern.sub(unnamed, _cut(item, name, unnamed)) for item in sentences if not item.other_names]
    return hidden or [f"{unnamed} is part of the data set."]


def _cut(item: Sentence, name: str, unnamed: str) -> str:
    """The sentence with the name that it is known to write replaced."""
    if item.name_at is None:
        return item.sentence
    before, after = item.sentence[: item.name_at], item.sentence[item.name_at :]
    if not after.startswith(name):
        raise ClmtError(
            f"{item.entity_id}: sentence {item.position} writes another name than the dataset's table! "
            f"got: {after[: len(name)]!r}, expected: {name!r}; build the corpus again"
        )
    return before + (unnamed[0].lower() + unnamed[1:] if before else unnamed) + after[len(name) :]
