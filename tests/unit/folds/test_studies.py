"""One study trains and the other is tested; what both measured is kept apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.folds.make import make_folds
from clmt.folds.roles import TEST, UNUSED
from clmt.folds.studies import same_pairs, verify_studies
from clmt.planning.settings.folds import CrossFoldSettings
from clmt.tables.studies import join_studies, study_of
from tests.helpers.two_studies import two_studies

INPUTS = ("response", "cell_lines", "drugs")


def settings(overlap: str) -> CrossFoldSettings:
    return CrossFoldSettings.read(
        {"protocol": "cross_study", "overlap": overlap, "validation": 0.1, "folds": 1, "train": "a", "split": "s"}
    )


def folds_of(overlap: str) -> pd.DataFrame:
    both, _ = join_studies(*two_studies(), ("a", "b"))
    folds = make_folds(*(both[kind] for kind in INPUTS), settings(overlap)).astype({"role": str})
    names = same_pairs(folds, both["cell_lines"], both["drugs"])
    return folds.assign(study=folds["cell_line_id"].map(study_of), same=names)


@pytest.mark.parametrize("overlap", ["drop", "keep", "only"])
def test_a_study_is_on_one_side_and_the_overlap_where_it_belongs(overlap: str) -> None:
    folds = folds_of(overlap)
    assert set(folds.loc[folds["study"] == "a", "role"]) == {"train", "validation"}
    assert set(folds.loc[folds["study"] == "b", "role"]) == ({"test"} if overlap == "keep" else {"test", "unused"})
    known = set(folds.loc[folds["study"] == "a", "same"])
    tested = folds.loc[folds["role"] == "test", "same"]
    assert {"drop": {False}, "keep": {False, True}, "only": {True}}[overlap] == set(tested.isin(known))
    parts = [set(folds.loc[folds["role"] == role, "same"]) for role in ("train", "validation")]
    assert not parts[0] & parts[1]


def test_the_parts_make_up_the_whole_and_training_is_the_same() -> None:
    parts = {overlap: folds_of(overlap) for overlap in ("drop", "keep", "only")}
    count = {overlap: int((folds["role"] == "test").sum()) for overlap, folds in parts.items()}
    assert count["drop"] + count["only"] == count["keep"]
    for folds in parts.values():
        ours = folds["study"] == "a"
        pd.testing.assert_series_equal(folds.loc[ours, "role"], parts["keep"].loc[ours, "role"])


def test_an_overlapping_pair_that_is_tested_under_drop_is_caught() -> None:
    folds = folds_of("drop")
    codes = {"train": 0, "validation": 1, "test": TEST, "unused": UNUSED}
    roles = folds["role"].map(codes).to_numpy(dtype=np.int8)
    same, studies = folds["same"].to_numpy(dtype=object), folds["study"].to_numpy(dtype=object)
    verify_studies(roles, studies, same, settings("drop"))
    kept = roles.copy()
    kept[np.flatnonzero(roles == UNUSED)[0]] = TEST
    with pytest.raises(
        ClmtError, match=r"a pair that a measured is tested, with overlap: drop! got: .* \(1 such pairs\)"
    ):
        verify_studies(kept, studies, same, settings("drop"))
    crossed = roles.copy()
    crossed[np.flatnonzero(studies == "b")[0]] = 0
    with pytest.raises(ClmtError, match="a study stands on both sides"):
        verify_studies(crossed, studies, same, settings("keep"))


def test_no_pair_to_test_is_one_line() -> None:
    train, test = two_studies()
    both, _ = join_studies(
        train, {**test, "drugs": test["drugs"].assign(inchikey="ZZZZZZZZZZZZZZ-UHFFFAOYSA-N")}, ("a", "b")
    )
    with pytest.raises(
        ClmtError, match=r"has no pair to test! got: 323 pairs of a, .* 0 are measured by both, overlap: only"
    ):
        make_folds(*(both[kind] for kind in INPUTS), settings("only"))
