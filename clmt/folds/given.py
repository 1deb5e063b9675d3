"""Roles of pairs from a file of the user's, checked like those that are dealt."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clmt.errors import ClmtError, expected_one_of, shown
from clmt.folds.roles import ROLES, TEST, TRAIN, VALIDATION, torn_groups
from clmt.reading.pairs import PairRows, read_pair_rows

if TYPE_CHECKING:
    import pandas as pd

    from clmt.planning.settings.folds import FileFoldSettings

__all__ = ["roles_of_file"]

logger = logging.getLogger(__name__)


def roles_of_file(pairs: pd.DataFrame, axes: list[np.ndarray], settings: FileFoldSettings) -> np.ndarray:
    """Read role codes (positions in `clmt.folds.roles.ROLES`), int8 (folds, n).

    Parameters
    ----------
    pairs
        Columns ``cell_line_id`` and ``drug_id`` of the n responses.
    axes
        One array of group names (n,) for each thing that the protocol says is blind.
    settings
        ``file``, ``protocol`` and ``folds``.

    Raises
    ------
    ClmtError
        Where a response has no role in a fold or two, a pair was not measured, a fold or role is none, a fold lacks a
        role, a pair is tested more often than another, or a group that the protocol holds out is in two roles.
    """
    rows = read_pair_rows(Path(settings.file), ["fold", "role"])
    roles = _fill(rows, pairs, settings.folds)
    if np.any(roles < 0):
        fold, column = (int(part[0]) for part in np.nonzero(roles < 0))
        cell, drug = pairs.iloc[column]
        raise ClmtError(
            f"{rows.source}: a response has no role! got: none of cell line {cell!r} and drug {drug!r} in fold {fold} "
            f"({int((roles < 0).sum())} such rows are missing), expected: one in each of {settings.folds} folds. Add "
            "it, as unused where it has no part"
        )
    _verify_tests(rows.source, roles, pairs)
    for fold, row in enumerate(roles):
        for axis in axes:
            _refuse_leak(f"{rows.source}: fold {fold}", axis, row, pairs, settings.protocol)
    return roles


def _fill(rows: PairRows, pairs: pd.DataFrame, folds: int) -> np.ndarray:
    """Role codes by fold and response, int8 (folds, n); -1 where the file has none."""
    responses = zip(pairs["cell_line_id"].tolist(), pairs["drug_id"].tolist(), strict=True)
    columns = {pair: column for column, pair in enumerate(responses)}
    codes = {role: code for code, role in enumerate(ROLES)}
    numbers = {str(fold): fold for fold in range(folds)}
    roles = np.full((folds, len(columns)), -1, dtype=np.int8)
    cells = zip(rows.pairs, rows.columns["fold"], rows.columns["role"], strict=True)
    for place, (pair, fold, role) in enumerate(cells):
        if fold not in numbers:
            raise ClmtError(f"{rows.place(place)}: no such fold! got: {shown(fold)}, expected: 0 to {folds - 1}")
        if role not in codes:
            raise expected_one_of(f"{rows.place(place)}: column role", role, ROLES)
        if pair not in columns:
            raise _unknown_pair(rows.place(place), pair, pairs)
        if roles[numbers[fold], columns[pair]] >= 0:
            raise ClmtError(
                f"{rows.place(place)}: a pair has two roles in fold {fold}! got: cell line {pair[0]!r} and drug "
                f"{pair[1]!r} again, expected: each once. Take one out"
            )
        roles[numbers[fold], columns[pair]] = codes[role]
    return roles


def _unknown_pair(place: str, pair: tuple[str, str], pairs: pd.DataFrame) -> ClmtError:
    """Say what of a pair is not among the responses."""
    for what, column, name in (("cell line", "cell_line_id", pair[0]), ("drug", "drug_id", pair[1])):
        known = set(pairs[column])
        if name not in known:
            return ClmtError(
                f"{place}: {what} has no response in this dataset! got: {name!r}, expected: one of {len(known)}, such "
                f"as: {min(known)!r}. Take its rows out"
            )
    return ClmtError(f"{place}: the pair was not measured! got: cell line {pair[0]!r} and drug {pair[1]!r}")


def _verify_tests(source: str, roles: np.ndarray, pairs: pd.DataFrame) -> None:
    """Refuse a fold without a role, and pairs that are tested more often than others."""
    for fold, row in enumerate(roles):
        for code in (TRAIN, VALIDATION, TEST):
            if not np.any(row == code):
                raise ClmtError(f"{source}: fold {fold} has no {ROLES[code]} pair! expected: some of each role")
    tested = (roles == TEST).sum(axis=0)
    least = tested[tested > 0].min()
    if (odd := np.flatnonzero(tested > least)).size:
        cell, drug = pairs.iloc[odd[0]]
        raise ClmtError(
            f"{source}: pairs are not tested equally often! got: cell line {cell!r} and drug {drug!r} in "
            f"{tested[odd[0]]} folds, another pair in {least}. Test each pair in one fold, or the same ones in all"
        )
    logger.info("%s: %d of %d responses are never tested", source, int((tested == 0).sum()), len(tested))


def _refuse_leak(place: str, axis: np.ndarray, row: np.ndarray, pairs: pd.DataFrame, protocol: str) -> None:
    """Refuse a fold in which a group, that the protocol says is held out, has pairs in two roles."""
    if not (torn := torn_groups(axis, row)):
        return
    found = []
    for code in (TRAIN, VALIDATION, TEST):
        if (there := np.flatnonzero((axis == torn[0]) & (row == code))).size:
            cell, drug = pairs.iloc[there[0]]
            found.append(f"cell line {cell!r} and drug {drug!r} in {ROLES[code]}")
    raise ClmtError(
        f"{place} is not {protocol}! got: group {torn[0]!r} in two roles ({'; '.join(found)}), expected: each group in "
        f"one ({len(torn)} such groups). Correct the roles, or say protocol: mixed"
    )
