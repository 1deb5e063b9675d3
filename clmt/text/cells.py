"""What the tables and the pathway databases say about a cell line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.text.facts import TABLES, Fact, Facts, Part, listed
from clmt.text.gene_sets import GeneSet, usable_sets
from clmt.text.pathways import Hit, over_represented

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CellLine", "Genotype", "cell_identities", "pathway_facts", "pathway_hits", "read_genotype"]

Q_LIMIT = 0.25
MAX_HIT_GENES = 10

# Labels of the tables that no reader, and no encoder, would understand.
_SPELT_OUT = {"aero_dig_tract": "upper aerodigestive tract", "NS": "", "NA": ""}


@dataclass(frozen=True)
class CellLine:
    """A cell line of the dataset."""

    cell_line_id: str
    name: str
    primary_site: str = ""
    histology: str = ""


@dataclass(frozen=True)
class Genotype:
    """Altered genes of the cell lines.

    Attributes
    ----------
    genes : list of str
        All genes that could be found altered, sorted: the background of over-representation.
    mutated, copy_number : bool ndarray (C, G)
        Whether the gene is mutated, and whether its copy number is altered, in the order of the cell lines.
    """

    genes: list[str]
    mutated: np.ndarray
    copy_number: np.ndarray


def read_genotype(mutation: Path, copy_number: Path, cell_line_ids: Sequence[str]) -> Genotype:
    """Read both matrices on the union of their genes, in the order of ``cell_line_ids``."""
    import numpy as np

    from clmt.tables.schema import read_table

    frames = []
    for path, kind in ((mutation, "mutation"), (copy_number, "copy_number")):
        frame = read_table(path, kind).set_index("cell_line_id")
        missing = [key for key in cell_line_ids if key not in frame.index]
        if missing:
            raise ClmtError(
                f"{path}: no row for {len(missing)} cell lines, the first is {missing[0]!r}; build the tables"
            )
        frames.append(frame.loc[list(cell_line_ids)])
    genes = sorted({gene for frame in frames for gene in frame.columns})
    wide = [frame.reindex(columns=genes, fill_value=0).to_numpy() != 0 for frame in frames]
    return Genotype(genes, np.ascontiguousarray(wide[0]), np.ascontiguousarray(wide[1]))


def cell_identities(cell_lines: Sequence[CellLine], genotype: Genotype, most: int) -> Facts:
    """Identity and altered genes of each cell line, from the dataset's own tables.

    Where more than ``most`` genes are altered on one side, those altered in most cell lines are named: recurrence tells
    drivers from the passengers of a line with very many mutations.
    """
    facts = Facts()
    sides = (("mutations", genotype.mutated), ("copy number alterations", genotype.copy_number))
    ranks = {what: _recurrence(matrix, genotype.genes) for what, matrix in sides}
    for row, cell in enumerate(cell_lines):
        facts.rows.append(Fact(cell.cell_line_id, Part.IDENTITY, _identity(cell), TABLES, cell.cell_line_id))
        for what, matrix in sides:
            genes = [genotype.genes[i] for i in ranks[what] if matrix[row, i]]
            if genes and most:
                text = f"{cell.name} has {what} in {listed(genes, most)}."
                facts.rows.append(Fact(cell.cell_line_id, Part.ALTERED, text, TABLES, cell.cell_line_id))
    return facts


def _identity(cell: CellLine) -> str:
    site, histology = (_SPELT_OUT.get(t, t).replace("_", " ").strip() for t in (cell.primary_site, cell.histology))
    origin = f" derived from {site}" if site else f" of type {histology}" if histology else ""
    kind = f" ({histology})" if site and histology and histology.lower() != site.lower() else ""
    return f"{cell.name} is a human cancer cell line{origin}{kind}."


def _recurrence(matrix: np.ndarray, genes: Sequence[str]) -> list[int]:
    """Columns in order of how many cell lines have them altered, most first, then by symbol."""
    counts = matrix.sum(axis=0)
    return sorted(range(len(genes)), key=lambda i: (-int(counts[i]), genes[i]))


def pathway_hits(genotype: Genotype, gene_sets: Sequence[GeneSet], most: int) -> tuple[list[list[Hit]], dict[str, Any]]:
    """Pathways of the altered genes of each cell line, and counts for the audit."""
    usable = usable_sets(gene_sets, genotype.genes)
    altered = genotype.mutated | genotype.copy_number
    hits = over_represented(altered, genotype.genes, usable, keep=most, least=min(4, most), q_limit=Q_LIMIT)
    audit = {
        "gene sets": len(gene_sets),
        "gene sets tested": len(usable),
        "background genes": len(genotype.genes),
        "cell lines with a pathway": sum(bool(kept) for kept in hits),
        "pathways kept": sum(len(kept) for kept in hits),
        f"pathways kept with q of at most {Q_LIMIT}": sum(hit.q <= Q_LIMIT for kept in hits for hit in kept),
    }
    return hits, audit


def pathway_facts(
    source: str,
    cell_lines: Sequence[CellLine],
    hits: Sequence[Sequence[Hit]],
    summaries: Mapping[str, Sequence[str]],
    dates: Mapping[str, str] | None = None,
    *,
    named: bool = True,
    audit: Mapping[str, Any] | None = None,
) -> Facts:
    """Word the pathways of each cell line: first the names with the genes that hit, then the summaries.

    Parameters
    ----------
    source : str
        Name of the source in the corpus.
    cell_lines, hits : sequences of length C
        See :func:`pathway_hits`.
    summaries : mapping
        Pathway id -> sentences.
    dates : mapping, optional
        Pathway id -> day of a look-up.
    named : bool
        Whether the source also names the pathways, or only adds summaries.
    audit : mapping, optional
        Counts to hand on.
    """
    facts = Facts()
    without = 0
    for cell, kept in zip(cell_lines, hits, strict=True):
        for hit in kept:
            key = hit.gene_set.set_id
            texts = [(Part.SUMMARIES, text) for text in summaries.get(key, ())]
            without += not texts
            if named:
                texts.insert(0, (Part.PATHWAYS, _named(cell, hit)))
            day = (dates or {}).get(key, "")
            facts.rows += [Fact(cell.cell_line_id, part, text, source, key, day) for part, text in texts]
    facts.audit[source] = {**(audit or {}), "pathways kept without a summary": without}
    return facts


def _named(cell: CellLine, hit: Hit) -> str:
    """Claim over-representation only where it survives the correction for the number of sets."""
    verb = "are over-represented in" if hit.q <= Q_LIMIT else "also belong to"
    return f"Altered genes of {cell.name} {verb} the pathway {hit.gene_set.name}: {listed(hit.genes, MAX_HIT_GENES)}."
