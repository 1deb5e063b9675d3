"""What a reader of a published layout gives: the sources of the six tables, in one form whatever the layout."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.layouts import LAYOUTS
from clmt.reading.matrix import Matrix
from clmt.tables.responses import Responses

__all__ = ["LayoutReader", "check_simulated", "layout_reader"]


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

    def is_simulated(self, archive: Path) -> bool:
        """Tell whether the files are marked as simulated."""
        ...

    def drug_names(self, archive: Path) -> list[str]:
        """Names of the drugs of the response table, stripped, in the order of the source."""
        ...

    def responses(self, archive: Path) -> Responses:
        """Responses and which of them are censored."""
        ...

    def omics(self, archive: Path) -> dict[str, Matrix]:
        """``expression``, ``mutation`` and ``copy_number``, (cell lines, genes), gene names as they stand in the file.

        Expression is on a log2 scale, the others are 0 and 1.
        """
        ...

    def annotation(self, archive: Path) -> dict[str, dict[str, str]]:
        """``name``, ``primary_site`` and ``histology`` by cell line."""
        ...

    def groups(self, archive: Path) -> dict[str, list[str]]:
        """Labels of each drug, for the column ``group_field``."""
        ...


def layout_reader(name: str) -> LayoutReader:
    """Reader of a layout by its name in the settings; a ClmtError lists the choices."""
    if name not in LAYOUTS:
        raise expected_one_of("Unknown layout of a dataset", name, LAYOUTS, "Set datasets.<name>.layout")
    module, constant = LAYOUTS[name].split(":")
    reader: LayoutReader = getattr(import_module(module), constant)
    return reader


def check_simulated(reader: LayoutReader, archive: Path, simulated: bool) -> None:
    """Refuse simulated tables for a real dataset and real ones for a simulated: neither may pass for the other."""
    marked = reader.is_simulated(archive)
    if marked != simulated:
        found, wanted = ("simulated", "measured") if marked else ("measured", "simulated")
        raise ClmtError(
            f"{Path(archive).name} holds {found} values, the dataset is declared {wanted}! got: {archive}. "
            "Delete it and fetch it again, or correct the dataset's 'simulated' in the configuration"
        )
