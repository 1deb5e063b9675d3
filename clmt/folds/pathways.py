"""Splits within one target pathway: does a model learn more of its drugs from these alone than from all drugs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clmt.errors import expected_one_of
from clmt.folds.roles import TRAIN, UNUSED, roles_of_folds, verify_groups, verify_roles
from clmt.tables.schema import split_labels

if TYPE_CHECKING:
    import pandas as pd

    from clmt.planning.settings.folds import FoldSettings

__all__ = ["roles_of_pathway"]


def roles_of_pathway(
    pairs: pd.DataFrame, drugs: pd.DataFrame, groups: np.ndarray, names: np.ndarray, settings: FoldSettings
) -> np.ndarray:
    """Deal the pairs of ``settings.pathway`` alone into folds: role codes of all pairs, int8 (folds, n).

    Pairs of other drugs train or are unused, as ``settings.other_pathways`` says; those that share a held-out group
    with a pair of the pathway (a cell line, say) never train.

    Parameters
    ----------
    pairs, drugs
        Pairs of the responses and the table of drugs, whose ``target_pathway`` decides.
    groups, names
        What is held out together, and the name of each pair, (n,).
    settings
        See `clmt.planning.settings.folds.FoldSettings`; its pathway is set.

    Raises
    ------
    ClmtError
        If no drug of the responses has the pathway, or its pairs have too few groups to hold out.
    """
    inside = _within(pairs, drugs, settings)
    roles = roles_of_folds([groups[inside]], settings, names[inside])
    verify_roles(roles, [groups[inside]], settings)
    extended = np.full((len(roles), len(groups)), UNUSED, dtype=np.int8)
    extended[:, inside] = roles
    if settings.other_pathways == "train":
        for fold, row in enumerate(roles):
            held = np.unique(groups[inside][row != TRAIN])
            extended[fold, ~inside & ~np.isin(groups, held)] = TRAIN
    for fold, row in enumerate(extended):
        verify_groups(groups, row, settings.shots, f"split {settings.split}: fold {fold}")
    return extended


def _within(pairs: pd.DataFrame, drugs: pd.DataFrame, settings: FoldSettings) -> np.ndarray:
    """Tell which pairs have a drug of the pathway, alone or beside others, in upper or lower case, bool (n,)."""
    labels = dict(zip(drugs["drug_id"].tolist(), map(split_labels, drugs["target_pathway"].tolist()), strict=True))
    wanted = str(settings.pathway).casefold()
    member = {drug for drug, names in labels.items() if wanted in {name.casefold() for name in names}}
    inside = np.array([drug in member for drug in pairs["drug_id"].tolist()])
    if not inside.any():
        known = {name for drug in set(pairs["drug_id"].tolist()) for name in labels[drug]}
        place = f"split {settings.split}: no drug of the responses has this target pathway"
        remedy = f"Correct splits.{settings.split}.pathway"
        raise expected_one_of(place, settings.pathway, known or {"a dataset with pathways of its drugs"}, remedy)
    return inside
