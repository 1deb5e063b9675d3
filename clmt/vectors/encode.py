"""One vector for each text of a corpus, as a file; and the variants for which texts are read anew.

``skip_characters`` cuts off the start of each text, ``hide_names`` replaces the names of the entity. What may be
done to the vectors is in `clmt.vectors.vary`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.files import parse_settings
from clmt.text.corpus import KINDS, Sentence, read_corpus
from clmt.text.leakage import name_pattern
from clmt.vectors.encoders import check_settings, encode, revision
from clmt.vectors.files import read_vectors, write_vectors
from clmt.vectors.vary import check_variation, varied

__all__ = ["encode_corpus", "hide_names", "read_vectors"]

log = logging.getLogger(__name__)

_UNNAMED = {"cell_line": "This cell line", "drug": "This compound"}
#: What is read in place of a text that is cut away whole: an encoder gets no empty text, and none of what was cut.
_NEUTRAL = {
    "cell_line": "This cell line is a cell line of the data set.",
    "drug": "This compound is a compound of the data set.",
}
#: How the recipe's own sentences begin before they write the name.
_BEFORE_NAME = ("", "Altered genes of ", "The mechanism of action of ", "The target pathway of ")
_ALSO_KNOWN = re.compile(r"^.+? is also known as (.+)\.$")


def encode_corpus(
    settings_text: str, corpus: Path, out: Path, *, folder: Path | None = None, tables: Path | None = None
) -> None:
    """Encode both kinds of a corpus and write ``text_<encoder>.parquet``.

    Parameters
    ----------
    settings_text : str
        JSON: ``encoder``, ``kind`` and the keys of the kind.
    corpus : Path
        Folder of ``cell_lines.parquet`` and ``drugs.parquet``.
    out : Path
        Columns kind, entity_id, vector; the schema's metadata name encoder, revision, dim, truncated and more.
    folder : Path, optional
        Local folder of a transformer.
    tables : Path, optional
        Folder of the dataset's tables, for ``hide_names``.
    """
    settings = _settings(settings_text)
    names = _names(tables, settings)
    keys: list[tuple[str, str]] = []
    texts: dict[str, str] = {}
    for kind, file in KINDS.items():
        for entity, text in _texts(read_corpus(corpus / file), kind, names).items():
            keys.append((kind, entity))
            texts[f"{kind} {entity}"] = text
    texts, gone = _skipped(texts, settings.get("skip_characters", 0))
    if gone:
        log.warning("skip_characters cuts away %d of %d texts whole; a neutral sentence is read", gone, len(texts))
    vectors, report = encode(texts, settings, folder)
    facts = {
        **{key: value for key, value in report.items() if key != "device"},
        "cut_away_whole": gone,
        "encoder": settings.get("encoder", settings["kind"]),
        "revision": revision(settings),
    }
    write_vectors(out, keys, varied(vectors, [kind for kind, _ in keys], settings), facts)


def _settings(text: str) -> dict[str, Any]:
    settings = parse_settings(text)
    check_settings(settings)
    check_variation(settings)
    return settings


def _names(tables: Path | None, settings: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    """Names of the entities by kind, where they are to be hidden."""
    if not settings.get("hide_names"):
        return None
    if tables is None:
        raise ClmtError("hide_names needs the names in the dataset's tables; give their folder with --tables")
    from clmt.text.gather import read_cell_lines, read_drugs

    return {
        "cell_line": {cell.cell_line_id: cell.name for cell in read_cell_lines(tables / "cell_lines.parquet")},
        "drug": {drug.drug_id: drug.name for drug in read_drugs(tables / "drugs.parquet")},
    }


def _texts(sentences: list[Sentence], kind: str, names: dict[str, dict[str, str]] | None) -> dict[str, str]:
    rows: dict[str, list[str]] = {}
    for item in sorted(sentences, key=lambda item: item.position):
        rows.setdefault(item.entity_id, []).append(item.sentence)
    order = list(dict.fromkeys(item.entity_id for item in sentences))
    if names is not None:
        rows = {entity: hide_names(rows[entity], kind, [entity, names[kind].get(entity, entity)]) for entity in order}
    return {entity: " ".join(rows[entity]) for entity in order}


def hide_names(sentences: list[str], kind: str, names: list[str]) -> list[str]:
    """Replace the names of an entity in its own sentences by "This compound" or "This cell line".

    Sentences that list other names are left out, and those names are replaced too. Numbers and names of fewer than
    three letters and digits are replaced only where the recipe itself writes them: elsewhere they may mean anything.
    """
    kept = []
    known = list(names)
    for sentence in sentences:
        match = _ALSO_KNOWN.match(sentence)
        if match:
            known += re.split(r", | and ", match.group(1))
        else:
            kept.append(sentence)
    pattern = name_pattern(known, case=kind == "cell_line")
    unnamed = _UNNAMED[kind]
    starts = "|".join(re.escape(start) for start in _BEFORE_NAME)
    own = "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))
    written = re.compile(rf"^({starts})(?:{own})(?= )")
    hidden = [written.sub(lambda match: _inside(match.group(1), unnamed), sentence) for sentence in kept]
    return [pattern.sub(unnamed, sentence) for sentence in hidden] or [f"{unnamed} is part of the data set."]


def _inside(start: str, unnamed: str) -> str:
    """The substitute for a name after ``start``, in small letters where it does not begin the sentence."""
    return start + (unnamed[0].lower() + unnamed[1:] if start else unnamed)


def _skipped(texts: Mapping[str, str], count: int) -> tuple[dict[str, str], int]:
    """Cut off the start of each text; those that vanish become a neutral sentence and are counted."""
    if not count:
        return dict(texts), 0
    cut = {key: text[count:] for key, text in texts.items()}
    gone = sum(not text.strip() for text in cut.values())
    return {key: text if text.strip() else _NEUTRAL[key.split(" ", 1)[0]] for key, text in cut.items()}, gone
