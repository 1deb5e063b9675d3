"""Genes of a user's table, matched to those of a bundle, and whether the numbers are on the bundle's scale."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clmt.errors import ClmtError
from clmt.reading.names import name_key
from clmt.reading.targets import read_aliases
from clmt.tables.genes import symbol_of_date
from clmt.tables.own.scale import gene_kind

if TYPE_CHECKING:
    from clmt.bundles.file import Expression

__all__ = ["MatchedGenes", "check_scale", "match_genes"]

_WITH_ID = re.compile(r"(\S+?)(?: \((\d+|ENSG\d+(?:\.\d+)?|nan)\)|\|(\d+|ENSG\d+(?:\.\d+)?))")
_VERSION = re.compile(r"(ENSG\d{11})\.\d+")
_FARTHEST = 2.0
"""Distance of a profile from the training means at most, in that of the farthest training cell line."""


@dataclass(frozen=True)
class MatchedGenes:
    """Columns of a user's table by gene of the bundle.

    Attributes
    ----------
    places
        Int64 (G,): column of each gene of the bundle, -1 where the table has none.
    by_alias
        Genes that the table has under another name.
    """

    places: np.ndarray
    by_alias: int

    @property
    def missing(self) -> int:
        """How many genes the table lacks."""
        return int((self.places < 0).sum())


def match_genes(columns: Sequence[str], genes: Sequence[str], source: str) -> MatchedGenes:
    """Match columns to genes by symbol, whatever its case, else by an alias or a date that was a symbol.

    A symbol may have an id beside it, as DepMap (``TP53 (7157)``) and TCGA (``TP53|7157``) write it. Ensembl and Entrez
    ids are matched where the bundle's own tables name the genes by them.

    Raises
    ------
    ClmtError
        Where two columns are one gene, or none is a gene of the bundle.
    """
    names = [_names(column) for column in columns]
    known = {_names(gene)[0].casefold(): row for row, gene in enumerate(genes)}
    own = [next((known[name.casefold()] for name in each if name.casefold() in known), -1) for each in names]
    taken = {row for row in own if row >= 0}
    aliases = read_aliases()
    by_alias = 0
    for place, row in enumerate(own):
        named = aliases.get(name_key(names[place][0]), ()) if row < 0 else ()
        found = known.get(named[0].casefold(), -1) if len(named) == 1 else -1
        if found >= 0 and found not in taken:
            own[place] = found
            by_alias += 1
    counts = Counter(row for row in own if row >= 0)
    twice = [row for row, count in counts.items() if count > 1]
    if twice:
        named = tuple(columns[place] for place, row in enumerate(own) if row == twice[0])
        raise ClmtError(
            f"{source}: two columns are one gene! got: {' and '.join(map(repr, named))} for {genes[twice[0]]!r}, "
            "expected: each gene once. Take one out"
        )
    if not counts:
        raise ClmtError(
            f"{source}: no column is a gene of the bundle! got: {_kind(columns)} such as {columns[0]!r}, expected: "
            f"{_kind(genes)} such as {', '.join(genes[:3])}. Name the columns so, a cell line in each row"
        )
    places = np.full(len(genes), -1, dtype=np.int64)
    for place, row in enumerate(own):
        if row >= 0:
            places[row] = place
    return MatchedGenes(places, by_alias)


def _names(column: str) -> list[str]:
    """Symbol or id of a column, and the id that stands beside it."""
    found = _WITH_ID.fullmatch(column.strip())
    parts = [part for part in found.groups() if part] if found else [column.strip()]
    return [symbol_of_date(part) or _VERSION.sub(r"\1", part) for part in parts]


def _kind(genes: Sequence[str]) -> str:
    return gene_kind(genes).partition(" (")[0]


def check_scale(values: np.ndarray, names: Sequence[str], reference: Expression, source: str) -> None:
    """Refuse profiles that cannot be on the scale of the bundle's training cell lines, and say what they look like.

    A profile's distance is the median over its genes of how far it lies from the training means. One that lies farther
    than twice the farthest training cell line is on another scale, or of something else than cells.

    Parameters
    ----------
    values
        Float (n, G); NaN where a gene is missing.
    names
        Of the n profiles.
    reference
        Of the bundle.
    source
        Of the values, for the message.
    """
    distance = np.nanmedian(np.abs(values - reference.mean), axis=1)
    farthest = float(reference.distance.max())
    odd = np.flatnonzero(distance > _FARTHEST * farthest)
    if len(odd):
        row = int(odd[0])
        raise ClmtError(
            f"{source}: cell line {names[row]!r} ({len(odd)} of {len(values)}) is on another scale than the bundle's "
            f"expression! got: {_looks_like(values[row], reference)}, expected: values such as the training cell "
            f"lines' (median {np.median(reference.mean):.3g}, {reference.lowest.min():.3g} to "
            f"{reference.highest.max():.3g}). Bring them to that scale"
        )


def _looks_like(profile: np.ndarray, reference: Expression) -> str:
    present = profile[np.isfinite(profile)]
    spread = f"median {np.median(present):.3g}, {present.min():.3g} to {present.max():.3g}"
    if present.max() > 60:
        whole = bool((present == np.round(present)).mean() > 0.95)
        return f"{spread}: {'counts' if whole else 'values'} that were never logged"
    if present.min() < -0.2 and abs(present.mean()) < 0.5 and np.median(reference.mean) > 1:
        return f"{spread}: z-scores, or values centred gene by gene"
    mean = reference.mean[np.isfinite(profile)]
    slope = float((present @ mean) / (mean @ mean))
    if abs(slope - np.log(2)) < 0.08:
        return f"{spread}: natural logarithms"
    if abs(slope - np.log10(2)) < 0.05:
        return f"{spread}: common logarithms"
    return spread
