"""What the dataset's own tables say: who a cell line or drug is, and which genes of a cell line are altered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clmt.planning.text_sources import TABLES
from clmt.text.entities import CellLine, CorpusInputs, Drug, Genotype
from clmt.text.facts import NAME, Facts, Part, TextSource, listed, state

if TYPE_CHECKING:
    import numpy as np

__all__ = ["SOURCE", "cell_identities", "drug_identities"]

# Labels of the tables that no reader, and no encoder, would understand.
_SPELT_OUT = {"aero_dig_tract": "upper aerodigestive tract", "NS": "", "NA": ""}


class Tables(TextSource):
    """Part of every text, so that no entity is left without."""

    name = TABLES

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """One sentence for each drug."""
        return drug_identities(inputs.drugs)

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts:
        """Origin and altered genes of each cell line."""
        return cell_identities(inputs.cell_lines, inputs.genotype, inputs.settings.max_altered_genes)


def drug_identities(drugs: Sequence[Drug]) -> Facts:
    """One sentence for each drug."""
    text = f"{NAME} is an anticancer compound."
    return Facts([state(drug, Part.IDENTITY, text, TABLES, drug.drug_id) for drug in drugs])


def cell_identities(cell_lines: Sequence[CellLine], genotype: Genotype, most: int) -> Facts:
    """Identity and altered genes of each cell line, from the dataset's own tables.

    Where more than ``most`` genes are altered on one side, those altered in most cell lines are named: recurrence tells
    drivers from the passengers of a line with very many mutations.
    """
    facts = Facts()
    sides = (("mutations", genotype.mutated), ("copy number alterations", genotype.copy_number))
    ranks = {what: _recurrence(matrix, genotype.genes) for what, matrix in sides}
    for row, cell in enumerate(cell_lines):
        facts.rows.append(state(cell, Part.IDENTITY, _identity(cell), TABLES, cell.cell_line_id))
        for what, matrix in sides:
            genes = [genotype.genes[i] for i in ranks[what] if matrix[row, i]]
            if genes and most:
                text = f"{NAME} has {what} in {listed(genes, most)}."
                facts.rows.append(state(cell, Part.ALTERED, text, TABLES, cell.cell_line_id))
    return facts


def _identity(cell: CellLine) -> str:
    site, histology = (_SPELT_OUT.get(t, t).replace("_", " ").strip() for t in (cell.primary_site, cell.histology))
    origin = f" derived from {site}" if site else f" of type {histology}" if histology else ""
    kind = f" ({histology})" if site and histology and histology.lower() != site.lower() else ""
    return f"{NAME} is a human cancer cell line{origin}{kind}."


def _recurrence(matrix: np.ndarray, genes: Sequence[str]) -> list[int]:
    """Columns in order of how many cell lines have them altered, most first, then by symbol."""
    counts = matrix.sum(axis=0)
    return sorted(range(len(genes)), key=lambda i: (-int(counts[i]), genes[i]))


SOURCE = Tables()
