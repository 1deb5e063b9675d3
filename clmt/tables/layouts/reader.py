"""What a reader of a published layout gives: the sources of the six tables, in one form whatever the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.layouts import LAYOUTS, layout_parts, required_parts
from clmt.planning.settings.tables import TableSettings
from clmt.reading.matrix import Matrix
from clmt.tables.responses import Responses

__all__ = [
    "Archive",
    "DetailedReader",
    "DrugDetails",
    "LayoutReader",
    "archive_file",
    "archive_name",
    "check_simulated",
    "drug_details",
    "layout_reader",
    "parse_archive",
]

#: Where the files of a layout lie: one file, or a file for each part that the layout names.
Archive = Path | Mapping[str, Path]


class LayoutReader(Protocol):
    """Reads the files of one layout; ``archive`` is where they lie.

    Attributes
    ----------
    group_field
        Column of the drugs table that the layout's groups of drugs fill: ``targets`` or ``target_pathway``.
    censored_at
        ln IC50 (uM) from which on a response is a lower bound; None where the layout does not tell.
    """

    @property
    def group_field(self) -> str: ...  # noqa: D102

    @property
    def censored_at(self) -> float | None: ...  # noqa: D102

    def is_simulated(self, archive: Archive) -> bool | None:
        """Tell whether the files are marked as simulated; None where they cannot tell."""
        ...

    def drug_names(self, archive: Archive) -> list[str]:
        """Names of the drugs of the response table, stripped, in the order of the source."""
        ...

    def responses(self, archive: Archive) -> Responses:
        """Responses and which of them are censored."""
        ...

    def omics(self, archive: Archive) -> dict[str, Matrix]:
        """``expression``, ``mutation`` and ``copy_number``, (cell lines, genes), gene names as they stand in the file.

        Expression is on a log2 scale, the others are 0 and 1.
        """
        ...

    def annotation(self, archive: Archive) -> dict[str, dict[str, str]]:
        """``name``, ``primary_site`` and ``histology`` by cell line."""
        ...

    def groups(self, archive: Archive) -> dict[str, list[str]]:
        """Labels of each drug, for the column ``group_field``."""
        ...


@dataclass(frozen=True)
class DrugDetails:
    """What a layout says of a drug beside its responses; blank where it says nothing."""

    name: str = ""
    smiles: str = ""
    cid: int | None = None
    targets: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()


@runtime_checkable
class DetailedReader(Protocol):
    """A reader that also knows names, structures and targets of the drugs."""

    def drug_details(self, archive: Archive) -> dict[str, DrugDetails]:
        """Details of the drugs by id; those of the responses and perhaps others."""
        ...


def layout_reader(name: str, settings: TableSettings | None = None) -> LayoutReader:
    """Reader of a layout by its name in the settings; a ClmtError lists the choices.

    Parameters
    ----------
    name
        Entry of `LAYOUTS`.
    settings
        What a reader is made with that knows more than its files say; where only names are read, the layout alone.
    """
    if name not in LAYOUTS:
        raise expected_one_of("Unknown layout of a dataset", name, LAYOUTS, "Set datasets.<name>.layout")
    module, constant = LAYOUTS[name].split(":")
    found = getattr(import_module(module), constant)
    reader: LayoutReader = found(settings) if isinstance(found, type) else found
    return reader


def drug_details(reader: LayoutReader, archive: Archive) -> dict[str, DrugDetails]:
    """What the reader knows of the drugs; nothing where the layout has names alone."""
    return reader.drug_details(archive) if isinstance(reader, DetailedReader) else {}


def check_simulated(reader: LayoutReader, archive: Archive, simulated: bool) -> None:
    """Refuse simulated tables for a real dataset and real ones for a simulated: neither may pass for the other."""
    marked = reader.is_simulated(archive)
    if marked is not None and marked != simulated:
        found, wanted = ("simulated", "measured") if marked else ("measured", "simulated")
        raise ClmtError(
            f"{archive_name(archive)} holds {found} values, the dataset is declared {wanted}! got: {archive}. "
            "Delete it and fetch it again, or correct the dataset's 'simulated' in the configuration"
        )


def parse_archive(texts: Sequence[str], layout: str) -> Archive:
    """Read the places of a layout's files: one path, or ``part=path`` for each part of the layout that is there.

    Raises
    ------
    ClmtError
        Where a part is unknown, missing or there twice.
    """
    parts = layout_parts(layout)
    if not parts:
        if len(texts) != 1:
            raise ClmtError(f"--archive: layout {layout} is one file! got: {' '.join(texts)}, expected: one path")
        return Path(texts[0])
    named = [text.partition("=")[::2] for text in texts]
    names = [name for name, _ in named]
    missing, unknown = set(required_parts(layout)) - set(names), set(names) - set(parts)
    if missing or unknown or len(set(names)) < len(names) or not all(path for _, path in named):
        wanted = " ".join(f"{part}=PATH" for part in parts)
        raise ClmtError(f"--archive: layout {layout} has other parts! got: {' '.join(texts)}, expected: {wanted}")
    return {name: Path(path) for name, path in named}


def archive_file(archive: Archive, part: str) -> Path:
    """File of one part of a layout."""
    if not isinstance(archive, Mapping):
        raise ClmtError(f"{archive}: one file for a layout of several! expected: a file for {part}")
    return archive[part]


def archive_name(archive: Archive) -> str:
    """Name of the file with the responses, for messages and the audit."""
    return (archive["response"] if isinstance(archive, Mapping) else Path(archive)).name
