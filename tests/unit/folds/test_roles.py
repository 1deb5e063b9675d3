from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.folds.groups import shuffled_ranks
from clmt.folds.make import make_folds
from clmt.folds.roles import verify_roles
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.small_world import make_tables

PAIR = ["cell_line_id", "drug_id"]


def folds_of(protocol: str, **settings) -> pd.DataFrame:
    tables = make_tables()
    chosen = FoldSettings(protocol=protocol, folds=4, validation=0.2, **settings)
    return make_folds(tables["response"], tables["cell_lines"], tables["drugs"], chosen).astype({"role": str})


def pairs_of(folds: pd.DataFrame, role: str, fold: int) -> set:
    return set(map(tuple, folds.loc[(folds["role"] == role) & (folds["fold"] == fold), PAIR].to_numpy()))


@pytest.mark.parametrize("protocol", ["mixed", "drug_blind", "double_blind"])
def test_repeats_deal_again_and_leave_the_first_partition_as_it_is(protocol: str) -> None:
    once, thrice = folds_of(protocol), folds_of(protocol, repeats=3)
    assert thrice["fold"].max() == 11
    pd.testing.assert_frame_equal(once, thrice[thrice["fold"] < 4])
    tests = [frozenset(pairs_of(thrice, "test", fold)) for fold in range(12)]
    assert len(set(tests)) == 12
    for first in (0, 4, 8):
        assert sorted(pair for part in tests[first : first + 4] for pair in part) == sorted(
            map(tuple, make_tables()["response"][PAIR].to_numpy())
        )


@pytest.mark.parametrize(("protocol", "column"), [("cell_blind", "cell_line_id"), ("drug_blind", "drug_id")])
def test_shots_are_nested_and_the_test_pairs_are_the_same_for_every_number(protocol: str, column: str) -> None:
    blind, none, two, four = (
        folds_of(protocol, shots=shots, shot_pool=pool) for shots, pool in ((0, 0), (0, 4), (2, 4), (4, 4))
    )
    for fold in range(4):
        tested = pairs_of(none, "test", fold)
        assert tested == pairs_of(two, "test", fold) == pairs_of(four, "test", fold) < pairs_of(blind, "test", fold)
        trained = [pairs_of(folds, "train", fold) for folds in (none, two, four)]
        assert trained[0] < trained[1] < trained[2]
        assert trained[0] == pairs_of(blind, "train", fold)
        # Stereoisomers share their shots: the group is what is new.
        held = pd.DataFrame([*(trained[2] - trained[0])], columns=PAIR).replace({"Drug01": "Drug00"})
        assert set(held.groupby(column).size()) == {4}
        roles = four[four["fold"] == fold].groupby(column)["role"].agg(set)
        assert {frozenset(found - {"unused"}) for found in roles} == {
            frozenset({"train"}),
            frozenset({"train", "test"}),
            frozenset({"train", "validation"}),
        }


def test_ranks_within_groups_are_shuffled_and_do_not_follow_positions() -> None:
    names = np.array([f"pair {number}" for number in range(60)], dtype=object)
    groups = np.array([f"g{number % 3}" for number in range(60)], dtype=object)
    rank = shuffled_ranks(names, groups, 1, "shots")
    for group in "g0", "g1", "g2":
        assert sorted(rank[groups == group]) == list(range(20))
        assert list(rank[groups == group]) != list(range(20))
    order = np.random.default_rng(0).permutation(60)
    assert (shuffled_ranks(names[order], groups[order], 1, "shots") == rank[order]).all()
    assert (shuffled_ranks(names, groups, 2, "shots") != rank).any()


def test_a_pool_of_more_than_half_of_a_group_is_refused() -> None:
    with pytest.raises(ClmtError, match=r"split drug_blind: group '[A-Z]{14}' has too few pairs for a shot_pool"):
        folds_of("drug_blind", shots=1, shot_pool=20)


@pytest.mark.parametrize(
    ("protocol", "folds", "message"),
    [
        ("drug_blind", 20, "got: 14, expected: at least 20 for 20 folds. Set splits.few.folds to 14 at most, or use"),
        ("tissue_blind", 9, "got: 6, expected: at least 9 for 9 folds. Set splits.few.folds to 6 at most, or use"),
        ("double_blind", 16, "got: 3, expected: at least 4 for 16 folds. Set splits.few.folds to 9, or use"),
    ],
)
def test_more_parts_than_groups_are_refused_with_what_to_change(protocol: str, folds: int, message: str) -> None:
    """In one line, before a fold is written: how many groups there are is known to the tables alone."""
    tables = make_tables()
    if protocol == "double_blind":
        tables["response"] = tables["response"][tables["response"]["drug_id"].isin(["Drug02", "Drug03", "Drug04"])]
    settings = FoldSettings(protocol=protocol, folds=folds, split="few", dataset="made_up")
    with pytest.raises(ClmtError) as refused:
        make_folds(tables["response"], tables["cell_lines"], tables["drugs"], settings)
    line = f"split few of made_up: {protocol} has too few groups to hold out! {message} another protocol"
    assert str(refused.value) == line


def test_one_shot_too_many_is_caught() -> None:
    groups = np.array(list("aaaabbbbcccc"), dtype=object)
    settings = FoldSettings(protocol="cell_blind", folds=3, shots=1, shot_pool=1)
    rows = ("022201110000", "000002220111", "011100000222")
    good = np.array([[int(code) for code in row] for row in rows])
    verify_roles(good, [groups], settings)
    for column, code in ((1, 0), (0, 3), (1, 1)):
        wrong = good.copy()
        wrong[0, column] = code
        with pytest.raises(ClmtError, match=r"(group 'a' in two roles|not tested exactly once)"):
            verify_roles(wrong, [groups], settings)
