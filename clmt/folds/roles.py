"""Roles of pairs: how groups are dealt into test, validation and training parts, and the check of what was dealt."""

from __future__ import annotations

import math

import numpy as np

from clmt.errors import ClmtError
from clmt.folds.groups import assign_parts, choose_groups, shuffled_ranks
from clmt.planning.protocols import PAPER_PARTS
from clmt.planning.settings.folds import FoldSettings
from clmt.seeds import derive_seed

__all__ = [
    "ROLES",
    "TEST",
    "TRAIN",
    "UNUSED",
    "VALIDATION",
    "roles_of_folds",
    "torn_groups",
    "verify_groups",
    "verify_roles",
]

ROLES = ("train", "validation", "test", "unused")
TRAIN, VALIDATION, TEST, UNUSED = range(4)
PAPER_SEED = 1234


def roles_of_folds(axes: list[np.ndarray], settings: FoldSettings, pairs: np.ndarray) -> np.ndarray:
    """Compute role codes (positions in `ROLES`), int8 (folds x repeats, n).

    Parameters
    ----------
    axes
        One array of group names (n,) for each thing that is blind: one, or two for ``double_blind``.
    settings
        See `clmt.planning.settings.folds.FoldSettings`.
    pairs
        Name of each pair, (n,), by which shots are drawn.

    Raises
    ------
    ClmtError
        If there are fewer groups than parts, or a group has too few pairs for its shots.
    """
    parts = PAPER_PARTS if settings.variant == "paper" else round(settings.folds ** (1 / len(axes)))
    _check_groups(axes, parts, settings)
    if settings.variant == "paper":
        return _paper_roles(axes[0], settings.folds)
    # The first partition is that of a split without repeats.
    seeds = [settings.seed, *(derive_seed(settings.seed, "repeat", row) for row in range(1, settings.repeats))]
    roles = np.concatenate([_partition(axes, settings, seed) for seed in seeds])
    if settings.shot_pool:
        _hand_out_shots(roles, axes[0], settings, shuffled_ranks(pairs, axes[0], settings.seed, "shots"))
    return roles


def _check_groups(axes: list[np.ndarray], parts: int, settings: FoldSettings) -> None:
    """Refuse more parts than there are groups, and a test part that leaves fewer than two to train and to choose."""
    few = min(len(np.unique(axis)) for axis in axes)
    if few >= max(parts, 3):
        return
    name = settings.split or settings.protocol
    if few < 3 or settings.variant == "paper":
        remedy = "Use another protocol"
    else:
        most = few ** len(axes)
        remedy = f"Set splits.{name}.folds to {most}{' at most' if len(axes) == 1 else ''}, or use another protocol"
    raise ClmtError(
        f"split {name} of {settings.dataset or 'the responses'}: {settings.protocol} has too few groups to hold out! "
        f"got: {few}, expected: at least {max(parts, 3)} for {settings.folds} folds. {remedy}"
    )


def _partition(axes: list[np.ndarray], settings: FoldSettings, seed: int) -> np.ndarray:
    side = settings.folds if len(axes) == 1 else math.isqrt(settings.folds)
    parts = [assign_parts(axis, side, seed, f"test {number}") for number, axis in enumerate(axes)]
    roles = np.full((settings.folds, len(axes[0])), UNUSED, dtype=np.int8)
    for fold in range(settings.folds):
        chosen = np.unravel_index(fold, (side,) * len(axes))
        held = np.array([part == index for part, index in zip(parts, chosen, strict=True)])
        roles[fold, held.all(axis=0)] = TEST
        rest = np.flatnonzero(~held.any(axis=0))
        kept = np.array(
            [
                choose_groups(axis[rest], settings.validation, seed, f"validation {fold} {number}")
                for number, axis in enumerate(axes)
            ]
        )
        roles[fold, rest[kept.all(axis=0)]] = VALIDATION
        roles[fold, rest[~kept.any(axis=0)]] = TRAIN
    return roles


def _paper_roles(groups: np.ndarray, folds: int) -> np.ndarray:
    test = assign_parts(groups, PAPER_PARTS, PAPER_SEED, "paper test") == 0
    rest = np.flatnonzero(~test)
    part = assign_parts(groups[rest], PAPER_PARTS, PAPER_SEED, "paper validation")
    roles = np.full((folds, len(groups)), TRAIN, dtype=np.int8)
    roles[:, test] = TEST
    for fold in range(folds):
        roles[fold, rest[part == fold]] = VALIDATION
    return roles


def _hand_out_shots(roles: np.ndarray, groups: np.ndarray, settings: FoldSettings, rank: np.ndarray) -> None:
    """Give the first pairs of every held-out group to training, in place.

    The pool's other pairs are nobody's, so that the test pairs are the same for every number of shots below the pool.
    """
    names, sizes = np.unique(groups, return_counts=True)
    # A pool that takes more than half of a group would leave its test to a handful of pairs.
    if (few := np.flatnonzero(sizes < 2 * settings.shot_pool)).size:
        raise ClmtError(
            f"split {settings.split or settings.protocol}: group {names[few[0]]!r} has too few pairs for a "
            f"shot_pool of {settings.shot_pool}! got: {sizes[few[0]]}, expected: at least {2 * settings.shot_pool}. "
            "Ask for a smaller one"
        )
    held = (roles == TEST) | (roles == VALIDATION)
    roles[held & (rank < settings.shot_pool)] = UNUSED
    roles[held & (rank < settings.shots)] = TRAIN


def verify_roles(roles: np.ndarray, axes: list[np.ndarray], settings: FoldSettings) -> None:
    """Check that roles are a partition without leak; a broken one raises `ClmtError` and is never written."""
    label = f"{settings.protocol}, {settings.folds} folds"
    tested = (roles == TEST).sum(axis=0)
    if settings.variant == "paper":
        if np.any((tested != 0) & (tested != len(roles))):
            raise ClmtError(f"split {label}: the test set differs between folds of variant paper. Report this")
    elif np.any((tested != settings.repeats) & ((tested != 0) | (settings.shot_pool == 0))):
        raise ClmtError(
            f"split {label}: {int((tested != settings.repeats).sum())} pairs are not tested exactly once. Report this"
        )
    for fold, row in enumerate(roles):
        for code in (TRAIN, VALIDATION, TEST):
            if not np.any(row == code):
                raise ClmtError(
                    f"split {label}: fold {fold} has no {ROLES[code]} pair! Ask for fewer folds or more data"
                )
        for axis in axes:
            verify_groups(axis, row, settings.shots, f"split {label}: fold {fold}")


def verify_groups(axis: np.ndarray, row: np.ndarray, shots: int, label: str) -> None:
    """Check that no group has pairs in two roles, but for the shots of a held-out group, which train."""
    if torn := torn_groups(axis, row, shots):
        raise ClmtError(f"{label} has group {torn[0]!r} in two roles. Report this")


def torn_groups(axis: np.ndarray, row: np.ndarray, shots: int = 0) -> list[str]:
    """Groups (n,) that have pairs in two roles of one fold, int8 (n,), but for the shots of a held-out group."""
    names, codes = np.unique(axis, return_inverse=True)
    count = np.array([np.bincount(codes[row == role], minlength=len(names)) for role in (TRAIN, VALIDATION, TEST)])
    held = (count[1:] > 0).any(axis=0)
    torn = (count[1:] > 0).all(axis=0) | (held & (count[0] != shots))
    return [str(name) for name in names[torn]]
