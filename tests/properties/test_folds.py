"""Folds of any pairs: every pair is tested once, roles are disjoint, and no group is on two sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from clmt.folds.groups import assign_parts, choose_groups
from clmt.folds.make import make_folds
from clmt.folds.roles import ROLES
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.one_line import or_one_line
from tests.helpers.small_world import make_tables

BLIND = {
    "mixed": (),
    "cell_blind": ("cell_line_id",),
    "drug_blind": ("drug_id",),
    "double_blind": ("cell_line_id", "drug_id"),
}
TABLES = make_tables(missing=0.0)
PAIRS = TABLES["response"][["cell_line_id", "drug_id"]]


@st.composite
def chosen_pairs(draw: st.DrawFn) -> pd.DataFrame:
    """Few or many pairs of the small world, evenly or unevenly spread, in any order."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(1, len(PAIRS)))
    weights = random.random(len(PAIRS)) ** draw(st.sampled_from([0, 1, 8])) + 1e-12
    rows = random.choice(len(PAIRS), size, replace=False, p=weights / weights.sum())
    return PAIRS.iloc[rows].reset_index(drop=True)


@given(
    pairs=chosen_pairs(),
    protocol=st.sampled_from(list(BLIND)),
    folds=st.integers(2, 6),
    validation=st.sampled_from([0.01, 0.1, 0.5, 0.9]),
    seed=st.integers(0, 2**31 - 1),
)
@example(pairs=PAIRS, protocol="double_blind", folds=4, validation=0.1, seed=0)
@example(pairs=PAIRS.head(1), protocol="mixed", folds=2, validation=0.1, seed=0)
def test_folds_part_the_pairs(pairs: pd.DataFrame, protocol: str, folds: int, validation: float, seed: int) -> None:
    folds = 4 if protocol == "double_blind" else folds
    settings = FoldSettings(protocol=protocol, folds=folds, validation=validation, seed=seed)
    with or_one_line("split"):
        found = make_folds(pairs, TABLES["cell_lines"], TABLES["drugs"], settings)
        again = make_folds(pairs.iloc[::-1], TABLES["cell_lines"], TABLES["drugs"], settings)
        pd.testing.assert_frame_equal(found, again)  # whatever the order of the pairs
        check_partition(found, pairs, BLIND[protocol])


def check_partition(found: pd.DataFrame, pairs: pd.DataFrame, blind: tuple[str, ...]) -> None:
    whole = set(map(tuple, pairs.to_numpy().tolist()))
    for _, fold in found.groupby("fold"):
        assert set(fold[["cell_line_id", "drug_id"]].itertuples(index=False, name=None)) == whole
        assert len(fold) == len(whole)
        for column in blind:
            sides = [set(fold.loc[fold["role"] == role, column]) for role in ROLES[:3]]
            assert sum(map(len, sides)) == len(set.union(*sides)), f"a {column} is on two sides"
        if len(blind) < 2:
            assert not (fold["role"] == "unused").any()
    tested = found[found["role"] == "test"]
    assert sorted(tested[["cell_line_id", "drug_id"]].itertuples(index=False, name=None)) == sorted(whole)


GROUPS = st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=60).map(lambda names: np.array(names, dtype=object))


def together(groups: np.ndarray, values: np.ndarray) -> Any:
    return all(len(set(values[groups == name].tolist())) == 1 for name in set(groups))


@given(GROUPS, st.integers(2, 5), st.integers(0, 99))
def test_groups_are_dealt_whole(groups: np.ndarray, parts: int, seed: int) -> None:
    with or_one_line("split"):
        part = assign_parts(groups, parts, seed, "test")
        assert together(groups, part)
        assert set(part.tolist()) == set(range(parts))


@given(GROUPS, st.floats(0.001, 0.999), st.integers(0, 99))
@example(np.array(["A", "B"], dtype=object), 0.75, 0)
def test_groups_are_chosen_whole_and_never_all(groups: np.ndarray, share: float, seed: int) -> None:
    with or_one_line("split"):
        chosen = choose_groups(groups, share, seed, "validation")
        assert together(groups, chosen)
        assert 0 < chosen.sum() < len(groups)
