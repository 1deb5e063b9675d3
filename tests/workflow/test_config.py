"""A faulty configuration is refused in one line that names the key, before anything is written."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

import clmt.planning.config
from clmt.acquire.registry import load_registry
from clmt.errors import ClmtError
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.config import check_config
from clmt.planning.document import config_schema, with_key_tables
from clmt.planning.settings.config import Config, Experiment
from clmt.planning.settings.features import Features
from clmt.planning.settings.folds import Split
from clmt.planning.settings.tables import Dataset
from clmt.planning.settings.text import Text
from tests.helpers.workflow_help import ROOT, Workspace

yaml = pytest.importorskip("yaml")
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"


@pytest.fixture
def config() -> dict[str, Any]:
    """The configuration as it is shipped."""
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def put(config: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a dotted path."""
    *folders, key = path.split(".")
    for folder in folders:
        config = config[folder]
    config[key] = value


NAN, INFINITY = float("nan"), float("inf")
SOURCES = load_registry(ROOT / "config" / "sources.yaml").sources
SOME = {"dataset": "gdsc", "split": "mixed", "models": ["mlp"]}
LSA = {"kind": "lsa", "dimensions": 8}
RAW = "x\n\n.. raw:: html\n\n   <img src=x onerror=alert(1)>"
SELF_LIST: list[Any] = []
SELF_LIST.append(SELF_LIST)
SELF_BLOCK: dict[str, Any] = {}
SELF_BLOCK["clmt"] = SELF_BLOCK
LISTS: list[Any] = ["reactome"]
for _ in range(9):
    LISTS = [LISTS] * 9
FAULTS = {
    "unknown key": ("epochs", 3, ["unknown key", "'epochs'", "experiments"]),
    "unknown key below": ("features.gene", 3, ["config: features: unknown key", "'gene'", "genes"]),
    "unknown dataset key": ("datasets.gdsc.lable", "x", ["datasets.gdsc: unknown key", "'lable'", "label"]),
    "unknown layout": ("datasets.gdsc.layout", "excel", ["datasets.gdsc.layout", "'excel'", "survey_gdsc"]),
    "unknown protocol": ("splits.mixed.protocol", "random", ["splits.mixed.protocol", "'random'", "cell_blind"]),
    "one fold": ("splits.mixed.folds", 1, ["splits.mixed.folds", "1", "2 to 127"]),
    "no square": ("splits.mixed", {"protocol": "double_blind", "folds": 5, "validation": 0.1}, ["square number", "5"]),
    "unknown spread": ("features.threshold_spread", "width", ["features.threshold_spread", "'width'", "distance"]),
    "number as text": ("features.angle_step_degrees", "1e-1", ["features.angle_step_degrees", "1e-1", "number"]),
    "unknown encoder": ("text.encoder", "bert", ["text.encoder", "'bert'", "pubmedbert"]),
    "unknown own encoder": ("datasets.gdsc.text_encoder", "bert", ["datasets.gdsc.text_encoder", "'bert'", "lsa"]),
    "unknown model encoder": (
        "models.clmt.text_encoder",
        "bert",
        ["models.clmt.text_encoder", "'bert'", "text_random"],
    ),
    "variant of nothing": ("encoders.text_random.of", "bert", ["encoders.text_random.of", "'bert'", "default, lsa"]),
    "variant of a variant": (
        "encoders.text_random.of",
        "text_shuffled",
        ["encoders.text_random.of is itself a variant", "'text_shuffled'", "default, lsa, pubmedbert"],
    ),
    "base that is a variant": ("text.encoder", "text_random", ["text.encoder: text_random", "is itself a variant"]),
    "variant with a kind": (
        "encoders.text_random.kind",
        "lsa",
        ["encoders.text_random: unknown key", "'kind'", "hide_names", "only"],
    ),
    "variant without a change": (
        "encoders.odd",
        {"of": "lsa", "seed": 1},
        ["encoders.odd differs", "of, seed", "only"],
    ),
    "noise without a base": ("encoders.lsa.random", True, ["encoders.lsa: unknown key", "'random'", "kind"]),
    "encoder called default": ("encoders.default", {"kind": "lsa", "dimensions": 8}, ["reserved", "'default'"]),
    "skipping backwards": ("encoders.lsa.skip_characters", -1, ["encoders.lsa.skip_characters", "-1", "0 to 10000000"]),
    "more folds than there are": ("experiments.gdsc_cv.folds", 6, ["experiments.gdsc_cv.folds", "got: 6", "1 to 5"]),
    "no folds": ("experiments.gdsc_cv.folds", 0, ["experiments.gdsc_cv.folds", "0", "1 to 127"]),
    "unknown archive": ("datasets.gdsc.archive", "attic", ["datasets.gdsc.archive", "'attic'", "survey_gdsc"]),
    "archive of another layout": (
        "datasets.gdsc.archive",
        {"response": "gdsc2_response"},
        ["datasets.gdsc.archive does not fit layout survey_gdsc", "expected: one entry"],
    ),
    "part without a file": (
        "datasets.gdsc2.archive",
        {"response": "gdsc2_response"},
        ["datasets.gdsc2.archive does not fit", "each of response, models, expression, mutation, copy_number"],
    ),
    "unknown model": ("experiments.gdsc_cv.models", ["clmtt"], ["experiments.gdsc_cv.models", "'clmtt'", "clmt"]),
    "repeat of nothing": ("models.clmt_seed_2.repeat_of", "clmtt", ["models.clmt_seed_2.repeat_of", "'clmtt'", "clmt"]),
    "repeat of itself": ("models.mlp.repeat_of", "mlp", ["models.mlp.repeat_of", "'mlp'"]),
    "repeat with settings of its own": (
        "models.mlp_ccle.repeat_of",
        "mlp",
        ["models.mlp_ccle has the settings of mlp!", "expected: arch and repeat_of alone"],
    ),
    "repeat of another architecture": (
        "models.clmt_seed_2.repeat_of",
        "mlp",
        ["models.clmt_seed_2.arch is not that of mlp", "got: 'clmt', expected: 'mlp'"],
    ),
    "repeat of a repeat": ("models.clmt_seed_3.repeat_of", "clmt_seed_2", ["'clmt_seed_2' is itself a repeat"]),
    "shots without a pool": ("splits.drug_blind.shots", 5, ["splits.drug_blind.shot_pool", "got: 0", "at least 5"]),
    "a pathway for random pairs": ("splits.mixed.pathway", "Mitosis", ["splits.mixed.pathway", "got: 'mixed'"]),
    "unknown split": ("experiments.gdsc_cv.split", "mixd", ["experiments.gdsc_cv.split", "'mixd'", "mixed"]),
    "unknown dataset": ("experiments.gdsc_cv.dataset", "gdcs", ["experiments.gdsc_cv.dataset", "'gdcs'", "gdsc"]),
    "unknown arch": ("models.mlp.arch", "mpl", ["models.mlp.arch", "'mpl'", "mlp"]),
    "unknown setting": ("models.mean_effects.shrinkag", 1.0, ["models.mean_effects", "'shrinkag'", "shrinkage"]),
    "setting as text": ("models.mean_effects.shrinkage", "1e-1", ["models.mean_effects.shrinkage", "'1e-1'", "1.0e-4"]),
    "reserved name": ("splits.tables", {"protocol": "mixed", "folds": 2, "validation": 0.1}, ["reserved", "'tables'"]),
    "name of a folder": ("models.My-Model", {"arch": "mlp"}, ["models", "My-Model"]),
    "date for text": (
        "datasets.gdsc.label",
        datetime.date(2020, 1, 1),
        ["datasets.gdsc.label", "2020-01-01 (date)", "quotes"],
    ),
    "date for a key": ("models", {datetime.date(2020, 1, 1): {"arch": "mlp"}}, ["models has a key", "date", "quotes"]),
    "not a number": ("features.angle_step_degrees", NAN, ["features.angle_step_degrees is no finite", "nan"]),
    "setting that is no number": ("models.clmt.dropout", NAN, ["models.clmt.dropout is no finite", "nan"]),
    "infinity in a list": ("models.drug_ridge.alphas", [1.0, -INFINITY], ["models.drug_ridge.alphas[1]", "-inf"]),
    "negative size": ("models.clmt.batch_size", -5, ["models.clmt.batch_size", "got: -5", "1 to 10000000", "4096"]),
    "null rate": ("models.clmt.learning_rate", None, ["models.clmt.learning_rate is no number", "None", "0.003"]),
    "null rank": ("models.matrix_factorisation.rank", None, ["matrix_factorisation.rank is no whole number", "None"]),
    "zero batch": ("models.mlp.batch", 0, ["models.mlp.batch", "got: 0", "1 to 10000000", "4096"]),
    "part of an epoch": ("models.clmt.epochs", 1.5, ["models.clmt.epochs is no whole number", "1.5", "110"]),
    "switch for a number": ("models.clmt.dropout", True, ["models.clmt.dropout is no number", "True"]),
    "negative dropout": ("models.clmt.dropout", -0.1, ["models.clmt.dropout", "-0.1", "0 to 0.99"]),
    "text for a list": ("models.clmt.views", "text", ["models.clmt.views is no list", "'text'"]),
    "number among texts": (
        "models.clmt.views",
        ["text", 1],
        ["models.clmt.views[1]: unknown", "got: 1", "structure"],
    ),
    "empty layer": ("models.mlp.hidden", [64, 0], ["models.mlp.hidden[1]", "got: 0", "1 to 16384"]),
    "name of a summary": ("experiments.gdsc_cv_summary", SOME, ["experiments", "'gdsc_cv_summary'", "_texts"]),
    "name of a table by drug": ("experiments.gdsc_per_drug", SOME, ["experiments", "'gdsc_per_drug'", "_summary"]),
    "name of a page of pairs": ("experiments.gdsc_pairs", SOME, ["experiments", "'gdsc_pairs'", "_summary"]),
    "name of a page of texts": ("experiments.gdsc_texts", SOME, ["experiments", "'gdsc_texts'", "_summary"]),
    "whole number with a point": ("seed", 7.0, ["seed is no whole number", "7.0"]),
    "folds with a point": ("splits.mixed.folds", 3.0, ["splits.mixed.folds is no whole number", "3.0"]),
    "own folds with a point": ("experiments.gdsc_cv.folds", 2.0, ["experiments.gdsc_cv.folds is no whole", "2.0"]),
    "seed of many digits": ("seed", 10**5000, ["seed", "a value too long to write (int)", "2147483647"]),
    "rate of many digits": ("models.clmt.learning_rate", 10**400, ["models.clmt.learning_rate", "401 characters"]),
    "seed of RDKit": ("features.conformer_seed", 2**31, ["features.conformer_seed", "2147483648", "to 2147483647"]),
    "angles without end": ("features.angle_step_degrees", 1e-320, ["features.angle_step_degrees", "0.001 to 180"]),
    "draws without end": ("features.threshold_draws", 10**12, ["features.threshold_draws", "1 to 10000"]),
    "vectors without end": ("encoders.lsa.dimensions", 10**9, ["encoders.lsa.dimensions", "2 to 16384"]),
    "layer without end": ("models.mlp.hidden", [10**9], ["models.mlp.hidden[0]", "1 to 16384"]),
    "layers without end": ("models.mlp.hidden", [2] * 21, ["models.mlp.hidden", "1 to 20 entries"]),
    "certain dropout": ("models.mlp.dropout", 1.0, ["models.mlp.dropout", "0 to 0.99"]),
    "shares of a feature": (
        "models.gradient_boosting.feature_share",
        2.0,
        ["feature_share", "more than 0 and 1 at most"],
    ),
    "leaves without end": ("models.gradient_boosting.leaves", [10**9], ["leaves[0]", "2 to 131072"]),
    "rank without end": ("models.matrix_factorisation.rank", 10**6, ["matrix_factorisation.rank", "1 to 1000"]),
    "everything held back": ("splits.mixed.validation", 0.999999, ["splits.mixed.validation", "0.001 to 0.9"]),
    "name with a line end": (
        "splits.abc\n",
        SOME,
        ["splits has a key with a control character", "'abc\\n'", "expected: a name"],
    ),
    "long name": (f"encoders.{'a' * 61}", LSA, ["encoders has a name", "60 at most"]),
    "revision with a line end": ("encoders.pubmedbert.revision", "0" * 40 + "\n", ["pubmedbert.revision", "0\\n'"]),
    "id with a line end": ("encoders.pubmedbert.id", "a/b\n", ["encoders.pubmedbert.id", "'a/b\\n'"]),
    "braces in a path": ("downloads", "a/{b", ["downloads", "'a/{b'", "without braces"]),
    "option for a path": ("mirror", "--config", ["mirror", "'--config'"]),
    "control character in a path": ("downloads", "a\x00b", ["downloads", "'a\\x00b'"]),
    "long part of a path": ("downloads", f"a/{'b' * 300}", ["downloads", "characters)"]),
    "label of several lines": ("datasets.gdsc.label", RAW, ["datasets.gdsc.label", "a line"]),
    "label with a target": ("datasets.gdsc.label", "GDSC_", ["datasets.gdsc.label", "'GDSC_'"]),
    "half of a letter": ("datasets.gdsc.label", "\ud83e", ["datasets.gdsc.label is no text", "ud83e"]),
    "list that holds itself": ("text.sources", SELF_LIST, ["text.sources", "20 levels", "anchor"]),
    "block that holds itself": ("models", SELF_BLOCK, ["models.clmt", "20 levels", "anchor"]),
    "lists of lists": ("text.sources", LISTS, ["text.sources", "100000 values", "anchor"]),
    "roles from a file and dealt": (
        "splits.mixed.file",
        "roles.csv",
        ["splits.mixed: unknown key", "'validation'", "expected one of: file, folds, protocol"],
    ),
    "roles of no protocol": ("splits.theirs", {"file": "roles.csv", "folds": 3}, ["splits.theirs.protocol is missing"]),
    "one study": (
        "datasets.gdsc_to_ccle.archive",
        {"train": "gdsc", "test": "gdsc"},
        ["datasets.gdsc_to_ccle.archive does not fit layout studies", "two datasets"],
    ),
    "study of studies": (
        "datasets.gdsc_to_ccle.archive",
        {"train": "gdsc", "test": "gdsc_to_gdsc2"},
        ["datasets.gdsc_to_ccle.archive.test is not declared", "'gdsc_to_gdsc2'", "ccle_2015"],
    ),
    "slice of studies": ("datasets.gdsc_to_ccle.drugs", 5, ["datasets.gdsc_to_ccle.drugs is a matter of the two"]),
    "studies for one dataset": (
        "experiments.gdsc_cv.split",
        "cross_study",
        ["splits.cross_study is for a dataset of layout studies", "'gdsc'"],
    ),
    "overlap of another protocol": (
        "splits.mixed.overlap",
        "drop",
        ["splits.mixed.protocol", "'mixed'", "cross_study"],
    ),
    "roles of no fold": (
        "splits.theirs",
        {"file": "roles.csv", "folds": 0, "protocol": "mixed"},
        ["splits.theirs.folds", "got: 0, expected: 1 to 127"],
    ),
    "roles with a wildcard": (
        "splits.theirs",
        {"file": "roles{fold}.csv", "folds": 3, "protocol": "mixed"},
        ["splits.theirs.file is of another form", "roles{fold}.csv"],
    ),
    "graph of no entry": ("models.clmt.graph", "neighbors_5", ["models.clmt.graph is not declared", "neighbours_5"]),
    "unknown fault of a graph": ("graphs.test_edges.faults", ["edges"], ["graphs.test_edges.faults", "test_validates"]),
    "unknown fault": ("models.clmt.faults", ["dropout"], ["models.clmt.faults", "live_dropout"]),
    "fault of every graph": ("features.faults", ["test_edges"], ["features: unknown key", "'faults'"]),
    "mean of a model with faults": (
        "models.clmt_plus.members",
        ["residual_normal", "clmt_test_edges"],
        ["models.clmt_plus.members: clmt_test_edges repeats published faults", "test_edges", "sound"],
    ),
    "mean of a model of another graph": (
        "models.clmt_plus.members",
        ["residual_normal", "clmt_neighbours_5"],
        ["models.clmt_plus.members: clmt_neighbours_5 reads another graph", "neighbours_5", "that of the dataset"],
    ),
    "differences to a model with faults": (
        "experiments.gdsc_fidelity.models",
        ["clmt_live_dropout", "clmt"],
        ["experiments.gdsc_fidelity has no sound model to compare with", "live_dropout", "first"],
    ),
    "differences to a model with faults by name": (
        "experiments.gdsc_fidelity.reference",
        "clmt_live_dropout",
        ["experiments.gdsc_fidelity has no sound model to compare with", "live_dropout", "a sound reference"],
    ),
    "differences to a model of another table": (
        "experiments.gdsc_fidelity.reference",
        "mlp",
        ["experiments.gdsc_fidelity.reference is none of its models", "mlp", "expected one of: clmt,"],
    ),
    "nothing planned": ("simulated", True, ["no experiment is planned", "simulated"]),
}


def test_the_shipped_configuration_is_accepted(config: dict[str, Any]) -> None:
    check_config(config, sources=SOURCES)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_that_names_the_key(config: dict[str, Any], fault: str) -> None:
    path, value, words = FAULTS[fault]
    put(config, path, value)
    with pytest.raises(ClmtError) as refused:
        check_config(config, sources=SOURCES)
    line = str(refused.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == [], line


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("models.clmt.dropout", 0),
        ("models.clmt.contrastive_weight", 0.0),
        ("models.clmt.contrastive", []),
        ("models.clmt.weight_decay", 1),
        ("models.mean_effects.shrinkage", 0),
        ("models.drug_ridge.alphas", [1, 2.5]),
        ("datasets.gdsc.label", "GDSC's (2 of 3): a_b_c, \u00b5M $x$"),
        ("downloads", "/scratch/data of mine/2.0/"),
        (f"encoders.{'a' * 60}", LSA),
        ("splits.theirs", {"file": "shared/roles.csv", "folds": 1, "protocol": "cell_blind"}),
    ],
)
def test_a_setting_that_has_a_meaning_is_accepted(config: dict[str, Any], path: str, value: Any) -> None:
    put(config, path, value)
    check_config(config)


@pytest.mark.parametrize("block", ["seed", "datasets", "experiments", "mirror"])
def test_a_missing_block_is_named(config: dict[str, Any], block: str) -> None:
    del config[block]
    with pytest.raises(ClmtError, match=f"config: {block} is missing! got: "):
        check_config(config)


def test_the_schema_is_that_of_the_models() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == config_schema()


def test_every_key_of_the_schema_is_described() -> None:
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    groups = {"Config": schema, **schema["$defs"]}
    keys = {f"{name}.{key}": entry for name, group in groups.items() for key, entry in group["properties"].items()}
    assert [name for name, entry in keys.items() if "description" not in entry and not name.endswith(".kind")] == []


def test_every_setting_of_an_architecture_is_stated(config: dict[str, Any]) -> None:
    """Who reads the configuration knows what runs: the model named as its architecture has all settings."""
    # A mean of other models has no settings but its members, and somebody else's predictions none but their file.
    alone = [arch for arch, architecture in ARCHITECTURES.items() if not (architecture.members or architecture.given)]
    models = {arch: dict(config["models"][arch]) for arch in alone}
    stated = {arch: {key: value for key, value in models[arch].items() if key != "text_encoder"} for arch in models}
    expected = {arch: {"arch": arch, **ARCHITECTURES[arch].settings_class().plain()} for arch in alone}
    assert stated == expected


def test_the_tables_of_keys_are_those_of_the_models() -> None:
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert with_key_tables(readme) == readme
    assert with_key_tables(readme.replace("`conformers`", "`conformer`")) == readme


def test_every_key_is_explained() -> None:
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    settings = (entry.settings_class for entry in ARCHITECTURES.values())
    models = (Config, Features, Text, Dataset, Split, Experiment, *settings)
    assert [key for model in models for key in model.model_fields if f"| `{key}` |" not in readme] == []


@pytest.mark.parametrize(
    ("overlay", "word"),
    [
        ({"epoch": 3}, "'epoch'"),
        ({"experiments": {"gdsc_cv": {"models": ["clmtt"]}}}, "'clmtt'"),
        ({"models": {"clmt": {"learning_rat": 0.1}}}, "'learning_rat'"),
        ({"datasets": {"gdsc": {"label": datetime.date(2020, 1, 1)}}}, "2020-01-01"),
    ],
    ids=["key", "model", "setting", "date"],
)
def test_snakemake_says_it_in_one_line(workspace: Workspace, overlay: dict[str, Any], word: str) -> None:
    done = workspace.snakemake("--cores", "1", "--configfile", workspace.overlay(overlay), "--", "results/gdsc_cv.tsv")
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2
    assert len(errors) == 1
    assert word in errors[0]
    assert "Traceback" not in done.stderr
    assert not (workspace.folder / "results").exists()
    assert clmt.planning.config.REMEDY in errors[0]


def test_a_key_twice_in_an_overlay_is_refused(workspace: Workspace) -> None:
    path = workspace.folder / "twice.yaml"
    path.write_text("seed: 1\nmodels: {}\nseed: 2\n")
    done = workspace.snakemake("--dry-run", "--cores", "1", "--configfile", str(path), "--", "results/gdsc_cv.tsv")
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2
    assert len(errors) == 1
    assert "twice.yaml: not valid YAML, line 3, column 1: key 'seed' occurs twice" in errors[0]


def test_every_value_in_a_shell_command_is_quoted() -> None:
    """A path or name with a blank, a quote or a line end must stay one argument of its command."""
    commands = [
        line
        for path in sorted((ROOT / "workflow" / "rules").glob("*.smk"))
        for line in re.findall(r"^    shell:\n((?:        .*\n)+)", path.read_text(), re.MULTILINE)
    ]
    values = [value for command in commands for value in re.findall(r"\{([^}]+)\}", command)]
    assert len(values) > 60
    assert [value for value in values if not value.endswith(":q") and value != "threads"] == []
