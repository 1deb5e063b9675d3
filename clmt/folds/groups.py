"""Groups of pairs that a protocol holds out together, and how groups are dealt into parts."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError
from clmt.reading.unknown import UNKNOWN_LABELS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["assign_parts", "blind_axes", "choose_groups", "drug_skeletons", "shuffled_ranks"]

logger = logging.getLogger(__name__)

# A group above this share of an even part is dealt first, so that no part overflows at the end.
LARGE_GROUP = 0.25


def blind_axes(
    pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame, axes: Sequence[str]
) -> list[np.ndarray]:
    """Name the group of every pair, one array (n,) of strings for each thing that the protocol holds out.

    Parameters
    ----------
    pairs
        Columns ``cell_line_id`` and ``drug_id``.
    cell_lines, drugs
        The tables of the dataset.
    axes
        ``module:function`` of each thing held out, as `clmt.planning.protocols` names them.

    Raises
    ------
    ClmtError
        If a cell line or drug of the responses is not in its table, or a drug has no InChIKey.
    """
    return [resolve_name(axis)(pairs, cell_lines, drugs) for axis in axes]


def pair_groups(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Every pair is a group of its own."""
    both = zip(pairs["cell_line_id"].tolist(), pairs["drug_id"].tolist(), strict=True)
    return np.array([f"{cell}	{drug}" for cell, drug in both], dtype=object)


def cell_groups(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Pairs of the cell lines of a donor; a cell line without a known donor is a group of its own."""
    return _look_up(pairs["cell_line_id"].tolist(), donors(cell_lines), "cell line", "cell_lines")


def tissue_groups(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Pairs of the cell lines of a tissue; tissues that hold cell lines of one donor are one group."""
    sites, groups = tissues(cell_lines), donors(cell_lines)
    together: dict[str, list[str]] = {}
    for cell_line, site in sites.items():
        together.setdefault(groups[cell_line], []).append(site)
    joined = join_names(together.values())
    for site, name in sorted(joined.items()):
        if site != name:
            logger.info("tissues held out together, as they share a donor: %s, %s", name, site)
    joint = {cell_line: joined[site] for cell_line, site in sites.items()}
    return _look_up(pairs["cell_line_id"].tolist(), joint, "cell line", "cell_lines")


def skeleton_groups(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Pairs of the drugs of one skeleton."""
    return _look_up(pairs["drug_id"].tolist(), drug_skeletons(drugs), "drug", "drugs")


def scaffold_groups(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Pairs of the drugs of one scaffold."""
    return _look_up(pairs["drug_id"].tolist(), drug_scaffolds(drugs), "drug", "drugs")


def tissues(cell_lines: pd.DataFrame) -> dict[str, str]:
    """Primary site of each cell line; those without a known one form the group ``unknown``."""
    sites = [str(site or "").strip().lower() for site in cell_lines["primary_site"].tolist()]
    known = ["unknown" if site in UNKNOWN_LABELS else site for site in sites]
    return dict(zip(cell_lines["cell_line_id"].tolist(), known, strict=True))


def donors(cell_lines: pd.DataFrame) -> dict[str, str]:
    """First cell line, by id, of the donor of each cell line: itself, where the donor is not known or has no other."""
    lines: dict[str, list[str]] = {}
    for cell_line, donor in zip(cell_lines["cell_line_id"].tolist(), cell_lines["donor"].tolist(), strict=True):
        if isinstance(donor, str):
            lines.setdefault(donor, []).append(cell_line)
    joined = join_names(lines.values())
    return {cell_line: joined.get(cell_line, cell_line) for cell_line in cell_lines["cell_line_id"].tolist()}


def drug_skeletons(drugs: pd.DataFrame) -> dict[str, str]:
    """First block of each drug's InChIKey: its connectivity, whatever its stereochemistry."""
    skeletons = {}
    for drug, key in zip(drugs["drug_id"].tolist(), drugs["inchikey"].tolist(), strict=True):
        block = str(key or "").split("-")[0]
        if len(block) != 14:
            raise ClmtError(
                f"drugs table, column inchikey, drug {drug!r}: got: {key!r}, expected: an InChIKey. Correct the table"
            )
        skeletons[drug] = block
    return skeletons


def drug_scaffolds(drugs: pd.DataFrame) -> dict[str, str]:
    """Murcko scaffold of each drug; drugs without a ring share none, and each of their skeletons is its own group.

    Tautomers of one skeleton may be drawn with different scaffolds; these then are one group, under the first by name.
    """
    from clmt.features.fingerprints import murcko_scaffold
    from clmt.tables.identity import parse_smiles

    skeletons = drug_skeletons(drugs)
    scaffolds: dict[str, str] = {}
    for drug, smiles in zip(drugs["drug_id"].tolist(), drugs["smiles"].tolist(), strict=True):
        molecule = parse_smiles(smiles, drug, "drugs table, column smiles")
        scaffolds[drug] = murcko_scaffold(molecule) or f"no ring {skeletons[drug]}"
    drawn: dict[str, list[str]] = {}
    for drug, scaffold in scaffolds.items():
        drawn.setdefault(skeletons[drug], []).append(scaffold)
    joined = join_names(drawn.values())
    return {drug: joined[scaffold] for drug, scaffold in scaffolds.items()}


def join_names(together: Iterable[Iterable[str]]) -> dict[str, str]:
    """Join names that stand together in any list, and whatever is joined to them; each gets the first of its group."""
    groups: dict[str, set[str]] = {}
    for names in together:
        merged = set(names).union(*(groups.get(name, set()) for name in names))
        groups.update(dict.fromkeys(merged, merged))
    return {name: min(group) for name, group in groups.items()}


def _look_up(ids: list[str], groups: dict[str, str], what: str, table: str) -> np.ndarray:
    missing = sorted(set(ids) - set(groups))
    if missing:
        raise ClmtError(
            f"response table: {what} {missing[0]!r} is not in the {table} table ({len(missing)} missing)! Rebuild it"
        )
    return np.array([groups[entity] for entity in ids], dtype=object)


def assign_parts(groups: np.ndarray, parts: int, seed: int, purpose: str) -> np.ndarray:
    """Deal the groups into ``parts`` of about equally many pairs, int64 (n,).

    Large groups go first, largest ahead; the others follow in shuffled order, each to the part with fewest pairs yet.

    Raises
    ------
    ClmtError
        If there are fewer groups than parts.
    """
    names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < parts:
        raise ClmtError(
            f"split: too few groups for {parts} parts! got: {len(names)}, expected: at least {parts}. Use fewer folds"
        )
    order = _shuffled(names, seed, purpose)
    if sizes.max() == 1:
        part_of = np.empty(len(names), dtype=np.int64)
        part_of[order] = np.arange(len(names)) % parts
        return part_of[codes]
    large = sizes[order] > LARGE_GROUP * len(groups) / parts
    first = order[large]
    first = first[np.argsort(-sizes[first], kind="stable")]
    part_of = np.empty(len(names), dtype=np.int64)
    load = np.zeros(parts, dtype=np.int64)
    for group in np.concatenate([first, order[~large]]):
        lightest = int(np.argmin(load))
        part_of[group] = lightest
        load[lightest] += sizes[group]
    return part_of[codes]


def choose_groups(groups: np.ndarray, share: float, seed: int, purpose: str) -> np.ndarray:
    """Choose whole groups that hold about ``share`` of the pairs, bool (n,); one at least, never all."""
    names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise ClmtError(
            f"split: too few groups outside the test part for training and validation! got: {len(names)}, "
            "expected: at least 2. Ask for other folds"
        )
    order = _shuffled(names, seed, purpose)
    target = max(1, round(share * len(groups)))
    chosen = np.zeros(len(names), dtype=bool)
    filled = 0
    for group in order:
        if filled + sizes[group] <= target and chosen.sum() + 1 < len(names):
            chosen[group] = True
            filled += sizes[group]
    if not chosen.any():
        chosen[order[np.argmin(sizes[order])]] = True
    return chosen[codes]


def _shuffled(names: Iterable[Any], seed: int, purpose: str) -> np.ndarray:
    """Order names by a hash: the same on every machine and library version, whatever else is in the set."""
    keys = [hashlib.blake2b(f"{seed}\t{purpose}\t{name}".encode(), digest_size=16).digest() for name in names]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def shuffled_ranks(names: np.ndarray, groups: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """Rank each of the distinct names (n,) within its group, in shuffled order, int64 (n,) from 0."""
    order = _shuffled(names, seed, purpose)
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    by_group = order[np.argsort(codes[order], kind="stable")]
    rank = np.empty(len(names), dtype=np.int64)
    rank[by_group] = np.arange(len(names)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank
