"""Overlays of the configuration: causes A19, A20, B6, B7, C1, C2, C3, C17 and C21."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from typing import Any

import yaml

from tests.cases.case import Act, Case, Check, Place
from tests.cases.child import run_process
from tests.cases.world import merged
from tests.helpers.workflow_help import ROOT

LONG = "a" * 300


def planning(text: str | bytes) -> Callable[[Place], Act]:
    """Plan with an overlay, as the workflow's Snakefile does, without Snakemake: every run with its settings."""

    def act(place: Place) -> Act:
        path = place.put("overlay.yaml", text)
        place.world.need("mirror")

        def plan_all() -> None:
            from clmt.acquire.registry import load_registry
            from clmt.planning import experiments
            from clmt.planning import runs as plan
            from clmt.planning.config import check_config
            from clmt.yaml_files import read_yaml

            config = merged(place.world.config, read_yaml(path))
            check_config(config, load_registry().sources)
            for experiment in experiments.planned_experiments(config):
                for run in experiments.experiment_runs(config, experiment):
                    job = type("Wildcards", (), {**run._asdict(), "variant": ""})
                    for stage in plan.STAGES.values():
                        plan.settings_json(stage(config, job))

        return plan_all

    return act


def keyed(key: str, value: Any) -> dict[str, Any]:
    """An overlay of one value by its dotted key."""
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def refused(cause: str, name: str, overlay: Any, *words: str) -> Case:
    text = overlay if isinstance(overlay, str | bytes) else yaml.safe_dump(overlay)
    return Case(cause, name, planning(text), words)


def spelt(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, float) else str(value)


#: Values out of range, by cause and key.
VALUES: dict[str, list[tuple[str, Any]]] = {
    "C1": [
        ("models.mlp.dropout", 2.0),
        ("models.mlp.dropout", 1.0),
        ("models.gradient_boosting.feature_share", 2.0),
        ("features.neighbours", 5.0),
        ("features.genes", 400.0),
        ("features.conformers", 3.0),
        ("features.threshold_draws", 5.0),
        ("seed", 7.0),
        ("splits.demo_mixed.folds", 3.0),
        ("experiments.demo_cv.folds", 2.0),
        ("models.mlp.epochs", 3.0),
        ("models.clmt.batch_size", 64.0),
        ("text.max_pathways", 6.0),
        ("encoders.lsa.dimensions", 16.0),
    ],
    "C2": [
        ("models.gradient_boosting.leaves", [10**9]),
        ("models.mlp.hidden", []),
        ("models.mlp.learning_rate", 1e300),
        ("models.gradient_boosting.encoding_parts", 10**9),
        ("models.clmt.batch_size", 10**30),
        ("models.clmt.warm_up", 1.5),
        ("models.matrix_factorisation.sweeps", 0),
        ("models.drug_ridge.alphas", [-1.0]),
    ],
    "C3": [
        ("encoders.lsa.seed", 2**32),
        ("encoders.lsa.seed", 10**12),
        ("features.conformer_seed", 2**31),
        ("features.conformer_seed", 10**30),
        ("features.conformer_seed", -1),
    ],
    "B7": [
        ("encoders.lsa.dimensions", 10**9),
        ("encoders.lsa.dimensions", 10**30),
        ("features.threshold_draws", 10**12),
        ("features.threshold_draws", 10**30),
        ("models.mlp.hidden", [10**9]),
        ("models.matrix_factorisation.rank", 10**6),
        ("models.mlp.factors", 10**9),
    ],
    "C17": [("features.angle_step_degrees", 1e-320), ("features.angle_step_degrees", 1e-9)],
}
BLOCKS = {
    "data set": ("datasets", {"datasets": {"NAME": "=demo"}}),
    "split": ("splits", {"splits": {"NAME": {"protocol": "mixed", "folds": 3, "validation": 0.1}}}),
    "model": ("models", {"models": {"NAME": {"arch": "drug_mean"}}}),
    "encoder": ("encoders", {"encoders": {"NAME": {"kind": "lsa", "dimensions": 16}}}),
    "experiment": (
        "experiments",
        {"experiments": {"NAME": {"dataset": "demo", "split": "demo_mixed", "models": ["mlp"]}}},
    ),
}
DATASET = {"label": "D", "simulated": True, "layout": "survey_gdsc", "archive": "survey_gdsc", "exclude_drugs": []}


def value_cases() -> list[Case]:
    return [
        refused(cause, f"config {key} = {spelt(value)}", keyed(key, value), key.rsplit(".", 1)[-1])
        for cause, entries in VALUES.items()
        for key, value in entries
    ]


def name_cases() -> list[Case]:
    made = []
    for what, (block, overlay) in BLOCKS.items():
        for cause, name, text in (
            ("A20", "newline behind", "abc\n"),
            ("A20", "newline inside", "a\nb"),
            ("C17", "300 letters", LONG),
            ("C17", "a blank", "a b"),
            ("C17", "a path", "../a"),
            ("C17", "a shell", "a;touch pwned"),
        ):
            entry = next(iter(overlay[block].values()))
            content = {block: {text: DATASET if entry == "=demo" else entry}}
            made.append(refused(cause, f"{what} named {name}", content, block))
    hub = {"kind": "huggingface", "id": "a/b", "revision": "a" * 40, "max_tokens": 512}
    for key, value in (("id", "a/b\n"), ("revision", "a" * 40 + "\n"), ("revision", "main")):
        name = f"encoder {key} {'with a newline' if value.endswith(chr(10)) else 'a branch'}"
        made.append(refused("A20", name, {"encoders": {"lsa2": {**hub, key: value}}}, key))
    for key in ("downloads", "mirror"):
        for name, text in (("an open brace", "a/{b"), ("a newline", "a\n"), ("braces", "a{dataset}")):
            made.append(refused("C17", f"{key} with {name}", {key: text}, key))
    for name, label in (
        ("raw HTML in rst", "x\n\n.. raw:: html\n\n   <img src=x onerror=alert(1)>"),
        ("a role", ":raw-html:`<b>x</b>`"),
        ("a line end", "D\n"),
    ):
        made.append(refused("C21", f"label {name}", {"datasets": {"demo": {"label": label}}}, "label"))
    made.append(refused("C17", "seed of 5,000 digits", "seed: " + "9" * 5_000, "seed|digits"))
    return made


def yaml_cases() -> list[Case]:
    deep = lambda levels: "a: " + "[" * levels + "]" * levels  # noqa: E731
    lol = "\n".join([f"a0: &a0 [{'x, ' * 9}]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 10))])
    return [
        refused("A19", "overlay with a key twice", "seed: 1\nseed: 2\n", "seed", "twice"),
        refused(
            "A19", "overlay with a block twice", "models: {mlp: {epochs: 3}}\nmodels: {mlp: {batch: 9}}\n", "models"
        ),
        refused("A19", "overlay with a nested key twice", "models: {mlp: {epochs: 3, epochs: 4}}\n", "epochs"),
        refused("B6", "anchor that holds itself", "text: {sources: &a [*a]}\n"),
        refused("B6", "mapping that holds itself", "models: &m {clmt: *m}\n"),
        refused("B6", "nine levels of nine anchors", lol),
        refused("B6", "nested 50,000 deep", deep(50_000)),
        refused("B6", "nested 200 deep", deep(200)),
        refused("B6", "nested 2,000 deep", deep(2_000)),
        refused("C17", "not YAML", "a: [1, 2\nb: }\n", "overlay.yaml"),
        refused("C17", "a list", "[1, 2]\n"),
        refused("C17", "overlay binary", bytes(range(128, 256))),
        refused(
            "C17",
            "overlay UTF-16",
            "seed: 1\n".encode("utf-16"),
        ),
    ]


def snakemake(
    name: str, text: str | bytes, *words: str, cause: str, check: Check | None = None, more: tuple[str, ...] = ()
) -> Case:
    """A dry run of Snakemake as a process of its own, with an overlay."""

    def act(place: Place) -> Act:
        place.world.need("mirror")
        place.put("overlay.yaml", text)
        mirror = place.folder / "resources/demo"
        mirror.mkdir(parents=True)
        shutil.copytree(place.world.folder / "mirror", mirror / "mirror")
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "-n",
            "--cores",
            "1",
            "--snakefile",
            str(ROOT / "Snakefile"),
            *more,
        ]
        configs = ["--configfile", str(ROOT / "config/demo.yaml"), "overlay.yaml"]
        return run_process([*command, *configs, "--", "results/demo_cv.tsv"], place.folder, wait=120)

    return Case(cause, f"snakemake -n {name}", act, words, check)


def snakemake_cases() -> list[Case]:
    """What Snakemake's own reader of overlays refuses is not here: it ends in its words, before ours are read."""
    name = yaml.safe_dump({"splits": {"abc\n": {"protocol": "mixed", "folds": 3, "validation": 0.1}}})
    hub = {"kind": "huggingface", "id": "a/b", "revision": "a" * 40 + "\n", "max_tokens": 512}
    folder = {
        "encoders": {"root": {"kind": "folder", "path": "/usr", "max_tokens": 512}},
        "datasets": {"demo": {"text_encoder": "root"}},
    }
    return [
        snakemake("key twice", "seed: 1\nseed: 2\n", "seed", cause="A19"),
        snakemake("name with a newline behind", name, "splits", cause="A20"),
        snakemake("revision with a newline behind", yaml.safe_dump({"encoders": {"x": hub}}), "revision", cause="A20"),
        snakemake("anchor that holds itself", "text: {sources: &a [*a]}\n", cause="B6"),
        snakemake("encoder folder /", yaml.safe_dump(folder), cause="B6", check=lambda place, done: None),
        snakemake("folds 3.0", yaml.safe_dump(keyed("splits.demo_mixed.folds", 3.0)), "folds", cause="C1"),
        snakemake("experiment folds 2.0", yaml.safe_dump(keyed("experiments.demo_cv.folds", 2.0)), "folds", cause="C1"),
        snakemake("downloads with an open brace", 'downloads: "a/{b"\n', "downloads", cause="C17"),
        snakemake(
            "label raw HTML in rst",
            yaml.safe_dump(keyed("datasets.demo.label", "x\n\n.. raw:: html\n")),
            "label",
            cause="C21",
        ),
    ]


#: Files in the place of an overlay; None: there is none.
NO_OVERLAYS: dict[str, str | bytes | None] = {
    "no YAML": "a: [1, 2\nb: }\n",
    "a list": "[1, 2]\n",
    "empty": "",
    "binary": bytes(range(128, 256)),
    "with a tab": "datasets:\n\tmine: {}\n",
    "with a key twice": "seed: 1\nseed: 2\n",
    "with a NUL": "seed: \0\n",
    "of two documents": "seed: 1\n---\nseed: 2\n",
    "that is not there": None,
}


def command_cases() -> list[Case]:
    """The commands that take overlays themselves."""
    commands = {"check": ["check"], "fit": ["fit", "--dataset", "gdsc", "--configfile"]}

    def case(command: str, kind: str) -> Case:
        content = NO_OVERLAYS[kind]

        def act(place: Place) -> Act:
            if content is not None:
                place.put("overlay.yaml", content)
            return [*commands[command], "overlay.yaml"]

        return Case("C17", f"clmt {command} with an overlay {kind}", act, (r"^error: overlay\.yaml",))

    return [case(command, kind) for command in commands for kind in NO_OVERLAYS]


def cases() -> list[Case]:
    return [*value_cases(), *name_cases(), *yaml_cases(), *command_cases(), *snakemake_cases()]
