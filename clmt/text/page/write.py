"""All texts of a dataset as one HTML page that needs nothing but itself, to look up a drug or cell line and read it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import clmt
from clmt.errors import ClmtError
from clmt.files import check_plain, read_json, write_text
from clmt.pages.render import embed, render
from clmt.text.corpus import COVERAGE_COLUMNS, KINDS, Sentence, read_corpus
from clmt.text.facts import GROUPS
from clmt.text.show import entity_names

__all__ = ["page_data", "write_page"]

#: Kinds in the order of the page: what a reader looks up most comes first.
PLURALS = {"drug": "Drugs", "cell_line": "Cell lines"}


def write_page(dataset: str, corpus: Path, tables: Path, out: Path, *, simulated: bool = False) -> None:
    """Write the page; the same corpus gives the same bytes.

    Parameters
    ----------
    dataset
        How the page calls the dataset.
    corpus
        Folder of ``cell_lines.parquet``, ``drugs.parquet``, ``coverage.tsv`` and ``audit.json``.
    tables
        Folder of the dataset's tables, for the names.
    out
        File to write.
    simulated
        Whether the page says that its data are simulated.

    Raises
    ------
    ClmtError
        Where a file of the corpus is missing or is not one.
    """
    corpora = {kind: read_corpus(corpus / KINDS[kind]) for kind in PLURALS}
    names = {kind: entity_names(tables / KINDS[kind]) for kind in PLURALS}
    covered, audit = _read_coverage(corpus / "coverage.tsv"), _read_audit(corpus / "audit.json")
    kinds = [
        {
            "plural": plural,
            "coverage": [_coverage_row(row) for row in covered if row["kind"] == kind],
            **_left_out(corpora[kind], audit[kind]),
        }
        for kind, plural in PLURALS.items()
    ]
    page = render(
        "text/page/page.html.j2",
        title=f"Texts of {dataset}",
        simulated=simulated,
        version=clmt.__version__,
        kinds=kinds,
        data=embed(page_data(corpora, names)),
    )
    write_text(out, page)


def page_data(corpora: Mapping[str, Sequence[Sentence]], names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Arrange the corpora for the page, with everything that repeats stored once.

    Parameters
    ----------
    corpora
        Kind -> sentences.
    names
        Kind -> name by id; an entity without a name is called by its id.

    Returns
    -------
    dict
        ``sentences``; ``origins``: [source, licence, date]; ``facts``: [sentence, origin, record id];
        ``entities``: [kind, id, name, facts in order], by kind and name. Sentence, origin and fact are positions.
    """
    sentences: dict[str, int] = {}
    origins: dict[tuple[str, str, str], int] = {}
    facts: dict[tuple[int, int, str], int] = {}
    texts: dict[tuple[str, str], list[int]] = {}
    for kind, rows in corpora.items():
        for item in sorted(rows, key=lambda item: (item.entity_id, item.position)):
            origin = (item.source, item.licence, item.retrieved)
            fact = (
                sentences.setdefault(item.sentence, len(sentences)),
                origins.setdefault(origin, len(origins)),
                item.record_id,
            )
            texts.setdefault((kind, item.entity_id), []).append(facts.setdefault(fact, len(facts)))
    entities = [(kind, key, names[kind].get(key, key), rows) for (kind, key), rows in texts.items()]
    order = list(corpora)
    entities.sort(key=lambda entity: (order.index(entity[0]), entity[2].casefold(), entity[1]))
    return {"sentences": list(sentences), "origins": list(origins), "facts": list(facts), "entities": entities}


def _read_coverage(path: Path) -> list[dict[str, str]]:
    check_plain(path, "read")
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t")
            if tuple(reader.fieldnames or ()) != COVERAGE_COLUMNS:
                got = ", ".join(reader.fieldnames or ()) or "nothing"
                raise ClmtError(
                    f"{path}: not a coverage table! got: {got}, expected: {', '.join(COVERAGE_COLUMNS)}; build it again"
                )
            rows = list(reader)
    except (ValueError, csv.Error) as error:
        raise ClmtError(f"{path}: not a coverage table! got: {error}; build it again") from None
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such coverage table; build the corpus with the rule write_corpus") from None
    for number, row in enumerate(rows, start=2):
        try:
            _coverage_row(row)
        except (TypeError, ValueError, AttributeError):
            got = ", ".join(str(value) for value in row.values())
            raise ClmtError(f"{path}: no numbers of coverage in line {number}! got: {got}; build it again") from None
    return rows


def _read_audit(path: Path) -> dict[str, Any]:
    audit: dict[str, Any] = read_json(path, "Build the corpus with the rule write_corpus")
    for kind in PLURALS:
        part = audit.get(kind) if isinstance(audit, dict) else None
        if not isinstance(part, dict) or not _is_audit(part):
            raise ClmtError(f"{path}: nothing on leaks and repeated sentences of kind {kind!r}; build the corpus again")
    return audit


def _is_audit(part: Mapping[str, Any]) -> bool:
    """Whether a part of the audit lists leaks and counts what was repeated."""
    leaks, repeated = part.get("leaks"), part.get("repeated")
    texts = ("entity_id", "sentence", "source")
    return (
        isinstance(leaks, list)
        and all(isinstance(leak, dict) and all(isinstance(leak.get(key), str) for key in texts) for leak in leaks)
        and isinstance(repeated, dict)
        and all(isinstance(count, int) for count in repeated.values())
    )


def _coverage_row(row: Mapping[str, str]) -> dict[str, str]:
    """A row of the coverage table as a reader wants it."""
    css = "all" if row["source"] == "all" else "group" if row["source"] in GROUPS else ""
    share = f"{float(row['share']):.1%}" if row["share"] else "–"
    counts = {name: f"{int(row[name]):,}" for name in ("entities", "of", "sentences", "characters")}
    return {**counts, "source": row["source"], "share": share, "css": css}


def _left_out(sentences: Sequence[Sentence], audit: Mapping[str, Any]) -> dict[str, str]:
    """Count, in words, what the corpus does not say: an audit lists leaks also where they were kept."""
    written = {(item.entity_id, item.sentence) for item in sentences}
    kept: dict[str, int] = {}
    dropped: dict[str, int] = {}
    for leak in audit["leaks"]:
        counts = kept if (leak["entity_id"], leak["sentence"]) in written else dropped
        counts[leak["source"]] = counts.get(leak["source"], 0) + 1
    return {
        "dropped": _counted(dropped),
        "kept": _counted(kept) if kept else "",
        "repeated": _counted(audit["repeated"]),
    }


def _counted(counts: Mapping[str, int]) -> str:
    """ "3 sentences (ncit 2, pubchem 1)"."""
    total = sum(counts.values())
    by = ", ".join(f"{source} {count}" for source, count in sorted(counts.items()))
    return f"{total:,} sentence{'s' * (total != 1)}" + (f" ({by})" if by else "")
