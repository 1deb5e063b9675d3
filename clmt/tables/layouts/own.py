"""Reader of a dataset of the user's own: tables that lie where the configuration says, read in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.planning.settings.tables import TableSettings
from clmt.tables.layouts.reader import Archive, DrugDetails
from clmt.tables.own.entities import own_cell_lines, own_drugs
from clmt.tables.own.findings import Findings, refusing
from clmt.tables.own.matrices import read_omics
from clmt.tables.own.response import ResponseKeys, read_response, response_keys

if TYPE_CHECKING:
    from clmt.reading.matrix import Matrix
    from clmt.tables.responses import Responses

__all__ = ["OwnReader"]


class OwnReader:
    """Reads the tables in the unit that is stated; the first of their problems is refused.

    `clmt.tables.own.check` lists all of them.
    """

    group_field = "target_pathway"
    censored_at = None

    def __init__(self, settings: TableSettings | None) -> None:
        self._unit = settings.unit if settings else None
        self._value = (settings.value if settings else None) or "value"

    def is_simulated(self, archive: Archive) -> None:
        """No table of the user's tells whether it is simulated: the configuration does."""

    def drug_names(self, archive: Archive) -> list[str]:
        """Ids of the drugs of the response table, in its order."""
        with refusing() as findings:
            keys = response_keys(_parts(archive)["response"], findings)
        return list(dict.fromkeys(keys.drugs))

    def responses(self, archive: Archive) -> Responses:
        """Responses as ln uM, or as areas where these are the target."""
        if self._unit is None:
            raise ClmtError("layout tables: the unit of the responses is missing! Set datasets.<name>.unit")
        with refusing() as findings:
            return read_response(_parts(archive)["response"], self._unit, self._value, findings)

    def omics(self, archive: Archive) -> dict[str, Matrix]:
        """Expression, and mutation and copy number where there are such tables."""
        parts = _parts(archive)
        keys = _keys(parts)
        with refusing() as findings:
            return {
                kind: read_omics(parts[kind], kind, keys.titles[0], frozenset(keys.cell_lines), findings)
                for kind in ("expression", "mutation", "copy_number")
                if kind in parts
            }

    def annotation(self, archive: Archive) -> dict[str, dict[str, str]]:
        """Name, primary site, histology and donor by cell line; none where no table has any."""
        parts = _parts(archive)
        keys = _keys(parts)
        with refusing() as findings:
            found = own_cell_lines(parts, keys, findings)
        return {
            key: {"name": line.name or key, "primary_site": line.site, "histology": line.histology}
            | ({"donor": line.donor} if line.donor else {})
            for key, line in found.items()
        }

    def groups(self, archive: Archive) -> dict[str, list[str]]:
        """Target pathways of each drug."""
        return {key: list(drug.pathways) for key, drug in self.drug_details(archive).items()}

    def drug_details(self, archive: Archive) -> dict[str, DrugDetails]:
        """Name, structure, targets and pathways of each drug of the user's tables."""
        parts = _parts(archive)
        keys = _keys(parts)
        with refusing() as findings:
            found = own_drugs(parts, keys, findings)
        return {
            key: DrugDetails(drug.name, drug.smiles, drug.cid, drug.targets, drug.pathways)
            for key, drug in found.items()
        }


def _parts(archive: Archive) -> Mapping[str, Path]:
    if not isinstance(archive, Mapping):
        raise ClmtError(f"{archive}: one file for a layout of several! expected: PART=PATH for each table")
    return archive


def _keys(parts: Mapping[str, Path]) -> ResponseKeys:
    """Ids of the responses for the other tables; the problems of the responses are told where these are read."""
    return response_keys(parts["response"], Findings())
