"""Settings: whatever a key is given, it is accepted or refused in one line that names the key."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from clmt import cli
from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.models.create import create_model
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.base import Settings
from clmt.planning.settings.encoders import Variation, encoder_job
from clmt.planning.settings.features import GraphSettings, MoleculeSettings
from clmt.planning.settings.folds import FoldSettings
from clmt.planning.settings.run import RunSettings
from clmt.planning.settings.tables import TableSettings
from clmt.planning.settings.text import TextSettings
from tests.helpers.folds import small_fold, small_molecules

MODELS = {arch: entry.settings_class for arch, entry in ARCHITECTURES.items()}
STAGES: dict[str, tuple[type[Settings], dict[str, Any]]] = {
    "tables": (TableSettings, {"layout": "survey_gdsc"}),
    "text": (TextSettings, {}),
    "molecules": (MoleculeSettings, {}),
    "folds": (FoldSettings, {"protocol": "mixed"}),
    "graph": (GraphSettings, {"dataset": "d", "split": "s", "fold": 0}),
    "vary": (Variation, {"encoder": "e", "of": "b"}),
    "run": (
        RunSettings,
        {"arch": "mlp", "settings": {}, "seed": 0, "dataset": "d", "split": "s", "model": "m", "fold": 0},
    ),
}
ALL = STAGES | {arch: (settings, {}) for arch, settings in MODELS.items()}
NUMBERS = [-1, 1e300, float("nan"), float("inf"), 10**12, 10**400]
ODD = ["5", None, [], {}, [1], True, {"a": [1]}, "\ud83e"]
KEYS = [(stage, key) for stage, (settings, _) in ALL.items() for key in settings.model_fields]

WHOLE = [
    (stage, key) for stage, key in KEYS if ALL[stage][0].model_json_schema()["properties"][key].get("type") == "integer"
]


def read(stage: str, values: dict[str, Any]) -> Settings:
    """Settings of a stage or an architecture, with those that it must have."""
    settings, needed = ALL[stage]
    return settings.read(needed | values)


def refusal(call: Callable[[], Any]) -> str | None:
    """What a call says against its values; None where it takes them."""
    try:
        call()
    except ClmtError as error:
        return str(error)
    return None


@pytest.mark.parametrize(("stage", "key"), KEYS)
def test_a_value_of_any_kind_is_accepted_or_refused_by_its_key(stage: str, key: str) -> None:
    schema = ALL[stage][0].model_json_schema()["properties"][key]
    accepted = []
    for value in [*NUMBERS, *ODD]:
        said = refusal(lambda value=value: read(stage, {key: value}))
        if said is None:
            accepted.append(value)
        else:
            assert key in said
            assert len(said.splitlines()) == 1
            assert len(said) < 600
    if schema.get("type") in ("integer", "number"):
        assert accepted == []
    else:
        assert not any(value in accepted for value in NUMBERS)


@pytest.mark.parametrize(("stage", "key"), WHOLE)
def test_a_whole_number_has_no_point(stage: str, key: str) -> None:
    with pytest.raises(ClmtError, match=rf"{key} is no whole number! got: 3\.0"):
        read(stage, {key: 3.0})


@cache
def fold() -> FoldData:
    return small_fold(small_molecules())


def quick(arch: str) -> dict[str, Any]:
    """Settings with which a model is trained in a moment."""
    wanted = {"epochs": 2, "trees": 5, "fits": 2, "sweeps": 2, "batch_size": 64, "batch": 64, "leaves": [4]}
    return {key: value for key, value in wanted.items() if key in MODELS[arch].model_fields}


def edges(arch: str, key: str) -> list[Any]:
    """The least value and, where it costs nothing, the greatest one of a setting that is a number."""
    schema = MODELS[arch].model_json_schema()["properties"][key]
    node = schema.get("items", schema)
    if node.get("type") not in ("integer", "number") or key.startswith("batch") or key.endswith("per_step"):
        # Pair by pair a training takes long.
        return []
    low, high = node.get("minimum", 1e-320), node.get("maximum", 0.999999)
    values = [low] if node["type"] == "integer" else [low, high]
    return [[value] for value in values] if "items" in schema else values


EDGES = [(arch, key, value) for arch in MODELS for key in MODELS[arch].model_fields for value in edges(arch, key)]


@pytest.mark.parametrize(("arch", "key", "value"), EDGES)
def test_what_planning_accepts_trains(arch: str, key: str, value: Any) -> None:
    model = create_model(arch, quick(arch) | {key: value})
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model.fit(fold(), seed=1, device="cpu")
        assert np.isfinite(model.predict(fold(), fold().graph.test_pairs.numpy())).all()


DEEP, DIGITS = "[" * 50_000, '{"seed": ' + "1" * 5000 + "}"
COMMANDS = {
    "molecules": "--drugs d --out o",
    "folds": "--response r --cell-lines c --drugs d --out o",
    "graph": (
        "--response r --expression e --mutation m --copy-number n --cell-lines c --drugs d --molecules mol --folds f"
        " --out o"
    ),
    "train": "--graph g --molecules mol --model m.pt --history h",
    "evaluate": "--model m --graph g --molecules mol --response r --predictions p --metrics j",
    "tables": "--archive a --structures s --out-dir o",
    "text encode": "--corpus c --out o",
    "text vary": "--vectors v --out o",
    "text build": "--tables t --out-dir o",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text",
    [DEEP, DIGITS, "[]", "5", "null", "{", '{"a": 1, "a": 2}', '{"nonsense": 1}', '{"seed": NaN}', '{"kind": ["lsa"]}'],
    ids=["deep", "digits", "list", "number", "null", "open", "twice", "unknown", "NaN", "kind"],
)
def test_settings_of_a_command_are_one_line(
    command: str, text: str, capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main([*command.split(), "--settings", text, *COMMANDS[command].split()]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: --settings")
    assert error.count("\n") == 1
    assert len(error) < 1000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arch": ["drug_mean"]}, "arch is no text! got: ['drug_mean']"),
        ({"arch": "maen"}, "arch: unknown value! got: 'maen', expected one of: cell_mean, clmt"),
        ({"settings": []}, "settings is no mapping! got: []"),
        ({"settings": {"nonsense": 1}}, "settings of mlp: unknown key! got: 'nonsense'"),
        ({"settings": {"dropout": 1.5}}, "settings of mlp: dropout is too large! got: 1.5"),
        ({"fold": True}, "fold is no whole number! got: True"),
        ({"arch": None}, "arch is no text! got: None"),
    ],
)
def test_settings_of_a_run(change: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = json.dumps(STAGES["run"][1] | change)
    assert cli.main(["train", "--settings", settings, *COMMANDS["train"].split()]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["arch", "settings", "seed", "dataset", "split", "model", "fold"])
def test_a_key_that_a_run_lacks_is_named(missing: str) -> None:
    values = {key: value for key, value in STAGES["run"][1].items() if key != missing}
    with pytest.raises(ClmtError, match=f"{missing} is missing"):
        RunSettings.read(values)


def test_an_encoder_job_has_a_seed_that_every_library_takes() -> None:
    job = {"kind": "lsa", "dimensions": 8, "encoder": "e", "skip_characters": 0}
    assert encoder_job(job | {"seed": 2**31 - 1}, "--settings")["seed"] == 2**31 - 1
    with pytest.raises(ClmtError, match=r"seed is too large! got: 2147483648, expected: 0 to 2147483647"):
        encoder_job(job | {"seed": 2**31}, "--settings")
