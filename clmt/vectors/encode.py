"""One vector for each text of a corpus, as a file.

How a text is read is in `clmt.vectors.texts`, what may be done to the vectors in `clmt.vectors.controls`.
"""

from __future__ import annotations

from pathlib import Path

from clmt.files import parse_settings
from clmt.planning.settings.encoders import encoder_job
from clmt.tables.schema import read_table, table_digest
from clmt.vectors.controls import varied
from clmt.vectors.encoders import encode, revision
from clmt.vectors.files import write_vectors
from clmt.vectors.texts import corpus_texts

__all__ = ["encode_corpus"]


def encode_corpus(
    settings_text: str, corpus: Path, out: Path, *, folder: Path | None = None, tables: Path | None = None
) -> None:
    """Encode both kinds of a corpus and write ``text_<encoder>.parquet``.

    Parameters
    ----------
    settings_text
        JSON: ``encoder``, ``kind`` and the keys of the kind.
    corpus
        Folder of ``cell_lines.parquet`` and ``drugs.parquet``, for some settings of ``wording.parquet``.
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
