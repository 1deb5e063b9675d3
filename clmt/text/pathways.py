"""Pathways of a cell line: which gene sets hold more of its altered genes than chance would give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clmt.text.entities import CellLine, Genotype
from clmt.text.facts import NAME, Fact, Facts, Part, listed, state

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "GeneSet",
    "Hit",
    "over_represented",
    "pathway_facts",
    "pathway_hits",
    "usable_sets",
]

Q_LIMIT = 0.25
MAX_HIT_GENES = 10

# Sets that say nothing about a cell line: the roots of the hierarchy and what only gathers other sets.
UMBRELLA = frozenset(
    (
        "Adaptive Immune System; Autophagy; Axon guidance; Cell Cycle; Cell Cycle, Mitotic; Cell-Cell communication; "
        "Cellular responses to external stimuli; Cellular responses to stimuli; Cellular responses to stress; "
        "Chromatin modifying enzymes; Chromatin organization; Circadian Clock; Cytokine Signaling in Immune system; "
        "DNA Repair; DNA Replication; Developmental Biology; Digestion and absorption; Disease; "
        "Diseases of Immune System; Diseases of metabolism; "
        "Diseases of signal transduction by growth factor receptors and second messengers; Drug ADME; "
        "Extracellular matrix organization; Gene expression (Transcription); Generic Transcription Pathway; "
        "Hemostasis; Immune System; Innate Immune System; Intracellular signaling by second messengers; "
        "Membrane Trafficking; Metabolism; Metabolism of RNA; Metabolism of lipids; Metabolism of proteins; "
        "Muscle contraction; Nervous system development; Neuronal System; Organelle biogenesis and maintenance; "
        "Post-translational protein modification; Programmed Cell Death; Protein localization; "
        "RNA Polymerase II Transcription; Reproduction; Sensory Perception; Signal Transduction; Signaling by GPCR; "
        "Signaling by Receptor Tyrosine Kinases; Transport of small molecules; Vesicle-mediated transport"
    )
    .lower()
    .split("; ")
)

# Infectious disease, by what the names of its sets hold: hosts' genes hit there tell of no infection in a cell line.
_INFECTION = re.compile(
    r"infect|\bHIV|\bHCMV\b|\bSARS|\bCoV\b|COVID|coronavir|influenza|\bvir(?:us|al|ion|ions|uses)\b|\bpro-?virus|retrovir"
    r"|leishman|tubercul|\bMtb\b|listeria|salmonell|bacteri(?:a|al|um)\b|microb|parasit|pathogen|\btoxins?\b|botulin|tetanus"
    r"|anthrax|diphtheria|clostrid|plasmodium|\bTat-mediated|\bNef\b|\bNef-|\bRev-mediated|\bVpr\b|\bVpu\b|\bVif\b|APOBEC3G"
    r"|\bNS1\b|\bMonkeypox|\bRSV\b|\bRespiratory syncytial",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GeneSet:
    """One gene set: its key in the source, name and symbols."""

    set_id: str
    name: str
    genes: frozenset[str]


def usable_sets(
    gene_sets: Sequence[GeneSet], background: Sequence[str], *, smallest: int = 3, largest: int = 500
) -> list[GeneSet]:
    """Return the sets to test: 3 to 500 genes, at least 3 of them in the background, no umbrella, no infection."""
    known = frozenset(background)
    return [
        item
        for item in gene_sets
        if smallest <= len(item.genes) <= largest
        and len(item.genes & known) >= smallest
        and item.name.lower() not in UMBRELLA
        and not _INFECTION.search(item.name)
    ]


@dataclass(frozen=True)
class Hit:
    """One set that a cell line's altered genes fall into.

    Attributes
    ----------
    genes
        The altered genes in the set, sorted.
    p, q
        Hypergeometric tail probability, and its Benjamini-Hochberg value over all sets tested.
    """

    gene_set: GeneSet
    genes: tuple[str, ...]
    p: float
    q: float


def over_represented(
    altered: np.ndarray,
    genes: Sequence[str],
    gene_sets: Sequence[GeneSet],
    *,
    keep: int,
    least: int = 4,
    q_limit: float = 0.25,
    min_hits: int = 2,
    max_jaccard: float = 0.7,
) -> list[list[Hit]]:
    """Find the gene sets that hold more altered genes of each cell line than chance would give.

    The background is ``genes``, all genes that could have been found altered. The tail of the hypergeometric
    distribution (scipy's ``hypergeom.sf(hits - 1, genes, set size, altered)``) is computed for all cell lines and sets
    at once, Benjamini-Hochberg over the sets of each cell line. Sets with fewer than ``min_hits`` hits are left out,
    the others ranked by p, then id; one that overlaps a better one (Jaccard over the background above
    ``max_jaccard``) is merged into it. The best ``least`` are kept, and up to ``keep`` of those with q within
    ``q_limit``.

    Parameters
    ----------
    altered
        bool (C, G): whether a gene is mutated or has an altered copy number in a cell line.
    genes
        The G gene symbols, unique.
    gene_sets
        See `usable_sets`.
    keep, least
        Most sets kept of a cell line, and the number up to which q does not matter.
    q_limit
        Largest q of a set beyond ``least``.
    min_hits
        Fewest altered genes in a set.
    max_jaccard
        Overlap above which a set is merged into a better one.

    Returns
    -------
    list
        For each of the C cell lines, best first; empty where nothing has enough hits.
    """
    import numpy as np
    from scipy.stats import false_discovery_control, hypergeom

    rows = {gene: row for row, gene in enumerate(genes)}
    member = np.zeros((len(gene_sets), len(genes)), dtype=np.float32)
    for index, item in enumerate(gene_sets):
        member[index, [rows[gene] for gene in item.genes if gene in rows]] = 1.0
    if not len(gene_sets):
        return [[] for _ in range(len(altered))]
    sizes = member.sum(axis=1).astype(int)
    hits = np.rint(altered.astype(np.float32) @ member.T).astype(int)
    p = np.ones(hits.shape)
    cell, which = np.nonzero(hits)
    p[cell, which] = hypergeom.sf(hits[cell, which] - 1, len(genes), sizes[which], altered.sum(axis=1)[cell])
    q = false_discovery_control(p, axis=-1)
    shared = member @ member.T
    overlap = shared / np.maximum(sizes[:, None] + sizes[None, :] - shared, 1) > max_jaccard
    ids = np.array([item.set_id for item in gene_sets])
    kept: list[list[Hit]] = []
    for row in range(len(altered)):
        candidates = np.flatnonzero(hits[row] >= min_hits)
        candidates = candidates[np.lexsort((ids[candidates], p[row, candidates]))]
        chosen = _choose(candidates, q[row], overlap, keep, least, q_limit)
        kept.append([_hit(gene_sets[i], altered[row], genes, rows, float(p[row, i]), float(q[row, i])) for i in chosen])
    return kept


def _choose(
    candidates: np.ndarray, q: np.ndarray, overlap: np.ndarray, keep: int, least: int, q_limit: float
) -> list[int]:
    """Walk down the ranking and leave out what overlaps a better set."""
    chosen: list[int] = []
    for index in candidates.tolist():
        if len(chosen) >= keep or (len(chosen) >= least and q[index] > q_limit):
            break
        if not overlap[index, chosen].any():
            chosen.append(index)
    return chosen


def _hit(item: GeneSet, altered: np.ndarray, genes: Sequence[str], rows: dict[str, int], p: float, q: float) -> Hit:
    inside = sorted(gene for gene in item.genes if gene in rows and altered[rows[gene]])
    return Hit(item, tuple(inside), p, q)


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
    source
        Name of the source in the corpus.
    cell_lines, hits
        Of equal length, see `pathway_hits`.
    summaries
        Pathway id -> sentences.
    dates
        Pathway id -> day of a look-up.
    named
        Whether the source also names the pathways, or only adds summaries.
    audit
        Counts to hand on.
    """
    facts = Facts()
    without = 0
    for cell, kept in zip(cell_lines, hits, strict=True):
        for hit in kept:
            key = hit.gene_set.set_id
            texts = summaries.get(key, ())
            without += not texts
            day = (dates or {}).get(key, "")
            if named:
                facts.rows.append(state(cell, Part.PATHWAYS, _named(hit), source, key, day))
            facts.rows += [Fact(cell.cell_line_id, Part.SUMMARIES, text, source, key, day) for text in texts]
    facts.audit[source] = {**(audit or {}), "pathways kept without a summary": without}
    return facts


def _named(hit: Hit) -> str:
    """Claim over-representation only where it survives the correction for the number of sets."""
    verb = "are over-represented in" if hit.q <= Q_LIMIT else "also belong to"
    return f"Altered genes of {NAME} {verb} the pathway {hit.gene_set.name}: {listed(hit.genes, MAX_HIT_GENES)}."
