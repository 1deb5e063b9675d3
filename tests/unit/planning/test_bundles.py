"""What a bundle is planned from: the seeds of a model on the final split, and experiments of the matching protocols."""

from __future__ import annotations

from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.paths import packaged
from clmt.planning.bundles import bundle_models, bundle_settings, calibration_runs
from clmt.planning.settings.bundles import BundleSettings
from clmt.yaml_files import read_yaml


@pytest.fixture
def config() -> Any:
    return read_yaml(packaged("config/config.yaml"))


def test_the_seeds_of_a_model_are_packed_together(config: Any) -> None:
    assert bundle_models(config, "clmt") == ["clmt", "clmt_seed_2", "clmt_seed_3"]
    assert bundle_models(config, "clmt_ccle") == ["clmt_ccle"]


@pytest.mark.parametrize(("model", "got"), [("drug_mean", "arch drug_mean"), ("clmt_seed_2", "a repeat of clmt")])
def test_other_models_make_no_bundle(config: Any, model: str, got: str) -> None:
    with pytest.raises(ClmtError, match=f"models.{model} makes no bundle! got: {got}"):
        bundle_models(config, model)


def test_each_kind_of_pairs_is_calibrated_by_its_own_protocol(config: Any) -> None:
    runs = calibration_runs(config, "gdsc", "clmt")
    assert {kind: {run.split for run in found} for kind, found in runs.items()} == {
        "known pair": {"final"},
        "new cell line": {"cell_blind"},
        "new drug": {"drug_blind"},
        "both new": {"double_blind"},
    }
    assert [run.model for run in runs["known pair"]] == ["clmt", "clmt_seed_2", "clmt_seed_3"]
    assert {run.model for run in runs["new drug"]} == {"clmt"}
    assert len(runs["new drug"]) == 5


@pytest.mark.parametrize("split", ["drug_shots_5", "erk_drug_blind", "egfr_cell_blind_alone"])
def test_an_experiment_with_shots_or_of_one_pathway_calibrates_nothing_new(config: Any, split: str) -> None:
    config["experiments"] = {"some": {"dataset": "gdsc", "split": split, "models": ["clmt"]}}
    assert list(calibration_runs(config, "gdsc", "clmt")) == ["known pair"]


def test_settings_of_a_bundle_fit_their_form(config: Any) -> None:
    settings = BundleSettings.read(bundle_settings(config, "gdsc2", "clmt"))
    assert settings.sources[0] == "gdsc2_response"
    assert settings.encoder["encoder"] == "pubmedbert"


def test_no_bundle_is_made_of_a_model_with_faults(config: Any) -> None:
    for model, fault in (("clmt_test_edges", "test_edges"), ("clmt_live_dropout", "live_dropout")):
        with pytest.raises(ClmtError, match=f"models.{model} makes no bundle, .*! got: {fault}"):
            bundle_models(config, model)


def test_a_bundle_attaches_to_as_many_neighbours_as_its_graph_has(config: Any) -> None:
    config["models"]["clmt_ccle"]["graph"] = "neighbours_5"
    found = [bundle_settings(config, "ccle", model)["neighbours"] for model in ("clmt", "clmt_ccle")]
    assert found == [config["features"]["neighbours"], 5]
