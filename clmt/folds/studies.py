"""Roles of pairs of two joined datasets: one study trains, the other is tested."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from clmt.errors import ClmtError
from clmt.folds.groups import cell_groups, choose_groups, skeleton_groups
from clmt.folds.roles import TEST, TRAIN, UNUSED, VALIDATION
from clmt.tables.studies import study_of

if TYPE_CHECKING:
    import pandas as pd

    from clmt.planning.settings.folds import CrossFoldSettings

__all__ = ["roles_of_studies", "same_pairs", "verify_studies"]

logger = logging.getLogger(__name__)


def same_pairs(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame) -> np.ndarray:
    """Name of what each pair is a measurement of, (n,): the donor and the skeleton, whichever study measured it."""
    cells, skeletons = (groups(pairs, cell_lines, drugs) for groups in (cell_groups, skeleton_groups))
    return np.array([f"{cell}\t{drug}" for cell, drug in zip(cells, skeletons, strict=True)], dtype=object)


def roles_of_studies(
    pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame, settings: CrossFoldSettings
) -> np.ndarray:
    """Role codes of the one fold, int8 (1, n).

    The training study's pairs train, but for a share of them, whole donors with a drug, that validates. Of the test
    study's pairs those are tested that `overlap` says: ``drop`` leaves out what the training study measured, too,
    ``keep`` tests all, ``only`` what it measured.

    Raises
    ------
    ClmtError
        Where a study has no pair, or none is left to test.
    """
    studies = np.array([study_of(cell) for cell in pairs["cell_line_id"]], dtype=object)
    same = same_pairs(pairs, cell_lines, drugs)
    trained = np.flatnonzero(studies == settings.train)
    roles = np.full(len(pairs), UNUSED, dtype=np.int8)
    seen = _among(same, same[trained])
    wanted = {"drop": ~seen, "keep": np.ones(len(pairs), dtype=bool), "only": seen}[settings.overlap]
    tested = (studies != settings.train) & wanted
    if not len(trained) or not tested.any():
        raise ClmtError(
            f"split {settings.split}: {settings.dataset} has no pair to {'test' if len(trained) else 'train on'}! got: "
            f"{len(trained)} pairs of {settings.train}, {int((studies != settings.train).sum())} others of which "
            f"{int((seen & (studies != settings.train)).sum())} are measured by both, overlap: {settings.overlap}"
        )
    roles[tested] = TEST
    kept = choose_groups(same[trained], settings.validation, settings.seed, "validation of the training study")
    roles[trained] = np.where(kept, VALIDATION, TRAIN)
    verify_studies(roles, studies, same, settings)
    logger.info(
        "%s: %d pairs of the test study, %d of them measured by %s, too",
        settings.dataset,
        int((studies != settings.train).sum()),
        int((seen & (studies != settings.train)).sum()),
        settings.train,
    )
    return roles[None]


def _among(names: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each name is among the known ones, bool (n,); `numpy.isin` compares each object with each."""
    found = set(known)
    return np.array([name in found for name in names], dtype=bool)


def verify_studies(roles: np.ndarray, studies: np.ndarray, same: np.ndarray, settings: CrossFoldSettings) -> None:
    """Refuse roles in which a study is on the wrong side, or a pair is tested that the overlap leaves out."""
    label = f"split {settings.split or 'cross_study'}"
    known = np.isin(roles, (TRAIN, VALIDATION))
    if np.any(known & (studies != settings.train)) or np.any((roles == TEST) & (studies == settings.train)):
        raise ClmtError(f"{label}: a study stands on both sides. Report this")
    overlap = (roles == TEST) & _among(same, same[known])
    if settings.overlap == "drop" and overlap.any():
        raise ClmtError(
            f"{label}: a pair that {settings.train} measured is tested, with overlap: drop! got: "
            f"{same[overlap][0]!r} ({int(overlap.sum())} such pairs). Report this"
        )
