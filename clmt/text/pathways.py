"""Over-representation: which gene sets hold more altered genes of a cell line than chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clmt.text.gene_sets import GeneSet

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Hit", "benjamini_hochberg", "over_represented"]


@dataclass(frozen=True)
class Hit:
    """One set that a cell line's altered genes fall into.

    Attributes
    ----------
    gene_set : GeneSet
    genes : tuple of str
        The altered genes in the set, sorted.
    p, q : float
        Hypergeometric tail probability, and its Benjamini-Hochberg value over all sets tested.
    """

    gene_set: GeneSet
    genes: tuple[str, ...]
    p: float
    q: float


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg values along the last axis of ``p``; same shape."""
    import numpy as np

    count = p.shape[-1]
    order = np.argsort(p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1) * count / np.arange(1, count + 1)
    ranked = np.minimum.accumulate(ranked[..., ::-1], axis=-1)[..., ::-1]
    q = np.empty_like(ranked)
    np.put_along_axis(q, order, np.minimum(ranked, 1.0), axis=-1)
    return q


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
    altered : bool ndarray (C, G)
        Whether a gene is mutated or has an altered copy number in a cell line.
    genes : sequence of str
        The G gene symbols, unique.
    gene_sets : sequence of GeneSet
        See :func:`clmt.text.gene_sets.usable_sets`.
    keep, least : int
        Most sets kept of a cell line, and the number up to which q does not matter.
    q_limit : float
        Largest q of a set beyond ``least``.
    min_hits : int
        Fewest altered genes in a set.
    max_jaccard : float
        Overlap above which a set is merged into a better one.

    Returns
    -------
    list of list of Hit
        For each of the C cell lines, best first; empty where nothing has enough hits.
    """
    import numpy as np
    from scipy.stats import hypergeom

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
    q = benjamini_hochberg(p)
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
