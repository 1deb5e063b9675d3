"""One vector for each text of a corpus, as a file; and the variants for which texts are read anew.

``skip_characters`` cuts off the start of each text and ``keep_characters`` what comes behind so many, ``hide_names``
replaces the names of the entity. What may be done to the vectors is in `clmt.vectors.controls`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.files import parse_settings
from clmt.planning.settings.encoders import encoder_job
from clmt.tables.schema import read_table, table_digest
from clmt.text.corpus import KINDS, WORDING, Sentence, read_corpus, read_wording
from clmt.vectors.controls import varied
from clmt.vectors.encoders import encode, revision
from clmt.vectors.files import write_vectors
from clmt.vectors.names import hide_names

__all__ = ["NEUTRAL", "corpus_texts", "encode_corpus"]

logger = logging.getLogger(__name__)

#: What is read in place of a text that is cut away whole, and of one that nobody wrote: an encoder gets no empty text.
#: Another wording gives other vectors, "data set" included.
NEUTRAL = {
    "cell_line": "This cell line is a cell line of the data set.",
    "drug": "This compound is a compound of the data set.",
}


def encode_corpus(
    settings_text: str, corpus: Path, out: Path, *, folder: Path | None = None, tables: Path | None = None
) -> None:
    """Encode both kinds of a corpus and write ``text_<encoder>.parquet``.

    Parameters
    ----------
    settings_text
        JSON: ``encoder``, ``kind`` and the keys of the kind.
    corpus
        Folder of ``cell_lines.parquet`` and ``drugs.parquet``, and for ``hide_names`` of ``wording.parquet``.
    out
        Columns kind, entity_id, vector; the schema's metadata name encoder, revision, dim, truncated and more.
    folder
        Local folder of a transformer.
    tables
        Folder of the dataset's tables, for ``hide_names``; digests of the two that name entities go into the metadata,
        so that the vectors are taken for no other dataset's.
    """
    settings = parse_settings(settings_text)
    settings = encoder_job(settings, f"--settings: encoders.{settings.get('encoder', 'encoder')}")
    keys, texts, gone = corpus_texts(settings, corpus, tables)
    vectors, report = encode(texts, settings, folder)
    facts = {
        **{key: value for key, value in report.items() if key != "device"},
        "cut_away_whole": gone,
        "encoder": settings.get("encoder", settings["kind"]),
        "revision": revision(settings),
        **_digests(tables),
    }
    write_vectors(out, keys, varied(vectors, [kind for kind, _ in keys], settings), facts)


def _digests(tables: Path | None) -> dict[str, str]:
    kinds = ("cell_lines", "drugs") if tables else ()
    return {kind: table_digest(read_table(Path(str(tables), f"{kind}.parquet"), kind)) for kind in kinds}


def corpus_texts(
    settings: Mapping[str, Any], corpus: Path, tables: Path | None
) -> tuple[list[tuple[str, str]], dict[str, str], int]:
    """Read the texts of both kinds as an encoder with these settings does.

    Returns
    -------
    keys : list
        Kind and id of each entity, in the order of the texts.
    texts : dict
        Text of each entity by kind and id.
    gone : int
        Texts that ``skip_characters`` cuts away whole, for which a neutral sentence stands.
    """
    names = _names(tables, settings)
    keys: list[tuple[str, str]] = []
    texts: dict[str, str] = {}
    for kind in KINDS:
        for entity, text in _texts(corpus, kind, names).items():
            keys.append((kind, entity))
            texts[f"{kind} {entity}"] = text
    texts, gone = _skipped(texts, settings.get("skip_characters", 0))
    if gone:
        logger.warning("skip_characters cuts away %d of %d texts whole; a neutral sentence is read", gone, len(texts))
    return keys, {entity: text[: settings.get("keep_characters")] for entity, text in texts.items()}, gone


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


def _texts(corpus: Path, kind: str, names: Mapping[str, Mapping[str, str]] | None) -> dict[str, str]:
    """Texts by entity, in the order of the file, their names hidden if given."""
    sentences = read_corpus(corpus / KINDS[kind])
    if names is not None:
        sentences = read_wording(corpus / WORDING, kind, sentences)
    rows: dict[str, list[Sentence]] = {}
    for item in sentences:
        rows.setdefault(item.entity_id, []).append(item)
    texts = {}
    for entity, items in rows.items():
        items.sort(key=lambda item: item.position)
        if names is None:
            texts[entity] = " ".join(item.sentence for item in items)
        else:
            texts[entity] = " ".join(hide_names(items, kind, names[kind].get(entity, entity)))
    return texts


def _skipped(texts: Mapping[str, str], count: int) -> tuple[dict[str, str], int]:
    """Cut off the start of each text; those that vanish become a neutral sentence and are counted."""
    if not count:
        return dict(texts), 0
    cut = {key: text[count:] for key, text in texts.items()}
    gone = sum(not text.strip() for text in cut.values())
    return {key: text if text.strip() else NEUTRAL[key.split(" ", 1)[0]] for key, text in cut.items()}, gone
