"""A small slice of real tables from downloads to predictions, where a mirror of the sources is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.helpers.e2e_help import ROOT, Workplace, explain, furnish

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CELL_LINES, DRUGS = 120, 40
MODELS = ("global_mean", "mean_effects", "drug_ridge", "clmt")


def find_mirror() -> Path | None:
    """The folder in CLMT_MIRROR, else one that lies beside the checkout."""
    named = os.environ.get("CLMT_MIRROR")
    candidates = [Path(named)] if named else [ROOT.parent / "shared" / "mirror", ROOT.parent / "mirror"]
    return next((folder.resolve() for folder in candidates if (folder / "SHA256SUMS").is_file()), None)


@pytest.fixture(scope="module")
def slice_run(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    mirror = find_mirror()
    if mirror is None:
        pytest.skip("no mirror of the sources: set CLMT_MIRROR to a folder made by 'clmt mirror'")
    place = furnish(tmp_path_factory.mktemp("slice"))
    overlay = {
        "mirror": str(mirror),
        "datasets": {"gdsc": {"cell_lines": CELL_LINES, "drugs": DRUGS, "text_encoder": "lsa"}},
        "features": {"conformers": 1},
        "models": {"clmt": {"epochs": 12, "batch_size": 256, "average": 0.98}},
    }
    place.path("config/slice.yaml").write_text(yaml.safe_dump(overlay))
    targets = [f"results/gdsc/mixed/{model}/fold0/metrics.json" for model in MODELS]
    done = place.snakemake("--configfile", "config/slice.yaml", "--", *targets)
    assert done.returncode == 0, explain(done)
    return place


def card(place: Workplace, model: str) -> dict[str, object]:
    content: dict[str, object] = json.loads(place.path(f"results/gdsc/mixed/{model}/fold0/metrics.json").read_text())
    return content


def test_slice_has_the_size_that_was_asked_for(slice_run):
    response = pd.read_parquet(slice_run.path("results/gdsc/tables/response.parquet"))
    assert response["cell_line_id"].nunique() == CELL_LINES
    assert response["drug_id"].nunique() == DRUGS
    assert len(response) > 0.8 * CELL_LINES * DRUGS
    assert response["ln_ic50"].between(-20, 20).all()


def test_audit_counts_the_published_frame(slice_run):
    """Before the cut: 734 cell lines and 177 drugs, the frame that published figures refer to."""
    steps = json.loads(slice_run.path("results/gdsc/tables/audit.json").read_text())["joins"]
    assert any((step["cell_lines"], step["drugs"], step["pairs"]) == (734, 177, 125696) for step in steps), steps


def test_slice_is_real(slice_run):
    for model in MODELS:
        found = card(slice_run, model)
        assert found["simulated"] is False
        assert found["dataset"] == "gdsc"


def test_features_beat_the_mean(slice_run):
    rmse = {model: card(slice_run, model)["rmse"] for model in MODELS}
    assert rmse["mean_effects"] < 0.8 * rmse["global_mean"]
    assert rmse["drug_ridge"] < rmse["mean_effects"] * 1.05
    assert rmse["clmt"] < 0.75 * rmse["global_mean"]


def test_predictions_cover_the_test_part_of_the_fold(slice_run):
    folds = pd.read_parquet(slice_run.path("results/gdsc/mixed/folds.parquet"))
    wanted = folds[(folds["fold"] == 0) & (folds["role"] == "test")]
    for model in MODELS:
        frame = pd.read_parquet(slice_run.path(f"results/gdsc/mixed/{model}/fold0/predictions.parquet"))
        assert sorted(zip(frame["cell_line_id"], frame["drug_id"], strict=True)) == sorted(
            zip(wanted["cell_line_id"], wanted["drug_id"], strict=True)
        )
        assert np.isfinite(frame["predicted"]).all()


def test_every_entity_has_text_and_a_vector(slice_run):
    for kind, count in (("cell_lines", CELL_LINES), ("drugs", DRUGS)):
        text = pd.read_parquet(slice_run.path(f"results/gdsc/text/{kind}.parquet"))
        assert text["entity_id"].nunique() == count
        assert text["sentence"].str.len().min() > 3
    vectors = pd.read_parquet(slice_run.path("results/gdsc/features/text_lsa.parquet"))
    assert vectors.groupby("kind").size().to_dict() == {"cell_line": CELL_LINES, "drug": DRUGS}
    assert all(np.isfinite(vector).all() for vector in vectors["vector"])
