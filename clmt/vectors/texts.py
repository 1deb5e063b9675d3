"""The texts of a corpus as an encoder reads them.

``without_sources`` leaves out what some sources say, ``hide_names`` the names of the entity; ``skip_characters``
cuts off the start of each text and ``keep_characters`` what comes behind so many.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError, expected_one_of
from clmt.text.corpus import KINDS, WORDING, Sentence, number_sentences, read_corpus, read_wording
from clmt.vectors.names import hide_names

__all__ = ["NEUTRAL", "corpus_texts", "cut"]

logger = logging.getLogger(__name__)

#: What is read in place of a text that is taken away whole, or that nobody wrote: an encoder gets no empty text.
#: Another wording gives other vectors, "data set" included.
NEUTRAL = {
    "cell_line": "This cell line is a cell line of the data set.",
    "drug": "This compound is a compound of the data set.",
}


def corpus_texts(
    settings: Mapping[str, Any], corpus: Path, tables: Path | None
) -> tuple[list[tuple[str, str]], dict[str, str], int]:
    """Read the texts of both kinds as an encoder with these settings does.

    Parameters
    ----------
    settings
        Of the encoder.
    corpus
        Folder of ``cell_lines.parquet``, ``drugs.parquet`` and ``wording.parquet``.
    tables
        Folder of the dataset's tables, for ``hide_names``.

    Returns
    -------
    keys : list
        Kind and id of each entity, in the order of the texts.
    texts : dict
        Text of each entity by kind and id.
    gone : int
        Texts of which nothing is left, for which a neutral sentence stands.
    """
    names = _names(tables, settings)
    found = {kind: _sentences(corpus, kind, settings) for kind in KINDS}
    if left_out := settings.get("without_sources"):
        found = _without(found, left_out, corpus)
    keys: list[tuple[str, str]] = []
    texts: dict[str, str] = {}
    gone = 0
    for kind, entities in found.items():
        for entity, items in entities.items():
            text = _text(items, kind, names[kind].get(entity, entity) if names else None)
            gone += not text[settings.get("skip_characters", 0) :].strip()
            keys.append((kind, entity))
            texts[f"{kind} {entity}"] = cut(text, kind, settings)
    if gone:
        logger.warning("%d of %d texts are taken away whole; a neutral sentence is read", gone, len(texts))
    return keys, texts, gone


def cut(text: str, kind: str, settings: Mapping[str, Any]) -> str:
    """Cut a text to what is read of it: what follows ``skip_characters``, up to ``keep_characters``; never nothing."""
    rest = text[settings.get("skip_characters", 0) :]
    return (rest if rest.strip() else NEUTRAL[kind])[: settings.get("keep_characters")]


def _sentences(corpus: Path, kind: str, settings: Mapping[str, Any]) -> dict[str, list[Sentence]]:
    """Sentences by entity, in the order of the file; all of them, repeated ones too, where sources are left out."""
    left_out = bool(settings.get("without_sources"))
    sentences = read_corpus(corpus / KINDS[kind], repeats=left_out)
    if left_out or settings.get("hide_names"):
        sentences = read_wording(corpus / WORDING, kind, sentences)
    rows: dict[str, list[Sentence]] = {}
    for item in sentences:
        rows.setdefault(item.entity_id, []).append(item)
    return {entity: sorted(items, key=lambda item: item.position) for entity, items in rows.items()}


def _without(
    found: Mapping[str, Mapping[str, Sequence[Sentence]]], sources: Sequence[str], corpus: Path
) -> dict[str, dict[str, list[Sentence]]]:
    """Leave sources out; what one of them and another source say alike stays, as the other's.

    Raises
    ------
    ClmtError
        Where a source has no sentence in this corpus, so that nothing would be left out.
    """
    there = {item.source for entities in found.values() for items in entities.values() for item in items}
    for source in sources:
        if source not in there:
            place = f"{corpus}: without_sources names a source of no sentence"
            raise expected_one_of(place, source, there, "Leave it out of the list or add it to text.sources")
    return {
        kind: {entity: _of_others(items, sources) for entity, items in entities.items()}
        for kind, entities in found.items()
    }


def _of_others(sentences: Sequence[Sentence], sources: Sequence[str]) -> list[Sentence]:
    """Sentences of other sources, without those that repeat an earlier one of these."""
    numbered, _ = number_sentences(item for item in sentences if item.source not in sources)
    return [item for item in numbered if not item.repeats]


def _names(tables: Path | None, settings: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    """Names of the entities by kind, where they are to be hidden."""
    if not settings.get("hide_names"):
        return None
    if tables is None:
        raise ClmtError("hide_names needs the names in the dataset's tables; give their folder with --tables")
    from clmt.text.entities import read_cell_lines, read_drugs

    return {
        "cell_line": {cell.cell_line_id: cell.name for cell in read_cell_lines(tables / "cell_lines.parquet")},
        "drug": {drug.drug_id: drug.name for drug in read_drugs(tables / "drugs.parquet")},
    }


def _text(sentences: Sequence[Sentence], kind: str, name: str | None) -> str:
    """Join the sentences of one entity, without its names where ``name`` is given."""
    if name is None or not sentences:
        return " ".join(item.sentence for item in sentences)
    return " ".join(hide_names(sentences, kind, name))
