from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.folds.make import make_folds
from clmt.folds.roles import verify_groups
from clmt.planning.settings.folds import FoldSettings
from clmt.tables.schema import split_labels
from tests.helpers.small_world import make_tables

PAIR = ["cell_line_id", "drug_id"]
#: Three drugs of the made-up world have it beside another pathway; two more get it here.
PATHWAY = "RTK signaling"


def tables_of(**changes: str) -> dict[str, pd.DataFrame]:
    tables = make_tables()
    drugs = tables["drugs"].set_index("drug_id")["target_pathway"]
    drugs.update(pd.Series({"Drug00": PATHWAY, "Drug02": PATHWAY, **changes}))
    tables["drugs"]["target_pathway"] = drugs.to_numpy()
    return tables


def folds_of(protocol: str, folds: int = 3, pathway: str = PATHWAY, **settings) -> pd.DataFrame:
    tables = tables_of()
    chosen = FoldSettings(
        protocol=protocol, folds=folds, validation=0.2, pathway=pathway, split="some", dataset="made_up", **settings
    )
    return make_folds(tables["response"], tables["cell_lines"], tables["drugs"], chosen).astype({"role": str})


def members() -> set[str]:
    drugs = tables_of()["drugs"]
    return {
        drug
        for drug, cell in zip(drugs["drug_id"], drugs["target_pathway"], strict=True)
        if PATHWAY in split_labels(cell)
    }


@pytest.mark.parametrize(("protocol", "column"), [("cell_blind", "cell_line_id"), ("drug_blind", "drug_id")])
def test_drugs_of_the_pathway_alone_are_tested_and_what_is_held_out_never_trains(protocol: str, column: str) -> None:
    inside = members()
    assert len(inside) == 5
    pairs = make_tables()["response"][PAIR]
    for other in "train", "unused":
        folds = folds_of(protocol, other_pathways=other)
        judged = folds[folds["role"].isin(["validation", "test"])]
        assert set(judged["drug_id"]) <= inside
        tested = folds.loc[folds["role"] == "test", PAIR]
        expected = pairs[pairs["drug_id"].isin(inside)]
        assert sorted(map(tuple, tested.to_numpy())) == sorted(map(tuple, expected.to_numpy()))
        for _, fold in folds.groupby("fold"):
            held = set(fold.loc[fold["role"].isin(["validation", "test"]), column])
            trained = fold[fold["role"] == "train"]
            assert not held & set(trained[column])
            assert bool(set(trained["drug_id"]) - inside) == (other == "train")


@pytest.mark.parametrize("protocol", ["cell_blind", "drug_blind"])
def test_test_and_validation_pairs_do_not_depend_on_whether_other_pathways_train(protocol: str) -> None:
    both = [folds_of(protocol, other_pathways=other, seed=4) for other in ("train", "unused")]
    judged = [folds[folds["role"].isin(["validation", "test"])].reset_index(drop=True) for folds in both]
    pd.testing.assert_frame_equal(*judged)
    within = [folds[(folds["role"] == "train") & folds["drug_id"].isin(members())] for folds in both]
    pd.testing.assert_frame_equal(*within)


def test_stereoisomers_outside_the_pathway_do_not_train_on_a_held_out_drug() -> None:
    """Drug00 and Drug01 are one skeleton, and only the first is of the pathway here."""
    tables = tables_of(Drug01="Mitosis")
    chosen = FoldSettings(protocol="drug_blind", folds=3, validation=0.2, pathway=PATHWAY)
    folds = make_folds(tables["response"], tables["cell_lines"], tables["drugs"], chosen).astype({"role": str})
    for _, fold in folds.groupby("fold"):
        roles = fold.groupby("drug_id")["role"].agg(set)
        assert roles["Drug01"] == ({"train"} if roles["Drug00"] == {"train"} else {"unused"})


def test_a_pair_of_another_pathway_that_trains_on_a_held_out_group_is_caught() -> None:
    groups = np.array(list("aabbcc"), dtype=object)
    good = np.array([2, 3, 1, 3, 0, 0])
    verify_groups(groups, good, 0, "split some: fold 0")
    wrong = good.copy()
    wrong[1] = 0
    with pytest.raises(ClmtError, match="split some: fold 0 has group 'a' in two roles"):
        verify_groups(groups, wrong, 0, "split some: fold 0")


def test_a_pathway_that_no_drug_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(ClmtError) as refused:
        folds_of("cell_blind", pathway="EGFR")
    assert str(refused.value) == (
        "split some: no drug of the responses has this target pathway! got: 'EGFR', expected one of: Cell cycle, "
        "EGFR signaling, Mitosis, RTK signaling, Unclassified. Correct splits.some.pathway"
    )
    assert len(folds_of("cell_blind", pathway="rtk SIGNALING")) == len(folds_of("cell_blind"))


def test_a_dataset_without_pathways_is_refused() -> None:
    tables = make_tables()
    tables["drugs"]["target_pathway"] = None
    chosen = FoldSettings(protocol="cell_blind", folds=3, pathway=PATHWAY, split="some")
    with pytest.raises(
        ClmtError, match=r"got: 'RTK signaling', expected: a dataset with pathways of its drugs. Correct"
    ):
        make_folds(tables["response"], tables["cell_lines"], tables["drugs"], chosen)


def test_too_few_drugs_of_a_pathway_are_refused_with_what_to_change() -> None:
    with pytest.raises(ClmtError, match=r"split some of made_up: drug_blind has too few groups to hold out! got: 4"):
        folds_of("drug_blind", folds=6)
