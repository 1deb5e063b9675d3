"""Two studies joined: who is who, whose scale it is, and what is counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clmt.acquire.pubchem import blank_row, write_structures
from clmt.errors import ClmtError
from clmt.tables.schema import KINDS, check_table, read_table, write_table
from clmt.tables.studies import join_studies, study_of, write_studies
from tests.helpers.small_world import make_tables
from tests.helpers.two_studies import two_studies


def test_drugs_are_matched_by_structure_and_cell_lines_stay_apart() -> None:
    train, test = two_studies()
    both, audit = join_studies(train, test, ("a", "b"))
    for kind in KINDS:
        check_table(both[kind], kind, kind)
    # other00 is Drug00 by its key, other02 another drawing of Drug02, Drug03 another compound of a name that is taken
    tested = both["response"][both["response"]["cell_line_id"].map(study_of) == "b"]
    assert {"Drug00", "Drug02", "Drug03 (b)", "other14"} <= set(tested["drug_id"])
    assert not {"other00", "other02", "Drug03"} & set(tested["drug_id"])
    assert (
        both["drugs"].set_index("drug_id").loc["Drug03 (b)", "inchikey"]
        == test["drugs"].set_index("drug_id").loc["Drug03", "inchikey"]
    )
    assert audit["drugs"]["both"] == len(set(tested["drug_id"]) & set(train["drugs"]["drug_id"]))
    assert audit["pairs"] == {"train": len(train["response"]), "test": len(tested)}
    assert set(both["cell_lines"]["cell_line_id"].map(study_of)) == {"a", "b"}
    assert len(both["cell_lines"]) == len(train["cell_lines"]) + len(test["cell_lines"])


def test_cell_lines_of_one_name_share_a_donor_where_none_is_known() -> None:
    train, test = two_studies()
    train["cell_lines"]["name"] = [f"HCC-{row}" for row in range(24)]
    test["cell_lines"]["name"] = [f"hcc{row}" for row in range(24)]
    test["cell_lines"]["donor"] = [None, "elsewhere", *["P2"] * 22]
    both, _ = join_studies(train, test, ("a", "b"))
    donor = both["cell_lines"].set_index("cell_line_id")["donor"]
    assert donor["b:1000"] == donor["a:1000"] == "P0"  # known in one of them
    assert (donor["a:1001"], donor["b:1001"]) == ("P1", "elsewhere")  # two known donors are two
    assert donor["a:1023"] == "P2"


def test_each_study_is_scaled_by_itself_and_genes_are_those_of_both() -> None:
    train, test = two_studies()
    louder = test["expression"].copy()
    louder.iloc[:, 1:] = louder.iloc[:, 1:] * 3.0 + 100.0
    quiet, _ = join_studies(train, test, ("a", "b"))
    loud, audit = join_studies(train, {**test, "expression": louder}, ("a", "b"))
    np.testing.assert_allclose(quiet["expression"].iloc[:, 1:], loud["expression"].iloc[:, 1:], atol=1e-4)
    assert audit["genes"]["expression"] == loud["expression"].shape[1] - 1 == 39
    for study in ("a", "b"):
        values = loud["expression"][loud["expression"]["cell_line_id"].map(study_of) == study].iloc[:, 1:]
        np.testing.assert_allclose(values.mean(), 0.0, atol=1e-5)
        np.testing.assert_allclose(values.std(ddof=0), 1.0, atol=1e-4)
    # the wrong variant: one scale for both would put the two studies far apart
    pooled = pd.concat([train["expression"], louder])[loud["expression"].columns[1:]]
    assert np.abs(((pooled - pooled.mean()) / pooled.std())[:24].mean()).min() > 0.5


def test_two_drugs_of_the_test_study_that_are_one_are_averaged() -> None:
    train, test = two_studies()
    both, audit = join_studies(train, test, ("a", "b"))
    # other00 and other01 are drawings of the skeleton of Drug00.
    assert audit["averaged_responses"] == 24
    tested = both["response"]["cell_line_id"].map(study_of) == "b"
    assert tested.sum() == len(test["response"]) - 24
    values, found = (
        part.set_index(["cell_line_id", "drug_id"])["ln_ic50"] for part in (test["response"], both["response"])
    )
    assert found["b:1000", "Drug00"] == pytest.approx((values["1000", "other00"] + values["1000", "other01"]) / 2)


def test_studies_of_nothing_in_common_are_refused() -> None:
    train, test = two_studies()
    renamed = test["mutation"].rename(columns=lambda name: name if name == "cell_line_id" else f"X{name}")
    with pytest.raises(ClmtError, match="studies a and b: no gene of mutation in common"):
        join_studies(train, {**test, "mutation": renamed}, ("a", "b"))


def test_files_are_written_whole(tmp_path: Path) -> None:
    for name, tables in zip(("a", "b"), two_studies(), strict=True):
        for kind in KINDS:
            write_table(tables[kind], tmp_path / name / f"{kind}.parquet", kind)
        rows = [blank_row(drug, "unknown") for drug in tables["drugs"]["drug_id"]]
        write_structures(pd.DataFrame(rows), tmp_path / name / "structures.parquet")
    write_studies(tmp_path / "a", tmp_path / "b", tmp_path / "both", names=("a", "b"))
    both, _ = join_studies(*two_studies(), ("a", "b"))
    for kind in KINDS:
        pd.testing.assert_frame_equal(
            read_table(tmp_path / "both" / f"{kind}.parquet", kind), both[kind], check_dtype=False
        )
    assert json.loads((tmp_path / "both" / "audit.json").read_text())["donors"]["both"] == 24
    assert make_tables()["drugs"]["drug_id"][0] in set(
        pd.read_parquet(tmp_path / "both" / "structures.parquet")["name"]
    )


def test_areas_and_ic50_are_not_joined(tmp_path: Path) -> None:
    for name, target in (("a", "ln_ic50"), ("b", "auc")):
        frames = make_tables()
        for kind in KINDS:
            write_table(frames[kind], tmp_path / name / f"{kind}.parquet", kind, target)
    with pytest.raises(ClmtError, match=r"studies a and b: their responses are not the same! got: ln_ic50 and auc"):
        write_studies(tmp_path / "a", tmp_path / "b", tmp_path / "both", names=("a", "b"))
    assert not (tmp_path / "both").exists()
