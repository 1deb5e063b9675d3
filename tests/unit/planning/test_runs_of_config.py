"""From the configuration to runs and settings."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.planning import experiments
from clmt.planning import runs as plan
from clmt.seeds import derive_seed

CONFIG: dict[str, Any] = {
    "seed": 7,
    "simulated": False,
    "datasets": {
        "real": {
            "label": "Real",
            "simulated": False,
            "layout": "survey_gdsc",
            "archive": "a",
            "exclude_drugs": [],
            "drugs": 20,
        },
        "made": {"label": "Made", "simulated": True, "layout": "survey_gdsc", "archive": "a", "exclude_drugs": ["X"]},
    },
    "features": {
        "genes": 10,
        "conformers": 2,
        "conformer_seed": 3,
        "angle_step_degrees": 1.0,
        "neighbours": 4,
        "threshold_draws": 5,
        "threshold_spread": "distance",
    },
    "text": {"encoder": "bert", "skip_characters": 0, "max_altered_genes": 1, "max_pathways": 2, "sources": ["kegg"]},
    "encoders": {"bert": {"kind": "huggingface", "id": "a/b"}, "lsa": {"kind": "lsa", "dimensions": 8}},
    "splits": {"mixed": {"protocol": "mixed", "folds": 3, "validation": 0.1}},
    "models": {
        "mean": {"arch": "drug_mean"},
        "factors": {"arch": "matrix_factorisation", "rank": 4},
        "net": {"arch": "clmt"},
    },
    "experiments": {
        "real_cv": {"dataset": "real", "split": "mixed", "models": ["mean", "factors"]},
        "made_cv": {"dataset": "made", "split": "mixed", "models": ["mean"]},
    },
}


@pytest.fixture
def config() -> dict[str, Any]:
    """A configuration to change."""
    return deepcopy(CONFIG)


def test_a_split_of_a_file_is_told_its_file_and_its_protocol(config: dict[str, Any]) -> None:
    config["splits"]["theirs"] = {"file": "roles.csv", "protocol": "drug_blind", "folds": 1}
    config["experiments"]["real_cv"]["split"] = "theirs"
    told = plan.folds_settings(config, "real", "theirs")
    seed = derive_seed(7, "real", "theirs")
    own = {"dataset": "real", "split": "theirs", "seed": seed}
    assert told == {"file": "roles.csv", "protocol": "drug_blind", "folds": 1} | own
    assert experiments.experiment_folds(config, "real_cv") == 1


def test_repeats_are_those_of_models_of_the_experiment(config: dict[str, Any]) -> None:
    config["models"]["again"] = {"arch": "matrix_factorisation", "repeat_of": "factors"}
    assert experiments.experiment_repeats(config, "real_cv") == {}
    config["experiments"]["real_cv"]["models"] = ["factors", "again"]
    assert experiments.experiment_repeats(config, "real_cv") == {"again": "factors"}
    first, again = (plan.run_settings(config, "real", "mixed", model, 0) for model in ("factors", "again"))
    assert first["settings"] == again["settings"]
    assert first["seed"] != again["seed"]
    config["experiments"]["real_cv"]["models"] = ["mean", "again"]
    assert experiments.experiment_repeats(config, "real_cv") == {}


def test_splits_of_one_partition_share_their_seed_and_repeats_count_as_folds(config: dict[str, Any]) -> None:
    first = plan.folds_settings(config, "real", "mixed")
    config["splits"]["again"] = config["splits"]["mixed"] | {"partition": "mixed", "repeats": 4}
    again = plan.folds_settings(config, "real", "again")
    assert again == first | {"split": "again", "repeats": 4}
    config["splits"]["other"] = config["splits"]["mixed"]
    assert plan.folds_settings(config, "real", "other")["seed"] != first["seed"]
    config["experiments"]["real_cv"]["split"] = "again"
    assert experiments.experiment_folds(config, "real_cv") == 12
    for whole in (1, 2, 3, 6, 9):
        config["experiments"]["real_cv"]["folds"] = whole
        assert experiments.experiment_folds(config, "real_cv") == whole
    config["experiments"]["real_cv"]["folds"] = 7
    with pytest.raises(ClmtError, match=r"folds ends within a partition of split again.* got: 7, expected: at most 3"):
        experiments.experiment_folds(config, "real_cv")


def test_an_experiment_is_every_fold_of_every_model() -> None:
    runs = experiments.experiment_runs(CONFIG, "real_cv")
    assert runs == [plan.Run("real", "mixed", model, fold) for model in ("mean", "factors") for fold in (0, 1, 2)]
    assert runs[4].folder == "results/real/mixed/factors/fold1"


@pytest.mark.parametrize(
    ("call", "arguments", "word"),
    [
        (experiments.experiment_runs, ["real_vc"], "real_cv"),
        (plan.run_settings, ["real", "mixed", "maen", 0], "mean"),
        (plan.tables_settings, ["rael"], "real"),
        (plan.encoder_settings, ["brt"], "bert"),
        (plan.folds_settings, ["real", "mixd"], "mixed"),
    ],
)
def test_an_unknown_name_is_refused_with_the_choices(call: Any, arguments: list[Any], word: str) -> None:
    with pytest.raises(ClmtError, match=rf"expected( one of)?: .*{word}"):
        call(CONFIG, *arguments)


def test_a_run_depends_on_its_own_settings_only(config: dict[str, Any]) -> None:
    before = plan.run_settings(config, "real", "mixed", "factors", 1)
    config["models"]["mean"]["shrinkage"] = 3.0
    config["models"]["new"] = {"arch": "cell_mean"}
    config["experiments"]["real_cv"]["models"] = ["factors"]
    config["text"]["max_pathways"] = 9
    config["mirror"] = "elsewhere"
    assert plan.run_settings(config, "real", "mixed", "factors", 1) == before
    config["models"]["factors"]["rank"] = 5
    after = plan.run_settings(config, "real", "mixed", "factors", 1)
    assert after["settings"] == {**before["settings"], "rank": 5}
    assert {**after, "settings": before["settings"]} == before


def test_a_run_names_itself_and_its_architecture() -> None:
    settings = plan.run_settings(CONFIG, "real", "mixed", "factors", 1)
    assert settings["arch"] == "matrix_factorisation"
    assert "arch" not in settings["settings"]
    assert [settings[key] for key in ("dataset", "split", "model", "fold")] == ["real", "mixed", "factors", 1]
    assert CONFIG["models"]["factors"]["arch"] == "matrix_factorisation"  # the configuration is left as it was


def test_every_run_has_its_own_seed(config: dict[str, Any]) -> None:
    runs = [*experiments.experiment_runs(config, "real_cv"), *experiments.experiment_runs(config, "made_cv")]
    seeds = [plan.run_settings(config, *run)["seed"] for run in runs]
    assert len(set(seeds)) == len(runs)
    assert all(0 <= seed < 2**31 for seed in seeds)
    config["seed"] = 8
    assert plan.run_settings(config, *runs[0])["seed"] != seeds[0]


def test_a_derived_seed_is_the_same_on_every_machine() -> None:
    # SHA-256 of "2026/gdsc/mixed": its first four bytes as a number, halved.
    assert derive_seed(2026, "gdsc", "mixed") == 1373592677
    assert derive_seed(1, "a", "b") != derive_seed(1, "b", "a")


def test_a_dataset_may_have_its_own_encoder(config: dict[str, Any]) -> None:
    assert plan.text_encoder(config, "real", "net") == "bert"
    config["datasets"]["real"]["text_encoder"] = "lsa"
    assert plan.text_encoder(config, "real", "net") == "lsa"
    assert plan.text_encoder(config, "made", "net") == "bert"
    assert plan.run_settings(config, "real", "mixed", "net", 0)["text_encoder"] == "lsa"


def test_a_model_that_reads_no_text_does_not_depend_on_the_encoder(config: dict[str, Any]) -> None:
    before = plan.run_settings(config, "real", "mixed", "factors", 0)
    config["text"]["encoder"] = "lsa"
    assert plan.run_settings(config, "real", "mixed", "factors", 0) == before
    assert plan.text_encoder(config, "real", "factors") is None


def test_a_model_may_have_its_own_encoder_which_is_no_setting(config: dict[str, Any]) -> None:
    config["models"]["other"] = {"arch": "clmt"}
    before = plan.run_settings(config, "real", "mixed", "net", 0)
    config["datasets"]["real"]["text_encoder"] = "lsa"
    config["models"]["net"]["text_encoder"] = "bert"
    assert plan.text_encoder(config, "real", "net") == "bert"
    assert plan.text_encoder(config, "real", "other") == "lsa"
    assert plan.run_settings(config, "real", "mixed", "net", 0) == before


def test_an_experiment_may_run_the_first_folds_only(config: dict[str, Any]) -> None:
    config["experiments"]["real_cv"]["folds"] = 2
    assert [run.fold for run in experiments.experiment_runs(config, "real_cv")] == [0, 1, 0, 1]
    for folds in (0, 4):
        config["experiments"]["real_cv"]["folds"] = folds
        with pytest.raises(ClmtError, match=rf"experiments.real_cv.folds .* got: {folds}, expected: 1 to 3"):
            experiments.experiment_runs(config, "real_cv")


def test_tables_are_told_what_changes_them() -> None:
    real, made = plan.tables_settings(CONFIG, "real"), plan.tables_settings(CONFIG, "made")
    assert (real["layout"], real["archive"], real["exclude_drugs"], real["drugs"]) == ("survey_gdsc", "a", [], 20)
    assert "label" not in real
    assert made["exclude_drugs"] == ["X"]
    assert "drugs" not in made


def test_the_corpus_does_not_depend_on_its_reader(config: dict[str, Any]) -> None:
    before = plan.text_settings(config, "real")
    config["text"].update(encoder="lsa", skip_characters=800)
    assert plan.text_settings(config, "real") == before
    assert plan.encoder_settings(config, "lsa")["skip_characters"] == 800


def test_only_experiments_on_the_same_kind_of_data_are_planned(config: dict[str, Any]) -> None:
    assert (experiments.planned_experiments(config), experiments.planned_datasets(config)) == (["real_cv"], ["real"])
    config["simulated"] = True
    assert (experiments.planned_experiments(config), experiments.planned_datasets(config)) == (["made_cv"], ["made"])


def test_equal_settings_give_equal_text() -> None:
    assert plan.settings_json({"b": 1, "a": [1.0]}) == '{"a":[1.0],"b":1}'
    assert json.loads(plan.settings_json(plan.graph_settings(CONFIG, "real", "mixed", 0))).keys() == {
        "genes",
        "neighbours",
        "threshold_draws",
        "threshold_spread",
        "dataset",
        "split",
        "fold",
        "seed",
    }
    with pytest.raises(ValueError, match="JSON"):
        plan.settings_json({"a": float("nan")})


def test_each_fold_has_a_graph_of_its_own() -> None:
    """Without its number every graph would be that of fold 0, and cross-validation would repeat one fold."""
    settings = [plan.graph_settings(CONFIG, "real", "mixed", fold) for fold in range(3)]
    assert [entry["fold"] for entry in settings] == [0, 1, 2]
    assert len({entry["seed"] for entry in settings}) == 3


def test_only_stepwise_training_asks_for_a_gpu(config: dict[str, Any]) -> None:
    assert [plan.run_gpus(config, model) for model in ("mean", "net")] == [0, 1]
    assert [plan.run_memory(config, model) for model in ("mean", "net")] == [1000, 4000]


def test_code_of_a_model_is_its_own(config: dict[str, Any]) -> None:
    digests = {model: plan.model_code(config, model, "clmt.planning.runs") for model in config["models"]}
    assert digests["mean"] != digests["factors"]
    assert digests["mean"].endswith(":DrugMean")
    config["models"]["again"] = {"arch": "drug_mean", "shrinkage": 2.0}
    assert plan.model_code(config, "again", "clmt.planning.runs") == digests["mean"]


def test_a_model_reads_the_graph_that_it_names(config: dict[str, Any]) -> None:
    sound = plan.run_settings(config, "real", "mixed", "net", 1)
    config["graphs"] = {"near": {"neighbours": 2}, "leaky": {"faults": ["test_edges", "fitted_on_all"]}}
    config["models"]["near"] = {"arch": "clmt", "graph": "near"}
    config["models"]["leaky"] = {"arch": "clmt", "graph": "leaky", "faults": ["live_dropout"]}
    files = [plan.graph_file(config, plan.Run("real", "mixed", model, 1)) for model in ("net", "near", "leaky")]
    assert files == [f"results/real/mixed/fold1/graph{end}.pt" for end in ("", "_near", "_leaky")]
    assert plan.run_settings(config, "real", "mixed", "net", 1) == sound
    assert plan.run_settings(config, "real", "mixed", "near", 1)["graph"] == "near"
    first, near = (plan.graph_settings(config, "real", "mixed", 1, variant) for variant in (None, "near"))
    assert near == {**first, "neighbours": 2, "variant": "near"}  # with the same seed
    faults = {model: plan.model_faults(config, model) for model in ("mean", "net", "near", "leaky")}
    assert faults == {"mean": [], "net": [], "near": [], "leaky": ["test_edges", "fitted_on_all", "live_dropout"]}
