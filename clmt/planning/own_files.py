"""The files of a dataset of the user's own, layout ``tables``: where each part lies, read in place.

A part is named in the configuration, or found in a folder by its file name. Pure Python: a plan asks this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from clmt.errors import ClmtError, expected_one_of

__all__ = ["ENDINGS", "LAYOUT", "PARTS", "REQUIRED", "locate", "own_files"]

#: Name of the layout.
LAYOUT = "tables"
#: Parts by name, and the names of files that hold them; the second ones are those of drevalpy's data sets, whose
#: response table has the name of its folder.
PARTS = {
    "response": ("response",),
    "expression": ("expression", "gene_expression"),
    "mutation": ("mutation", "mutations"),
    "copy_number": ("copy_number", "copy_number_variation_gistic"),
    "cell_lines": ("cell_lines", "cell_line_names"),
    "drugs": ("drugs", "drug_names"),
    "structures": ("structures", "drug_smiles"),
}
REQUIRED = ("response", "expression")
ENDINGS = (".csv", ".tsv", ".parquet", ".csv.gz", ".tsv.gz", ".xlsx")


def own_files(archive: str | Mapping[str, str], place: str) -> dict[str, str]:
    """Path of each part that is there; raises `ClmtError` for the first fault, ``place`` is the key's in messages."""

    def refuse(fault: ClmtError) -> None:
        raise fault

    return locate(archive, place, refuse)


def locate(archive: str | Mapping[str, str], place: str, note: Callable[[ClmtError], None]) -> dict[str, str]:
    """Find the parts and hand every fault to ``note``: an unknown or missing part, one that lies in no or two files."""
    if isinstance(archive, Mapping):
        found = {part: str(path) for part, path in archive.items() if part in PARTS}
        for part in archive:
            if part not in PARTS:
                note(expected_one_of(f"{place}: unknown part", part, PARTS, "Correct its name"))
    else:
        found = _in_folder(Path(archive), place, note)
    for part in REQUIRED:
        if part not in found:
            names = " or ".join(PARTS[part])
            where = f"a file {names} ({', '.join(ENDINGS)}) in {archive}" if isinstance(archive, str) else "its path"
            note(ClmtError(f"{place}: no {part}! got: {', '.join(found) or 'no part'}, expected: {where}"))
    for part, path in found.items():
        if any(mark in path for mark in "{}"):
            note(ClmtError(f"{place}: {part} lies at a path with braces! got: {path}, expected: a path without them"))
        elif not path.lower().endswith(ENDINGS):
            note(expected_one_of(f"{place}: {part} is of no known kind", path, ENDINGS, "Save it as one of these"))
        elif not Path(path).is_file():
            note(ClmtError(f"{path}: the {part} table does not exist! Correct {place}, or put the file there"))
    return {part: path for part, path in found.items() if Path(path).is_file()}


def _in_folder(folder: Path, place: str, note: Callable[[ClmtError], None]) -> dict[str, str]:
    if not folder.is_dir():
        note(ClmtError(f"{place} is no folder! got: {folder}, expected: a folder with the tables, or a path by part"))
        return {}
    stems: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        ending = next((ending for ending in reversed(ENDINGS) if path.name.lower().endswith(ending)), None)
        if ending and path.is_file():
            stems.setdefault(path.name[: -len(ending)].lower(), []).append(str(path))
    found = {}
    for part, names in PARTS.items():
        named = (*names, folder.resolve().name.lower()) if part == "response" else names
        paths = [path for name in dict.fromkeys(named) for path in stems.get(name, [])]
        if len(paths) > 1:
            listed = ", ".join(Path(path).name for path in paths)
            note(ClmtError(f"{folder}: {part} lies in several files! got: {listed}, expected: one. Name it in {place}"))
        if paths:
            found[part] = paths[0]
    return found
