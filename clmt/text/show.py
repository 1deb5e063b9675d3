"""Print what a corpus says about one cell line or drug, with the source of each sentence."""

from __future__ import annotations

import difflib
import textwrap
from pathlib import Path

from clmt.errors import ClmtError
from clmt.files import check_plain
from clmt.logs import printable
from clmt.reading.names import name_key
from clmt.text.corpus import KINDS, Sentence, read_corpus

__all__ = ["entity_names", "show_text"]

WIDTH = 110


def show_text(folder: Path, entity: str) -> str:
    """Return the text of an entity for a reader.

    Parameters
    ----------
    folder
        Folder of a dataset's results: ``text`` and, for names, ``tables``. Where that dataset lacks the entity, the
        others beside it are looked at in order of their names.
    entity
        Id or name; letters and digits decide where neither is spelt exactly.

    Returns
    -------
    str
        Lines; an entity that exists as a cell line and as a drug is shown twice. Where they come from another dataset,
        the first line says so.

    Raises
    ------
    ClmtError
        For an entity that no dataset has, with near names.
    """
    folder = Path(folder)
    shown, known = _pages(folder, entity)
    if shown:
        return "\n".join(shown)
    for other in sorted(path for path in folder.parent.iterdir() if path != folder and _has_corpus(path)):
        shown, _ = _pages(other, entity)
        if shown:
            return "\n".join([f"{folder.name} has no {entity}; this is its text in {other.name}.\n", *shown])
    near = difflib.get_close_matches(entity, sorted(known), n=5, cutoff=0.5)
    near += [name for name in sorted(known) if name_key(entity) and name_key(entity) in name_key(name)]
    listed = ", ".join(list(dict.fromkeys(near))[:8]) or f"names such as {', '.join(sorted(known)[:3])}"
    raise ClmtError(f"{folder.name}: no cell line or drug of that name! got: {entity!r}, expected one of: {listed}")


def _pages(folder: Path, entity: str) -> tuple[list[str], set[str]]:
    """Pages of the entity in one dataset, and all ids and names of it."""
    shown, known = [], set()
    for kind, file in KINDS.items():
        sentences = read_corpus(folder / "text" / file, repeats=True)
        names = entity_names(folder / "tables" / file)
        ids = list(dict.fromkeys(item.entity_id for item in sentences))
        known |= set(ids) | {names.get(key, key) for key in ids}
        for key in _found(ids, names, entity):
            shown.append(_page(kind, names.get(key, key), [item for item in sentences if item.entity_id == key]))
    return shown, known


def _has_corpus(folder: Path) -> bool:
    return all((folder / "text" / file).is_file() for file in KINDS.values())


def entity_names(table: Path) -> dict[str, str]:
    """Names by id; a corpus can be read without its tables."""
    check_plain(table, "read")
    if not (table.exists() or table.is_symlink()):
        return {}
    from clmt.tables.schema import read_table

    frame = read_table(table, table.stem)
    return dict(zip(frame.iloc[:, 0].tolist(), frame["name"].tolist(), strict=True))


def _found(ids: list[str], names: dict[str, str], entity: str) -> list[str]:
    """Ids by exact id or name, else by their letters and digits."""
    exact = [key for key in ids if entity in (key, names.get(key))]
    wanted = name_key(entity)
    return exact or [key for key in ids if wanted and wanted in (name_key(key), name_key(names.get(key, "")))]


def _page(kind: str, name: str, sentences: list[Sentence]) -> str:
    entity = sentences[0].entity_id
    lines = [f"{kind.replace('_', ' ')} {name}" + (f" ({entity})" if entity != name else ""), ""]
    for number, item in enumerate((item for item in sentences if not item.repeats), start=1):
        lines += textwrap.wrap(item.sentence, WIDTH, initial_indent=f"{number:>3}. ", subsequent_indent="     ")
        said = [item, *(other for other in sentences if other.repeats and other.sentence == item.sentence)]
        lines += [f"     {_origin(each)}" + " (says the same)" * each.repeats for each in said]
    return printable("\n".join([*lines, ""]), lines=True)


def _origin(item: Sentence) -> str:
    day = f", {item.retrieved}" if item.retrieved else ""
    return f"[{item.source}: {item.record_id}; {item.licence}{day}]"
