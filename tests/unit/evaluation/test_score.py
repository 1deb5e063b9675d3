"""The predictions of a fold, joined with what was measured and scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.evaluation.score import write_evaluation


def evaluation(root: Path, **changes: Any) -> dict[str, Any]:
    """Arguments of `write_evaluation` for three pairs of the made-up responses."""
    facts = json.loads(next(root.glob("*/*/clmt/fold0/metrics.json")).read_text())
    response = pq.read_table(root / "response.parquet")
    arguments: dict[str, Any] = {
        "cell_line_ids": sorted(set(response["cell_line_id"].to_pylist())),
        "drug_ids": sorted(set(response["drug_id"].to_pylist())),
        "pairs": np.array([[0, 1], [2, 0], [1, 3]]),
        "predicted": np.array([1.0, 2.0, 3.0]),
        "expected": {"mean_effects": np.zeros(3), "tissue_mean_effects": np.ones(3)},
        "response_path": root / "response.parquet",
        "card": facts,
    }
    return arguments | changes


def test_evaluation_joins_the_observed_values_in_the_order_of_the_pairs(finished: Path, tmp_path: Path) -> None:
    out = {"predictions_out": tmp_path / "p" / "predictions.parquet", "metrics_out": tmp_path / "p" / "metrics.json"}
    card = write_evaluation(**evaluation(finished), **out)
    table = pq.read_table(out["predictions_out"])
    numbers = ["observed", "predicted", "mean_effects", "tissue_mean_effects"]
    assert table.column_names == ["cell_line_id", "drug_id", *numbers]
    response = {
        (r["cell_line_id"], r["drug_id"]): r["ln_ic50"]
        for r in pq.read_table(finished / "response.parquet").to_pylist()
    }
    rows = table.to_pylist()
    assert [row["drug_id"] for row in rows] == ["Drug-001", "Drug-000", "Drug-003"]
    assert [row["observed"] for row in rows] == [response[row["cell_line_id"], row["drug_id"]] for row in rows]
    assert [row["predicted"] for row in rows] == [1.0, 2.0, 3.0]
    assert json.loads(out["metrics_out"].read_text()) == card
    assert (card["n_test"], card["per_drug_r"], card["drugs_left_out"]) == (3, None, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"drug_ids": [f"Other-{i}" for i in range(12)]},
            r"no response of cell line '683665' to drug 'Other-1' \(3 of 3",
        ),
        (
            {"predicted": np.array([1.0, np.nan, 3.0])},
            r"made_up, mixed, clmt, fold 0: predicted response of .* 'Drug-000'",
        ),
        ({"predicted": np.ones((3, 1))}, r"predicted values do not fit .* got: shape \(3, 1\)"),
        (
            {"pairs": np.array([[0, 1], [2, 0], [0, 1]])},
            "cell line '683665' and drug 'Drug-001' are in the test part twice",
        ),
        ({"card": {"dataset": "made_up"}}, "facts lack split"),
    ],
)
def test_evaluation_refuses_what_it_cannot_score(
    finished: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    out = {"predictions_out": tmp_path / "predictions.parquet", "metrics_out": tmp_path / "metrics.json"}
    with pytest.raises(ClmtError, match=message):
        write_evaluation(**evaluation(finished, **changes), **out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns("ln_ic50"), r"response\.parquet: wrong columns! got: .*expected: .*ln_ic50"),
        (lambda table: pa.concat_tables([table.slice(0, 1), table]), "duplicated cell_line_id and drug_id in row 1"),
        (None, r"response\.parquet: the response table does not exist"),
    ],
    ids=["column", "twice", "absent"],
)
def test_evaluation_refuses_a_faulty_response_table(finished: Path, tmp_path: Path, change: Any, message: str) -> None:
    response = tmp_path / "response.parquet"
    if change:
        pq.write_table(change(pq.read_table(finished / "response.parquet")), response)
    out = {"predictions_out": tmp_path / "predictions.parquet", "metrics_out": tmp_path / "metrics.json"}
    with pytest.raises(ClmtError, match=message):
        write_evaluation(**evaluation(finished, response_path=response), **out)
    assert not out["predictions_out"].exists()


def test_evaluation_leaves_nothing_behind_when_the_card_cannot_be_written(finished: Path, tmp_path: Path) -> None:
    arguments = evaluation(finished)
    arguments["card"] = arguments["card"] | {"seconds": float("nan")}
    out = {"predictions_out": tmp_path / "predictions.parquet", "metrics_out": tmp_path / "metrics.json"}
    with pytest.raises(ValueError, match="JSON"):
        write_evaluation(**arguments, **out)
    assert list(tmp_path.iterdir()) == []
