"""Folds from a file: what we deal is taken back as it is, and each fault is refused by name."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.folds.make import make_folds, read_folds, write_folds
from clmt.planning.protocols import PROTOCOLS
from clmt.planning.settings.folds import FileFoldSettings, FoldSettings
from clmt.tables.schema import write_table
from tests.helpers.small_world import make_tables

KINDS = ("response", "cell_lines", "drugs")


def dealt(protocol: str, **settings) -> pd.DataFrame:
    tables = make_tables()
    chosen = FoldSettings(protocol=protocol, folds=4, validation=0.2, **settings)
    return make_folds(*(tables[kind] for kind in KINDS), chosen).astype({"role": str})


def given(path, protocol: str = "mixed", folds: int = 4, tables: dict | None = None) -> pd.DataFrame:
    chosen = FileFoldSettings(file=str(path), protocol=protocol, folds=folds)
    tables = tables or make_tables()
    return make_folds(*(tables[kind] for kind in KINDS), chosen)


def refused(tmp_path, frame: pd.DataFrame, protocol: str = "mixed", **settings) -> str:
    frame.to_csv(tmp_path / "roles.csv", index=False)
    with pytest.raises(ClmtError) as error:
        given(tmp_path / "roles.csv", protocol, **settings)
    message = str(error.value)
    assert "roles.csv" in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ["roles.csv", "roles.tsv", "roles.parquet"])
def test_folds_of_ours_come_back_as_they_were_in_any_order(tmp_path, protocol: str, name: str) -> None:
    ours = dealt(protocol)
    shuffled, path = ours.sample(frac=1.0, random_state=0), tmp_path / name
    if name.endswith(".parquet"):
        shuffled.to_parquet(path)
    else:
        shuffled.to_csv(path, index=False, sep="\t" if name.endswith(".tsv") else ",")
    pd.testing.assert_frame_equal(given(path, protocol).astype({"role": str}), ours)


def test_a_fixed_test_set_and_one_fold_are_taken(tmp_path) -> None:
    ours = dealt("mixed")
    ours[ours["fold"] == 0].to_csv(tmp_path / "roles.csv", index=False)
    assert given(tmp_path / "roles.csv", folds=1)["fold"].max() == 0
    paper = ours.assign(role=list(ours["role"][: len(ours) // 4]) * 4)
    paper.to_csv(tmp_path / "roles.csv", index=False)
    assert (given(tmp_path / "roles.csv")["role"] == "test").sum() == 4 * (
        ours["role"][: len(ours) // 4] == "test"
    ).sum()


def replaced(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{column: [value, *frame[column][1:]]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("fold", 4), "line 2: no such fold! got: '4', expected: 0 to 3"),
        (replaced("fold", -1), "line 2: no such fold! got: '-1'"),
        (replaced("fold", 0.5), "line 2: no such fold! got: '0.5'"),
        (replaced("role", "tset"), "line 2: column role! got: 'tset', expected one of: test, train, unused"),
        (replaced("role", ""), "line 2: column role! got: ''"),
        (replaced("cell_line_id", "HeLa"), "line 2: cell line has no response in this dataset! got: 'HeLa'"),
        (replaced("drug_id", "drug00"), "drug has no response in this dataset! got: 'drug00', expected: one of 15"),
        (lambda frame: frame.iloc[1:], "has no role! got: none of cell line '1000' and drug 'Drug00' in fold 0 (1 "),
        (lambda frame: frame[frame["fold"] < 3], "in fold 3 (323 such rows are missing), expected: one in each of 4"),
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), "a pair has two roles in fold 0! got: cell line '1000'"),
        (lambda frame: frame.replace({"role": {"validation": "train"}}), "fold 0 has no validation pair"),
        (lambda frame: frame.drop(columns="role"), "missing column role"),
    ],
)  # fmt: skip
def test_faults_are_refused_by_name(tmp_path, change: Callable, message: str) -> None:
    assert message in refused(tmp_path, change(dealt("mixed")))


def test_pairs_that_were_not_measured_are_refused(tmp_path) -> None:
    ours = dealt("mixed")
    there = set(zip(ours["cell_line_id"], ours["drug_id"], strict=True))
    cell, drug = next(
        (c, d) for c in ours["cell_line_id"].unique() for d in ours["drug_id"].unique() if (c, d) not in there
    )
    extra = pd.DataFrame({"cell_line_id": [cell], "drug_id": [drug], "fold": [0], "role": ["unused"]})
    message = refused(tmp_path, pd.concat([ours, extra]))
    assert f"the pair was not measured! got: cell line '{cell}' and drug '{drug}'" in message


def test_a_pair_tested_more_often_than_others_is_refused(tmp_path) -> None:
    ours = dealt("mixed")
    row = ours.index[(ours["fold"] == 0) & (ours["role"] == "train")][0]
    ours.loc[row, "role"] = "test"
    assert "pairs are not tested equally often! got: cell line" in refused(tmp_path, ours)
    ours.loc[ours["fold"] > 0, "role"] = ours.loc[ours["fold"] > 0, "role"].replace({"test": "unused"})
    ours.to_csv(tmp_path / "roles.csv", index=False)
    with pytest.raises(ClmtError, match="fold 1 has no test pair"):
        given(tmp_path / "roles.csv")


@pytest.mark.parametrize(
    ("protocol", "column"),
    [
        ("drug_blind", "drug_id"),
        ("cell_blind", "cell_line_id"),
        ("scaffold_blind", "drug_id"),
        ("tissue_blind", "cell_line_id"),
    ],
)
@pytest.mark.parametrize("other", ["test", "validation"])
def test_a_blind_file_that_leaks_is_refused(tmp_path, protocol: str, column: str, other: str) -> None:
    ours = dealt(protocol)
    held = ours[(ours["fold"] == 2) & (ours["role"] == other)]
    leaked = held[held[column] == held[column].iloc[0]].index[:1]
    ours.loc[leaked, "role"] = "train"
    message = refused(tmp_path, ours, protocol)
    assert f"fold 2 is not {protocol}! got: group" in message
    assert "in train; cell line" in message
    assert ours.loc[leaked[0], column] in message
    if other == "validation":  # the same roles, where nothing is said to be blind
        assert (given(tmp_path / "roles.csv", "mixed")["role"] == "train").any()


def test_two_cell_lines_of_a_donor_and_two_drawings_of_a_drug_do_not_part(tmp_path) -> None:
    tables = make_tables()
    tables["cell_lines"]["donor"] = ["P0", "P0", *tables["cell_lines"]["donor"][2:]]
    cells = dealt("cell_blind")
    parted = [
        fold
        for fold in range(4)
        if cells[cells["fold"] == fold].groupby("cell_line_id")["role"].first()[["1000", "1001"]].nunique() > 1
    ]
    assert parted  # dealt before the donor was known
    assert "is not cell_blind! got: group '1000' in two roles (cell line '1000'" in refused(
        tmp_path, cells, "cell_blind", tables=tables
    )
    drugs = dealt("drug_blind")
    one = (drugs["drug_id"] == "Drug01") & (drugs["role"] == "test")
    drugs.loc[one, "role"] = "unused"
    drugs.loc[(drugs["drug_id"] == "Drug01") & (drugs["fold"] == drugs.loc[one, "fold"].iloc[0]), "role"] = "train"
    assert "is not drug_blind! got: group 'AAAAAAAAAAAABA'" in refused(tmp_path, drugs, "drug_blind")


def test_double_blind_files_keep_both_apart(tmp_path) -> None:
    ours = dealt("double_blind")
    ours.to_csv(tmp_path / "roles.csv", index=False)
    given(tmp_path / "roles.csv", "double_blind")
    torn = ours.index[(ours["fold"] == 1) & (ours["role"] == "unused")][0]
    ours.loc[torn, "role"] = "train"
    assert "fold 1 is not double_blind" in refused(tmp_path, ours, "double_blind")


def test_the_file_of_folds_says_whose_it_is(tmp_path) -> None:
    tables = make_tables()
    for kind in KINDS:
        write_table(tables[kind], tmp_path / f"{kind}.parquet", kind)
    dealt("drug_blind").to_csv(tmp_path / "roles.csv", index=False)
    settings = {"file": str(tmp_path / "roles.csv"), "protocol": "drug_blind", "folds": 4, "dataset": "d", "split": "s"}
    write_folds(*(tmp_path / f"{kind}.parquet" for kind in KINDS), tmp_path / "folds.parquet", settings=settings)
    assert set(read_folds(tmp_path / "folds.parquet", 3, {"dataset": "d", "split": "s"})["role"]) == {
        "train",
        "validation",
        "test",
    }
    with pytest.raises(ClmtError, match="folds of another split"):
        read_folds(tmp_path / "folds.parquet", 3, {"split": "other"})
