from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.folds.groups import assign_parts, blind_axes, choose_groups
from clmt.folds.make import make_folds, read_folds, write_folds
from clmt.folds.roles import verify_roles
from clmt.planning.protocols import PROTOCOLS
from clmt.planning.settings.folds import FoldSettings
from clmt.tables.schema import table_digest, write_table
from tests.helpers.small_world import make_tables

ROLE_TYPE = pa.dictionary(pa.int8(), pa.string())


def folds_of(protocol: str, **settings) -> pd.DataFrame:
    tables = make_tables()
    count = settings.pop("folds", 4)
    chosen = FoldSettings(protocol=protocol, folds=count, validation=settings.pop("validation", 0.2), **settings)
    return make_folds(tables["response"], tables["cell_lines"], tables["drugs"], chosen)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_pair_has_a_role_in_every_fold(protocol: str) -> None:
    folds = folds_of(protocol)
    response = make_tables()["response"]
    assert folds.groupby("fold").size().tolist() == [len(response)] * 4
    assert not folds.duplicated(["cell_line_id", "drug_id", "fold"]).any()
    used = {"train", "validation", "test"} | ({"unused"} if protocol == "double_blind" else set())
    assert set(folds["role"]) == used


@pytest.mark.parametrize("protocol", ["mixed", "cell_blind", "drug_blind"])
def test_folds_are_balanced(protocol: str) -> None:
    sizes = folds_of(protocol).query("role == 'test'").groupby("fold").size()
    assert sizes.max() - sizes.min() <= {"mixed": 1, "cell_blind": 15, "drug_blind": 48}[protocol]


def test_validation_takes_its_share_in_whole_groups() -> None:
    folds = folds_of("cell_blind", validation=0.25)
    for _, fold in folds.groupby("fold"):
        count = fold["role"].value_counts()
        share = count["validation"] / (count["validation"] + count["train"])
        assert 0.1 < share <= 0.25
        roles = fold.groupby("cell_line_id")["role"].nunique()
        assert (roles == 1).all()


def test_stereoisomers_stay_together_in_drug_blind() -> None:
    folds = folds_of("drug_blind").astype({"role": str})
    roles = folds.groupby(["fold", "drug_id"])["role"].first().unstack()
    assert (roles["Drug00"] == roles["Drug01"]).all()
    assert (folds_of("mixed").groupby(["fold", "drug_id"])["role"].nunique() > 1).any()


def test_scaffold_groups_share_rings_and_acyclic_drugs_do_not() -> None:
    tables = make_tables()
    axis = blind_axes(tables["response"], tables["cell_lines"], tables["drugs"], PROTOCOLS["scaffold_blind"])[0]
    group = dict(zip(tables["response"]["drug_id"], axis, strict=True))
    assert group["Drug03"] == group["Drug04"] == group["Drug05"] == "c1ccccc1"
    assert group["Drug06"] == group["Drug07"] != group["Drug03"]
    assert group["Drug00"] == group["Drug01"] != group["Drug02"]


def test_cell_lines_without_tissue_form_one_group() -> None:
    tables = make_tables()
    axis = blind_axes(tables["response"], tables["cell_lines"], tables["drugs"], PROTOCOLS["tissue_blind"])[0]
    assert set(axis) == {"lung", "breast", "skin", "kidney", "unknown", "bone"}


def test_double_blind_is_a_grid() -> None:
    folds = folds_of("double_blind").astype({"role": str})
    for _, fold in folds.groupby("fold"):
        by_role = {role: rows for role, rows in fold.groupby("role")}
        for column in ("cell_line_id", "drug_id"):
            sets = [set(by_role[role][column]) for role in ("train", "validation", "test")]
            assert not sets[0] & sets[2]
            assert not sets[1] & sets[2]
            assert not sets[0] & sets[1]
    assert folds.query("role == 'test'").groupby(["cell_line_id", "drug_id"]).size().eq(1).all()


@pytest.mark.parametrize("protocol", ["mixed", "cell_blind"])
def test_paper_variant_fixes_the_test_set(protocol: str) -> None:
    folds = folds_of(protocol, folds=5, validation=0.1, variant="paper", seed=99)
    total = len(make_tables()["response"])
    tests = [
        frozenset(map(tuple, fold[fold["role"] == "test"].iloc[:, :2].to_numpy())) for _, fold in folds.groupby("fold")
    ]
    assert len(set(tests)) == 1
    assert 0.05 < len(tests[0]) / total < 0.18
    held = Counter(map(tuple, folds[folds["role"] == "validation"].iloc[:, :2].to_numpy()))
    assert set(held.values()) == {1}
    again = folds_of(protocol, folds=5, validation=0.1, variant="paper", seed=7)
    pd.testing.assert_frame_equal(folds, again)


def test_another_seed_gives_other_folds() -> None:
    assert (
        folds_of("drug_blind", seed=1)["role"].astype(str) != folds_of("drug_blind", seed=2)["role"].astype(str)
    ).any()


def test_one_huge_group_does_not_empty_a_fold() -> None:
    groups = np.array(["huge"] * 500 + [f"g{number}" for number in range(40) for _ in range(5)], dtype=object)
    loads = np.bincount(assign_parts(groups, 4, 0, "test"), minlength=4)
    assert sorted(loads)[-1] == 500
    assert max(sorted(loads)[:3]) - min(loads) <= 5


def test_a_group_too_large_for_validation_is_passed_over() -> None:
    groups = np.array(["huge"] * 90 + ["small"] * 10, dtype=object)
    for seed in range(5):
        assert set(groups[choose_groups(groups, 0.05, seed, "validation")]) == {"small"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"protocol": "cellblind"}, "got: 'cellblind', expected one of: cell_blind"),
        ({"protocol": "mixed", "fold": 5}, "got: 'fold', expected one of: dataset, folds"),
        ({"folds": 5}, "protocol is missing"),
        ({"protocol": "mixed", "folds": 1}, "got: 1, expected: 2 to 127"),
        ({"protocol": "mixed", "validation": 0.0}, "got: 0.0"),
        ({"protocol": "double_blind", "folds": 5}, "got: 5, expected one of: 4, 9, 16, 25"),
        ({"protocol": "drug_blind", "variant": "paper"}, "got: 'drug_blind'"),
        ({"protocol": "mixed", "variant": "papers"}, "got: 'papers'"),
        ({"protocol": "mixed", "variant": "paper", "validation": 0.2}, "got: 0.2"),
        ({"protocol": "mixed", "variant": "paper", "folds": 11}, "got: 11"),
        ({"protocol": "mixed", "folds": 5, "repeats": 26}, "repeats makes too many folds! got: 130, expected: 127 at"),
        ({"protocol": "drug_blind", "shots": 3}, "shot_pool is smaller than shots! got: 0, expected: at least 3"),
        ({"protocol": "mixed", "shot_pool": 3}, "needs a protocol that holds out one thing! got: 'mixed'"),
        ({"protocol": "double_blind", "folds": 4, "shot_pool": 3}, "holds out one thing! got: 'double_blind'"),
        (
            {"protocol": "mixed", "pathway": "Mitosis"},
            "pathway needs a protocol that holds out one thing! got: 'mixed'",
        ),
        ({"protocol": "drug_blind", "other_pathways": "unused"}, "pathway is missing! got: nothing"),
        ({"protocol": "drug_blind", "pathway": "Mitosis", "other_pathways": "no"}, "got: 'no', expected one of: train"),
        ({"protocol": "mixed", "variant": "paper", "repeats": 2}, "variant is a fixed test set!"),
    ],
)
def test_bad_settings_are_refused_in_one_line(settings: dict, message: str) -> None:
    with pytest.raises(ClmtError) as error:
        FoldSettings.read(settings)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_more_folds_than_groups_are_refused() -> None:
    with pytest.raises(ClmtError, match="got: 14, expected: at least 20"):
        folds_of("drug_blind", folds=20)
    with pytest.raises(ClmtError, match="training and validation! got: 1, expected: at least 2"):
        choose_groups(np.array(["only"] * 4, dtype=object), 0.1, 0, "validation")


def test_unknown_entities_are_named() -> None:
    tables = make_tables()
    with pytest.raises(ClmtError, match="drug 'Drug14' is not in the drugs table"):
        blind_axes(tables["response"], tables["cell_lines"], tables["drugs"].iloc[:-1], PROTOCOLS["drug_blind"])
    broken = tables["drugs"].assign(inchikey="x")
    with pytest.raises(ClmtError, match="column inchikey, drug 'Drug00': got: 'x'"):
        blind_axes(tables["response"], tables["cell_lines"], broken, PROTOCOLS["drug_blind"])


def test_broken_roles_are_refused() -> None:
    groups = np.array(list("aabbccdd"), dtype=object)
    settings = FoldSettings(protocol="cell_blind", folds=2)
    good = np.array([[2, 2, 2, 2, 1, 1, 0, 0], [1, 1, 0, 0, 2, 2, 2, 2]], dtype=np.int8)
    verify_roles(good, [groups], settings)
    never, torn, hollow = good.copy(), good.copy(), good.copy()
    never[0, 0] = 0
    torn[0, 4] = 0
    hollow[1, :2] = 0
    for roles, message in (
        (never, "not tested exactly once"),
        (torn, "group 'c' in two roles"),
        (hollow, "no validation"),
    ):
        with pytest.raises(ClmtError, match=message):
            verify_roles(roles, [groups], settings)
    with pytest.raises(ClmtError, match="test set differs"):
        verify_roles(good, [groups], FoldSettings(protocol="cell_blind", folds=2, variant="paper"))


def test_file_round_trip(tmp_path) -> None:
    tables = make_tables()
    for kind in ("response", "cell_lines", "drugs"):
        write_table(tables[kind], tmp_path / f"{kind}.parquet", kind)
    out = tmp_path / "split" / "folds.parquet"
    inputs = [tmp_path / f"{kind}.parquet" for kind in ("response", "cell_lines", "drugs")]
    write_folds(*inputs, out, settings={"protocol": "cell_blind", "folds": 3, "seed": 5})
    first = out.read_bytes()
    write_folds(*inputs, out, settings={"protocol": "cell_blind", "folds": 3, "seed": 5})
    assert out.read_bytes() == first
    fold = read_folds(out, 2)
    assert list(fold.columns) == ["cell_line_id", "drug_id", "role"]
    pd.testing.assert_frame_equal(
        fold[["cell_line_id", "drug_id"]].astype(str), tables["response"][["cell_line_id", "drug_id"]].astype(str)
    )
    assert math.isclose((fold["role"] == "test").mean(), 1 / 3, abs_tol=0.05)
    facts = {b"dataset": b"", b"split": b"", b"protocol": b"cell_blind", b"seed": b"5"}
    entities = {kind: table_digest(tables[kind]) for kind in ("cell_lines", "drugs")}
    facts |= {kind.encode(): digest.encode() for kind, digest in entities.items()}
    assert pq.read_schema(out).metadata == facts
    assert len(read_folds(out, 2, entities)) == len(fold)
    with pytest.raises(ClmtError, match="folds of another drugs table! got: "):
        read_folds(out, 2, entities | {"drugs": table_digest(tables["drugs"].assign(smiles="C"))})
    with pytest.raises(ClmtError, match="no such fold! got: 3, expected one of: 0, 1, 2"):
        read_folds(out, 3)
    with pytest.raises(ClmtError, match=r"none\.parquet: the folds do not exist! Make them with 'clmt folds'"):
        read_folds(tmp_path / "none.parquet", 0)
    out.write_text("no table")
    with pytest.raises(ClmtError, match=r"folds\.parquet: not a readable Parquet file"):
        read_folds(out, 0)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("role", ["train"] * 4, "fold 0 has no validation pair"),
        ("role", ["train", "validation", "train", "train"], "fold 0 has no test pair"),
        ("role", ["train", "validation", "test", "tset"], "column role! got: 'tset'"),
        ("cell_line_id", [1, 2, 3, 4], "column 'cell_line_id' has the wrong type! got: int64, expected: string"),
        ("drug_id", ["a", None, "b", "c"], "missing value in column 'drug_id', row 1"),
        ("fold", ["0"] * 4, "column 'fold' has the wrong type! got: string, expected: int8"),
    ],
)
def test_folds_of_other_roles_or_types_are_refused(tmp_path, column: str, values: list, message: str) -> None:
    good = {
        "cell_line_id": pa.array(["a", "b", "c", "d"]),
        "drug_id": pa.array(["x"] * 4),
        "fold": pa.array([0] * 4, pa.int8()),
        "role": pa.array(["train", "validation", "test", "train"]).dictionary_encode().cast(ROLE_TYPE),
    }
    pq.write_table(pa.table(good), tmp_path / "folds.parquet")
    assert len(read_folds(tmp_path / "folds.parquet", 0)) == 4
    other = pa.array(values)
    bad = good | {column: other.dictionary_encode().cast(ROLE_TYPE) if column == "role" else other}
    pq.write_table(pa.table(bad), tmp_path / "folds.parquet")
    with pytest.raises(ClmtError, match=message):
        read_folds(tmp_path / "folds.parquet", 0)
