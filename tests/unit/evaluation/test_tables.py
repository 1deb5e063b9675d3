"""The tables of an experiment, and what is no experiment."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.evaluation.metrics import METRICS
from clmt.evaluation.table_files import SUMMARY_COLUMNS, TABLE_COLUMNS, read_table
from clmt.evaluation.tables import collect
from tests.helpers.made_up_runs import rescore, write_runs

MODELS = {"drug_mean": 1.0, "mlp": 0.4, "clmt": 0.2}
Files = dict[str, list[Path]]


@pytest.fixture
def files(finished: Path, tmp_path: Path) -> Files:
    """A copy of the runs that a test may spoil."""
    shutil.copytree(finished, tmp_path / "runs")
    names = {"metrics": "metrics.json", "predictions": "predictions.parquet"}
    return {kind: sorted((tmp_path / "runs").glob(f"*/*/*/*/{name}")) for kind, name in names.items()}


def run(files: Files, folder: Path, **changes: Any) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Collect the tables and read them back."""
    table, summary = folder / "made_up_cv.tsv", folder / "made_up_cv_summary.tsv"
    arguments = {"models": list(MODELS), "replicates": 100, "table_out": table, "summary_out": summary}
    collect("made_up_cv", **(arguments | files | changes))
    return read_table(table), read_table(summary)


def spoil(files: Files, model: str, change: Any) -> None:
    """Pass the predictions of fold 1 of a model through ``change`` and correct its card."""
    rescore(next(p for p in files["predictions"] if p.parts[-3:-1] == (model, "fold1")), change)


def test_the_table_has_one_row_per_model_and_fold_in_the_configured_order(files: Files, tmp_path: Path) -> None:
    rows, _ = run(files, tmp_path)
    assert [(row["model"], row["fold"]) for row in rows] == [(m, str(f)) for m in MODELS for f in range(3)]
    assert list(rows[0]) == list(TABLE_COLUMNS)
    assert {row["simulated"] for row in rows} == {"yes"}
    assert rows[0]["seconds"] == "12.3457"
    assert rows[0]["per_drug_r"] == "0"
    assert sum(int(row["n_test"]) for row in rows if row["model"] == "clmt") == 30 * 12
    text = (tmp_path / "made_up_cv.tsv").read_bytes()
    assert b"\r" not in text
    assert text.endswith(b"\n")
    assert b"nan" not in text.lower()


def test_the_order_of_files_does_not_matter_and_bytes_are_the_same_twice(files: Files, tmp_path: Path) -> None:
    run(files, tmp_path / "a")
    run({kind: paths[::-1] for kind, paths in files.items()}, tmp_path / "b")
    for name in ("made_up_cv.tsv", "made_up_cv_summary.tsv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_summary_has_mean_sd_and_the_difference_to_the_best_baseline(files: Files, tmp_path: Path) -> None:
    rows, summary = run(files, tmp_path)
    assert list(summary[0]) == list(SUMMARY_COLUMNS)
    assert [(row["model"], row["metric"]) for row in summary] == [(m, name) for m in MODELS for name in METRICS]
    found = {(row["model"], row["metric"]): row for row in summary}
    values = [float(row["rmse"]) for row in rows if row["model"] == "clmt"]
    ours = found["clmt", "rmse"]
    assert float(ours["mean"]) == pytest.approx(np.mean(values), rel=1e-5)
    assert float(ours["sd"]) == pytest.approx(np.std(values, ddof=1), rel=1e-4)
    assert (ours["n"], ours["reference"], ours["baseline"]) == ("3", "mlp", "no")
    difference = float(ours["all_folds"]) - float(found["mlp", "rmse"]["all_folds"])
    assert float(ours["difference"]) == pytest.approx(difference, abs=1e-5)
    assert float(ours["difference_low"]) < difference < float(ours["difference_high"]) < 0
    assert found["mlp", "rmse"]["difference"] == ""
    assert found["clmt", "mae"]["p"] == ""


def test_a_named_reference_is_in_every_row_and_one_without_runs_is_refused(files: Files, tmp_path: Path) -> None:
    _, summary = run(files, tmp_path, reference="clmt")
    assert {row["reference"] for row in summary if row["difference"]} == {"clmt"}
    with pytest.raises(ClmtError, match="--reference: got: ridge, expected one of: drug_mean, "):
        run(files, tmp_path, reference="ridge")


def test_a_model_of_several_seeds_has_the_mean_over_them_in_its_row(files: Files, tmp_path: Path) -> None:
    rows, summary = run(files, tmp_path, repeat_of={"mlp": "clmt"})
    found = {(row["model"], row["metric"]): row for row in summary}
    folds = [[float(row["mae"]) for row in rows if row["model"] == model] for model in ("clmt", "mlp")]
    assert float(found["clmt", "mae"]["mean"]) == pytest.approx(np.mean(folds), rel=1e-5)
    assert float(found["clmt", "mae"]["sd"]) == pytest.approx(np.std(np.mean(folds, axis=0), ddof=1), rel=1e-4)
    assert [found[model, "rmse"]["seeds"] for model in MODELS] == ["1", "1", "2"]
    assert float(found["clmt", "rmse"]["detectable"]) > 0


def test_a_fixed_test_part_may_be_scored_in_every_fold(files: Files, tmp_path: Path) -> None:
    for model in MODELS:
        first = next(p for p in files["predictions"] if p.parts[-3:-1] == (model, "fold0")).parent
        for fold in (1, 2):
            shutil.copytree(first, first.parent / f"fold{fold}", dirs_exist_ok=True)
            rescore(first.parent / f"fold{fold}" / "predictions.parquet", lambda table: table, fold=fold)
    rows, _ = run(files, tmp_path)
    assert len(rows) == 9


@pytest.mark.parametrize("model", ["drug_mean", "clmt"])
def test_a_pair_scored_twice_is_refused(files: Files, tmp_path: Path, model: str) -> None:
    spoil(files, model, lambda table: pa.concat_tables([table, table.slice(3, 1)]))
    pair = pq.read_table(next(p for p in files["predictions"] if "fold1" in p.parts)).slice(3, 1).to_pylist()[0]
    message = f"model '{model}': cell line '{pair['cell_line_id']}' and drug '{pair['drug_id']}' .*got: 2 times"
    with pytest.raises(ClmtError, match=message):
        run(files, tmp_path)
    assert not (tmp_path / "made_up_cv.tsv").exists()


@pytest.mark.parametrize("model", ["mlp", "drug_mean"])
def test_a_pair_that_only_some_models_scored_is_refused(files: Files, tmp_path: Path, model: str) -> None:
    spoil(files, model, lambda table: table.slice(1))
    with pytest.raises(ClmtError, match=rf"same pairs! got: cell line '.*' and drug '.*' in fold 1 .*'{model}'"):
        run(files, tmp_path)


def test_different_observed_values_are_refused(files: Files, tmp_path: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        moved = pa.array(table["observed"].to_numpy() + 0.001)
        return table.set_column(table.schema.get_field_index("observed"), "observed", moved)

    spoil(files, "clmt", change)
    with pytest.raises(ClmtError, match="'drug_mean' and 'clmt' were scored against different observed values"):
        run(files, tmp_path)


def test_a_missing_fold_model_or_file_is_refused(files: Files, tmp_path: Path) -> None:
    keep = [path for path in files["metrics"] if path.parts[-3:-1] != ("mlp", "fold2")]
    with pytest.raises(ClmtError, match=r"'mlp' must have each fold once! got: folds \[0, 1\], expected: \[0, 1, 2\]"):
        run(files, tmp_path, metrics=keep)
    with pytest.raises(ClmtError, match=r"unknown model! got: 'clmt', expected one of: drug_mean, mlp"):
        run(files, tmp_path, models=["drug_mean", "mlp"])
    with pytest.raises(ClmtError, match=r"no predictions\.parquet beside it"):
        run(files, tmp_path, predictions=files["predictions"][1:])
    with pytest.raises(ClmtError, match="no metrics file"):
        run(files, tmp_path, metrics=[])


def test_runs_of_two_splits_are_refused(files: Files, tmp_path: Path) -> None:
    rescore(files["predictions"][0], lambda table: table, split="cell_blind")
    with pytest.raises(ClmtError, match="share their split! got: cell_blind, mixed"):
        run(files, tmp_path)


def test_swapped_predictions_are_refused(files: Files, tmp_path: Path) -> None:
    one, other = (p for p in files["predictions"] if p.parts[-3:-1] in (("drug_mean", "fold0"), ("mlp", "fold0")))
    moved = tmp_path / "moved.parquet"
    one.rename(moved)
    other.rename(one)
    moved.rename(other)
    with pytest.raises(ClmtError, match=r"drug_mean/fold0/.*of another run! model: got: 'mlp', expected: 'drug_mean'"):
        run(files, tmp_path)


@pytest.mark.parametrize("letter", ["\0", "\x0b", "\x9b"])
def test_a_name_with_a_control_character_is_refused(files: Files, tmp_path: Path, letter: str) -> None:
    path = files["predictions"][0]
    table = pq.read_table(path)
    names = pa.array([f"{name}{letter}" for name in table["drug_id"].to_pylist()])
    pq.write_table(table.set_column(table.schema.get_field_index("drug_id"), "drug_id", names), path)
    with pytest.raises(ClmtError, match="a name in drug_id holds control characters"):
        run(files, tmp_path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_prediction_that_is_not_finite_is_refused_with_its_pair(files: Files, tmp_path: Path, value: float) -> None:
    path = files["predictions"][0]
    table = pq.read_table(path)
    values = table["predicted"].to_numpy().copy()
    values[2] = value
    pq.write_table(table.set_column(table.schema.get_field_index("predicted"), "predicted", pa.array(values)), path)
    pair = table.slice(2, 1).to_pylist()[0]
    name = f"cell line '{pair['cell_line_id']}' and drug '{pair['drug_id']}'"
    message = rf"predictions\.parquet: predicted response of {name} is not a finite number"
    with pytest.raises(ClmtError, match=message):
        run(files, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rmse": 0.0123}, r"rmse is another than that of predictions\.parquet! got: 0\.0123, expected: "),
        ({"spearman": None}, r"spearman is another than that of predictions\.parquet! got: None, expected: "),
        ({"cells_left_out": 0}, r"cells_left_out is another than that of predictions\.parquet! got: 0, expected: 3"),
        ({"group_rule": "all"}, r"group_rule is another than that of predictions\.parquet! got: 'all', expected: "),
        ({"n_train": 7}, r"n_train has changed since the run was scored! got: '7', expected: '\d+'"),
        ({"device": "cuda"}, "device has changed since the run was scored! got: 'cuda', expected: 'cpu'"),
        ({"rmse": -3}, "rmse: got: -3, expected: a number that is not negative"),
        ({"rmse": None}, "rmse: got: None, expected: a number"),
        ({"pearson": 7}, "pearson: got: 7, expected: a number from -1 to 1, or null"),
        ({"fold": 0.5}, "fold: got: 0.5, expected: a whole number"),
        ({"fold": True}, "fold: got: True, expected: a whole number"),
        ({"dataset": '=HYPERLINK("http://x")'}, "dataset: got: .*, expected: a name"),
        ({"simulated": "no"}, "simulated: got: 'no', expected: true or false"),
        ({"mae": float("inf")}, "mae: got: inf"),
    ],
)
def test_a_card_of_impossible_values_is_refused(
    files: Files, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = files["metrics"][0]
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ClmtError, match=message):
        run(files, tmp_path)


def test_a_bit_that_changed_in_any_number_of_a_card_is_refused_by_its_key(files: Files, tmp_path: Path) -> None:
    path = files["metrics"][0]
    card = json.loads(path.read_text())
    refusal = r"metrics\.json: .*\b{0}\b|predictions\.parquet: predictions of another run! {0}:"
    for key in [key for key, value in card.items() if isinstance(value, int | float) and not isinstance(value, bool)]:
        digits = json.dumps(card[key])
        place = next(i for i, letter in enumerate(digits) if letter.isdigit() and (i or len(digits) == 1))
        changed = digits[:place] + chr(ord(digits[place]) ^ 1) + digits[place + 1 :]
        path.write_text(json.dumps(card | {key: json.loads(changed)}))
        with pytest.raises(ClmtError, match=refusal.format(key)) as refused:
            run(files, tmp_path)
        assert "\n" not in str(refused.value)
    path.write_text(json.dumps(card))
    run(files, tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"model": "clmt"', "{}", "null"])
def test_a_card_that_is_none_is_refused_with_its_path(files: Files, tmp_path: Path, content: str) -> None:
    files["metrics"][0].write_text(content)
    with pytest.raises(ClmtError, match=r"metrics\.json: .*Delete it and rerun evaluate"):
        run(files, tmp_path)
    with pytest.raises(ClmtError, match=r"metrics\.json: .*Delete it and rerun evaluate"):
        run(files, tmp_path, models=[])


@pytest.mark.parametrize("change", [lambda text: "", lambda text: text.replace("p_holm", "q"), lambda text: text[:-9]])
def test_a_table_that_is_none_is_refused_with_its_path(files: Files, tmp_path: Path, change: Any) -> None:
    run(files, tmp_path)
    path = tmp_path / "made_up_cv_summary.tsv"
    path.write_text(change(path.read_text()))
    with pytest.raises(ClmtError, match=r"made_up_cv_summary\.tsv: .*Rerun collect"):
        read_table(path)


def test_a_card_that_does_not_fit_its_predictions_is_refused(files: Files, tmp_path: Path) -> None:
    path = files["predictions"][4]
    pq.write_table(pq.read_table(path).slice(2), path)
    with pytest.raises(ClmtError, match=r"metrics\.json: n_test is another than that of predictions\.parquet"):
        run(files, tmp_path)


def test_without_a_baseline_the_first_model_is_the_reference_and_folds_are_counted(tmp_path: Path) -> None:
    models = {"clmt": 0.2, "clmt_no_text": 0.5, "clmt_text_shuffled": 0.4}
    files = write_runs(tmp_path, models, folds=4)
    kept = {kind: [path for path in files[kind] if path.parent.name in ("fold0", "fold1")] for kind in files}
    del kept["history"]
    rows, summary = run(kept, tmp_path, models=list(models))
    assert len(rows) == 3 * 2
    assert {row["folds"] for row in summary} == {"2"}
    found = {(row["model"], row["metric"]): row for row in summary}
    for metric, sign in (("rmse", 1), ("per_drug_r", -1)):
        assert (found["clmt", metric]["reference"], found["clmt", metric]["difference"]) == ("", "")
        for model in ("clmt_no_text", "clmt_text_shuffled"):
            row = found[model, metric]
            assert (row["reference"], row["baseline"]) == ("clmt", "no")
            low, value, high = (float(row[f"difference{end}"]) for end in ("_low", "", "_high"))
            assert low < value < high
            assert sign * value > 0
            difference = float(row["all_folds"]) - float(found["clmt", metric]["all_folds"])
            assert value == pytest.approx(difference, abs=1e-5)


def test_a_card_of_other_settings_is_refused(files: Files, tmp_path: Path) -> None:
    """The job of an earlier start, with other settings, may have written it."""
    digests = [json.loads(path.read_text())["settings_digest"] for path in files["metrics"]]
    run(files, tmp_path, digests=digests)
    (tmp_path / "made_up_cv.tsv").unlink()
    path = files["metrics"][4]
    card = json.loads(path.read_text())
    rescore(path.parent / "predictions.parquet", lambda table: table, settings_digest="0123456789ab")
    run(files, tmp_path, digests=[])  # what was not asked: the table held the other run
    (tmp_path / "made_up_cv.tsv").unlink()
    message = (
        f"{path}: scored with other settings! settings_digest: got: '0123456789ab', "
        f"expected: {card['settings_digest']!r}. Delete the run's metrics.json"
    )
    with pytest.raises(ClmtError, match=re.escape(message)):
        run(files, tmp_path, digests=digests)
    with pytest.raises(ClmtError, match="--digests must name one of each metrics file! got: 8, expected: 9"):
        run(files, tmp_path, digests=digests[1:])
    assert not (tmp_path / "made_up_cv.tsv").exists()


def test_a_model_twice_is_refused(files: Files, tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="--models names 'mlp' twice"):
        run(files, tmp_path, models=[*MODELS, "mlp"])


@pytest.mark.parametrize("name", ["=cmd()", "a\nb", "", "My table"])
def test_a_name_that_a_spreadsheet_would_run_is_no_experiment(files: Files, tmp_path: Path, name: str) -> None:
    with pytest.raises(ClmtError, match="not a name of an experiment! got: "):
        collect(name, models=[], table_out=tmp_path / "t.tsv", summary_out=tmp_path / "s.tsv", **files)
    assert not (tmp_path / "t.tsv").exists()


def test_faults_stand_in_both_tables_and_a_baseline_with_one_is_no_reference(files: Files, tmp_path: Path) -> None:
    for path in files["predictions"]:
        if path.parts[-3] == "mlp":
            rescore(path, lambda table: table, graph="leaky", faults="test_edges fitted_on_all")
    rows, summary = run(files, tmp_path)
    for table in (rows, summary):
        assert {row["model"]: row["faults"] for row in table} == {
            "drug_mean": "",
            "mlp": "test_edges fitted_on_all",
            "clmt": "",
        }
    assert {row["reference"] for row in summary if row["metric"] == "rmse"} == {"", "drug_mean"}
