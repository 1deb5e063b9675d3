"""Properties of folds that keep test data out of training: each check passes on ours and fails on a wrong variant."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from clmt.folds.make import make_folds
from clmt.planning.protocols import PROTOCOLS
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.small_world import make_tables

Folds = Callable[..., pd.DataFrame]


def our_folds(response: pd.DataFrame, protocol: str, seed: int = 0) -> pd.DataFrame:
    tables = make_tables()
    settings = FoldSettings(protocol=protocol, folds=4, validation=0.2, seed=seed)
    return make_folds(response, tables["cell_lines"], tables["drugs"], settings).astype({"role": object})


# Fault 12: blind folds are distinct, blind, and cover every group.


def check_folds_are_distinct_and_blind(folds: Folds, protocol: str, column: str) -> None:
    table = folds(make_tables()["response"], protocol)
    tested = {fold: frozenset(rows.loc[rows["role"] == "test", column]) for fold, rows in table.groupby("fold")}
    assert len(set(tested.values())) == len(tested) == 4
    assert frozenset().union(*tested.values()) == set(table[column])
    for _, rows in table.groupby("fold"):
        held, seen = (set(rows.loc[rows["role"].isin(roles), column]) for roles in (["test"], ["train", "validation"]))
        assert not held & seen
        assert not set(rows.loc[rows["role"] == "train", column]) & set(rows.loc[rows["role"] == "validation", column])


BLIND_COLUMNS = [
    ("cell_blind", "cell_line_id"),
    ("tissue_blind", "cell_line_id"),
    ("drug_blind", "drug_id"),
    ("scaffold_blind", "drug_id"),
]


@pytest.mark.parametrize(("protocol", "column"), BLIND_COLUMNS)
def test_blind_folds_are_distinct_and_blind(protocol: str, column: str) -> None:
    check_folds_are_distinct_and_blind(our_folds, protocol, column)


@pytest.mark.parametrize(("protocol", "column"), BLIND_COLUMNS)
def test_fold_check_catches_one_fold_repeated_and_validation_that_sees_training(protocol: str, column: str) -> None:
    def repeated(response: pd.DataFrame, protocol: str) -> pd.DataFrame:
        table = our_folds(response, protocol)
        return table.assign(role=np.tile(table.loc[table["fold"] == 0, "role"], 4))

    def validation_by_pair(response: pd.DataFrame, protocol: str) -> pd.DataFrame:
        table = our_folds(response, protocol)
        row = (table["role"] == "train") & (np.arange(len(table)) % 10 == 0)
        return table.assign(role=table["role"].mask(row, "validation"))

    for wrong in (repeated, validation_by_pair):
        with pytest.raises(AssertionError):
            check_folds_are_distinct_and_blind(wrong, protocol, column)


# A donor's cell lines are one patient's cancer: neither stands on another side of a split that is blind to cell lines.

CELL_BLIND = ["cell_blind", "double_blind", "tissue_blind"]


def folds_of_donors(protocol: str, seed: int, *, known: bool = True) -> pd.DataFrame:
    """Folds of the small world, in which two lines of different tissues are of one donor; their donors as a column."""
    tables = make_tables(missing=0.0)
    lines = tables["cell_lines"].assign(donor=["P0", *tables["cell_lines"]["donor"][:-1]])
    assert lines["donor"].tolist()[:3] == ["P0", "P0", "P1"]
    assert lines["primary_site"][0] != lines["primary_site"][1]
    settings = FoldSettings(protocol=protocol, folds=4, validation=0.3, seed=seed)
    read = lines if known else lines.assign(donor=None)
    table = make_folds(tables["response"], read, tables["drugs"], settings).astype({"role": object})
    return table.assign(donor=table["cell_line_id"].map(dict(zip(lines["cell_line_id"], lines["donor"], strict=True))))


def check_donors_stay_together(table: pd.DataFrame) -> None:
    for _, rows in table[table["role"] != "unused"].groupby("fold"):
        assert (rows.groupby("donor")["role"].nunique() == 1).all()


@pytest.mark.parametrize("protocol", CELL_BLIND)
def test_cell_lines_of_a_donor_are_held_out_together(protocol: str) -> None:
    for seed in range(5):
        check_donors_stay_together(folds_of_donors(protocol, seed))


@pytest.mark.parametrize("protocol", CELL_BLIND)
def test_donor_check_catches_groups_by_cell_line(protocol: str) -> None:
    with pytest.raises(AssertionError):
        check_donors_stay_together(folds_of_donors(protocol, 0, known=False))


def test_unknown_donors_are_no_group() -> None:
    tables = make_tables()
    alone = make_folds_of(tables["cell_lines"].assign(donor=None))
    pd.testing.assert_frame_equal(alone, make_folds_of(tables["cell_lines"]))


def make_folds_of(cell_lines: pd.DataFrame) -> pd.DataFrame:
    tables = make_tables()
    return make_folds(tables["response"], cell_lines, tables["drugs"], FoldSettings(protocol="cell_blind", folds=4))


# Fault 13: every pair is scored exactly once.


def check_every_pair_is_tested_once(folds: Folds, protocol: str) -> None:
    response = make_tables()["response"]
    table = folds(response, protocol)
    tested = table[table["role"] == "test"].groupby(["cell_line_id", "drug_id"]).size()
    assert len(tested) == len(response)
    assert (tested == 1).all()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_pair_is_tested_once(protocol: str) -> None:
    check_every_pair_is_tested_once(our_folds, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_once_check_catches_dropped_and_repeated_pairs(protocol: str) -> None:
    def whole_batches(response: pd.DataFrame, protocol: str) -> pd.DataFrame:
        table = our_folds(response, protocol)
        test = table[table["role"] == "test"]
        kept = pd.concat([rows.iloc[: len(rows) // 4 * 4] for _, rows in test.groupby("fold")])
        return pd.concat([table[table["role"] != "test"], kept])

    def test_twice(response: pd.DataFrame, protocol: str) -> pd.DataFrame:
        table = our_folds(response, protocol)
        return table.assign(role=table["role"].replace("validation", "test"))

    for wrong in (whole_batches, test_twice):
        with pytest.raises(AssertionError):
            check_every_pair_is_tested_once(wrong, protocol)


# Fault 7: the same seed gives the same folds, whatever the order of pairs.


def check_folds_follow_the_seed(folds: Folds, protocol: str) -> None:
    response = make_tables()["response"]

    def roles(table: pd.DataFrame) -> dict:
        return {
            tuple(row[:3]): row[3] for row in table[["cell_line_id", "drug_id", "fold", "role"]].itertuples(index=False)
        }

    first = roles(folds(response, protocol, 1))
    assert first == roles(folds(response, protocol, 1))
    assert first == roles(folds(response.sample(frac=1.0, random_state=3), protocol, 1))
    assert first != roles(folds(response, protocol, 2))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_folds_follow_the_seed(protocol: str) -> None:
    check_folds_follow_the_seed(our_folds, protocol)


def test_seed_check_catches_positions_and_unseeded_draws() -> None:
    def by_position(response: pd.DataFrame, protocol: str, seed: int) -> pd.DataFrame:
        fold = np.random.default_rng(seed).permutation(len(response)) % 4
        rows = [
            response[["cell_line_id", "drug_id"]].assign(fold=k, role=np.where(fold == k, "test", "train"))
            for k in range(4)
        ]
        return pd.concat(rows)

    def unseeded(response: pd.DataFrame, protocol: str, seed: int) -> pd.DataFrame:
        return our_folds(response, protocol, int.from_bytes(os.urandom(4), "big") >> 1)

    def one_seed_for_all(response: pd.DataFrame, protocol: str, seed: int) -> pd.DataFrame:
        return our_folds(response, protocol, 0)

    for wrong in (by_position, unseeded, one_seed_for_all):
        with pytest.raises(AssertionError):
            check_folds_follow_the_seed(wrong, "mixed")
