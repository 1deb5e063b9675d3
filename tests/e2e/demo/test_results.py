"""The demo from the simulated sources to the table and the report, through the same rules as real data."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clmt.demo.drugs import DRUGS, SALT_FORM, UNKNOWN_COMPOUND
from clmt.demo.world import simulate
from clmt.simulated import STAMP
from tests.helpers.e2e_help import Workplace, explain

pytestmark = pytest.mark.e2e

MODELS = ["global_mean", "drug_mean", "mean_effects", "drug_ridge", "gradient_boosting", "clmt"]
FOLDS = 3


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def predictions(demo: Workplace, model: str) -> pd.DataFrame:
    """Test pairs of all folds with the truth of the simulation beside the predictions."""
    parts = [demo.path(f"results/demo/demo_mixed/{model}/fold{fold}/predictions.parquet") for fold in range(FOLDS)]
    frame = pd.concat([pd.read_parquet(part).assign(fold=fold) for fold, part in enumerate(parts)], ignore_index=True)
    world = simulate()
    rows = frame["cell_line_id"].map({line.identifier: row for row, line in enumerate(world.cell_lines)})
    columns = frame["drug_id"].map({drug.name: column for column, drug in enumerate(DRUGS)})
    return frame.assign(truth=world.expected[rows, columns], effect=world.effect[rows, columns])


def rmse(predicted: pd.Series, truth: pd.Series) -> float:
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def within_drugs(frame: pd.DataFrame, column: str) -> float:
    """Correlation of a column with the planted target effect after taking each drug's mean of the fold away."""
    groups = frame.groupby(["fold", "drug_id"])
    centred = [frame[name] - groups[name].transform("mean") for name in (column, "effect")]
    return float(np.corrcoef(*centred)[0, 1]) if centred[0].std() > 1e-9 else 0.0


def test_table_has_a_row_for_each_model_and_fold(demo):
    rows = rows_of(demo.path("results/demo_cv.tsv"))
    assert [(row["model"], row["fold"]) for row in rows] == [(m, str(fold)) for m in MODELS for fold in range(FOLDS)]
    expected = {"experiment": "demo_cv", "dataset": "demo", "split": "demo_mixed", "simulated": "yes"}
    for row in rows:
        assert {key: row[key] for key in expected} == expected
        assert 0 < float(row["rmse"]) < 5
        assert int(row["n_train"]) > int(row["n_test"]) > 400
        assert row["settings_digest"]
        assert row["clmt_version"]
    pairs = int(np.isfinite(simulate().observed).sum())
    # Averaging with its salt form fills in pairs that Erlotinib itself lacks.
    total = sum(int(row["n_test"]) for row in rows if row["model"] == "mean_effects")
    assert pairs <= total <= pairs + 5


def test_summary_and_every_run_say_simulated(demo):
    summary = rows_of(demo.path("results/demo_cv_summary.tsv"))
    assert {row["simulated"] for row in summary} == {"yes"}
    assert {row["model"] for row in summary} == set(MODELS)
    cards = sorted(demo.path("results/demo/demo_mixed").glob("*/fold*/metrics.json"))
    assert len(cards) == len(MODELS) * FOLDS
    for path in cards:
        card = json.loads(path.read_text())
        assert card["simulated"] is True, path
        assert (card["dataset"], card["split"]) == ("demo", "demo_mixed")
        assert path.parts[-3:-1] == (card["model"], f"fold{card['fold']}")


def test_figures_and_html_say_simulated(demo):
    drawn = [*sorted(demo.path("results/report").glob("demo_*")), demo.path("results/report/index.html")]
    assert {path.suffix for path in drawn} >= {".svg", ".html"}
    assert {path.name for path in drawn} >= {
        "demo_texts.html",
        *(f"demo_cv{end}.html" for end in ("", "_pairs", "_per_drug", "_cases")),
    }
    for path in drawn:
        if path.suffix in (".svg", ".html"):
            stamp = f"<!-- {STAMP} -->" if path.suffix == ".svg" else f'<p class="stamp">{STAMP}'
            assert stamp in path.read_text(encoding="utf-8"), path


def test_every_pair_is_tested_once_and_alike_for_all_models(demo):
    reference = predictions(demo, "global_mean")
    assert not reference.duplicated(["cell_line_id", "drug_id"]).any()
    for model in MODELS[1:]:
        frame = predictions(demo, model)
        assert frame[["cell_line_id", "drug_id", "fold"]].equals(reference[["cell_line_id", "drug_id", "fold"]])
        assert frame["observed"].equals(reference["observed"])
        assert np.isfinite(frame["predicted"]).all()


def test_planted_potency_is_found(demo):
    frames = {model: predictions(demo, model) for model in ("global_mean", "drug_mean", "mean_effects")}
    error = {model: rmse(frame["predicted"], frame["truth"]) for model, frame in frames.items()}
    assert error["mean_effects"] < error["drug_mean"] < 0.8 * error["global_mean"]


@pytest.mark.parametrize("model", ["drug_ridge", "gradient_boosting", "clmt"])
def test_planted_target_effect_is_found_from_the_features(demo, model):
    """Means know no target; a model that reads the omics must recover who is sensitive to which drug."""
    means, learnt = predictions(demo, "mean_effects"), predictions(demo, model)
    assert within_drugs(means, "predicted") < 0.3
    assert within_drugs(learnt, "predicted") > within_drugs(means, "predicted") + 0.2
    assert rmse(learnt["predicted"], learnt["truth"]) < 0.9 * rmse(means["predicted"], means["truth"])
    rows = rows_of(demo.path("results/demo_cv.tsv"))
    of = {name: [float(row["per_drug_r"]) for row in rows if row["model"] == name] for name in (model, "mean_effects")}
    assert np.mean(of[model]) > np.mean(of["mean_effects"]) + 0.1


def test_audit_counts_what_was_left_out(demo):
    audit = json.loads(demo.path("results/demo/tables/audit.json").read_text())
    text = json.dumps(audit)
    assert UNKNOWN_COMPOUND in text
    assert SALT_FORM.name in text
    drugs = pd.read_parquet(demo.path("results/demo/tables/drugs.parquet"))
    assert sorted(drugs["drug_id"]) == sorted(drug.name for drug in DRUGS)
    assert dict(zip(drugs["drug_id"], drugs["inchikey"], strict=True)) == {d.name: d.inchikey for d in DRUGS}


def test_texts_name_the_simulated_pathways(demo):
    cells = pd.read_parquet(demo.path("results/demo/text/cell_lines.parquet"))
    drugs = pd.read_parquet(demo.path("results/demo/text/drugs.parquet"))
    assert cells["entity_id"].nunique() == 60
    assert drugs["entity_id"].nunique() == 24
    found = cells[cells["sentence"].str.contains("SIMULATED")]
    assert found["entity_id"].nunique() > 30
    assert found["record_id"].str.startswith("R-HSA-99000").any()
    vemurafenib = " ".join(drugs.loc[drugs["entity_id"] == "Vemurafenib", "sentence"])
    assert "BRAF" in vemurafenib


def test_no_simulated_bytes_lie_where_real_downloads_belong(demo):
    assert not demo.path("resources/downloads").exists()
    archives = list(demo.folder.rglob("GDSC_DATASET_S1-S12.zip"))
    assert {str(path.relative_to(demo.folder)).split("/media.")[0] for path in archives} == {
        "resources/demo/mirror",
        "results/demo/downloads",
    }
    assert not demo.path("results/gdsc").exists()


def test_second_call_has_nothing_to_do(demo):
    done = demo.snakemake(
        "--configfile", "config/demo.yaml", "--", "results/demo_cv.tsv", "results/report/demo_cv.html"
    )
    assert done.returncode == 0, explain(done)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_report_opens(demo):
    done = demo.snakemake("--configfile", "config/demo.yaml", "--report", "report.zip", "--", "results/demo_cv.tsv",
                          "results/report/demo_cv.html")  # fmt: skip
    assert done.returncode == 0, explain(done)
    with zipfile.ZipFile(demo.path("report.zip")) as bundle:
        names = bundle.namelist()
        assert bundle.testzip() is None
    assert any(name.endswith("report.html") for name in names)
    assert any(name.endswith(".svg") for name in names)
