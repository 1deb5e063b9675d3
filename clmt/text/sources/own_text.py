"""What the user's own tables write about cell lines and drugs, in a column of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from clmt.planning.text_sources import OWN_TEXT
from clmt.reading.prose import as_sentence, clean, split_sentences
from clmt.tables.own.entities import own_cell_lines, own_drugs
from clmt.tables.own.findings import refusing
from clmt.tables.own.response import response_keys
from clmt.text.entities import CorpusInputs
from clmt.text.facts import OWN_FILES, Entity, Facts, Part, TextSource, state

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SOURCE"]


class OwnText(TextSource):
    """Part of every text of a dataset of the user's own; it says nothing where the tables have no such column."""

    name = OWN_TEXT

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Sentences of each drug's text."""
        parts = _parts(inputs)
        with refusing() as findings:
            found = own_drugs(parts, response_keys(parts["response"], findings), findings)
        return _sentences(inputs.drugs, {key: drug.text for key, drug in found.items()})

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts:
        """Sentences of each cell line's text."""
        parts = _parts(inputs)
        with refusing() as findings:
            found = own_cell_lines(parts, response_keys(parts["response"], findings), findings)
        return _sentences(inputs.cell_lines, {key: line.text for key, line in found.items()})


def _parts(inputs: CorpusInputs) -> dict[str, Path]:
    return {part: inputs.files[name] for name, part in OWN_FILES.items() if name in inputs.files}


def _sentences(entities: Sequence[Entity], texts: Mapping[str, str]) -> Facts:
    """State the sentences; texts of entities that the tables left out, or merged, are counted."""
    facts = Facts()
    for entity in entities:
        key = entity.entity_id
        for sentence in split_sentences(clean(texts.get(key, ""))):
            facts.rows.append(state(entity, Part.MECHANISM, as_sentence(sentence), OWN_TEXT, key))
    known = {entity.entity_id for entity in entities}
    facts.audit["own texts of entities that are not in the tables"] = sorted(
        key for key, text in texts.items() if text and key not in known
    )
    return facts


SOURCE = OwnText()
