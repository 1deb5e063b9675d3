"""How many cell lines and drugs each source speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clmt.text.corpus import Sentence

__all__ = ["COLUMNS", "coverage_table"]

COLUMNS = ("kind", "source", "entities", "of", "share", "sentences", "characters")

#: Groups of drug sources: a mechanism beyond the dataset's own columns, and long prose.
GROUPS = {
    "any mechanism source": ("repurposing_hub", "chembl", "ccle_profiling", "ncit", "pubchem"),
    "any long prose": ("ncit", "pubchem"),
}


def coverage_table(
    corpora: Mapping[str, Sequence[Sentence]], entity_ids: Mapping[str, Sequence[str]], sources: Iterable[str] = ()
) -> str:
    """Tabulate the corpora by kind and source as tab-separated text with the header `COLUMNS`.

    Each of ``sources`` has a row for both kinds, also where it says nothing: a source that fell silent shows.
    After the sources of each kind come the groups of `GROUPS` and, as "all", the whole text. A sentence that several
    sources have is counted for each of them, and once in the text.
    """
    lines = ["\t".join(COLUMNS)]
    listed = tuple(sources)
    for kind, sentences in corpora.items():
        spoke = sorted({*listed, *(s.source for s in sentences)})
        rows = {source: [s for s in sentences if s.source == source] for source in spoke}
        if kind == "drug":
            for group, members in GROUPS.items():
                rows[group] = [s for s in sentences if s.source in members]
        rows["all"] = [s for s in sentences if not s.repeats]
        total = len(entity_ids[kind])
        for source, found in rows.items():
            entities = len({s.entity_id for s in found})
            share = f"{entities / total:.3f}" if total else ""
            characters = sum(len(s.sentence) for s in found)
            cells = (kind, source, entities, total, share, len(found), characters)
            lines.append("\t".join(str(cell) for cell in cells))
    return "\n".join(lines) + "\n"
