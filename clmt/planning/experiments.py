"""What a configuration plans: experiments and groups of them, and the runs of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError
from clmt.planning.runs import Run, declared

__all__ = [
    "case_model",
    "experiment_folds",
    "experiment_repeats",
    "experiment_runs",
    "planned_datasets",
    "planned_experiments",
    "planned_groups",
]

Config = Mapping[str, Any]


def experiment_runs(config: Config, name: str) -> list[Run]:
    """List the runs of an experiment: its folds of every model, models in the order of the configuration."""
    experiment = declared(config, "experiments", name)
    folds = experiment_folds(config, name)
    return [
        Run(experiment["dataset"], experiment["split"], model, fold)
        for model in experiment["models"]
        for fold in range(folds)
    ]


def experiment_folds(config: Config, name: str) -> int:
    """Number of folds that an experiment runs: the first ones of its split, all where it says nothing."""
    experiment = declared(config, "experiments", name)
    split = declared(config, "splits", experiment["split"])
    there: int = split["folds"] * split.get("repeats", 1)
    folds: int = experiment.get("folds", there)
    if not 1 <= folds <= there:
        raise ClmtError(
            f"config: experiments.{name}.folds must be among the folds of split {experiment['split']}! "
            f"got: {folds}, expected: 1 to {there}"
        )
    if folds > split["folds"] and folds % split["folds"]:
        raise ClmtError(
            f"config: experiments.{name}.folds ends within a partition of split {experiment['split']}, so that "
            f"some pairs are scored once more! got: {folds}, expected: at most {split['folds']}, or a multiple of it"
        )
    return folds


def experiment_repeats(config: Config, name: str) -> dict[str, str]:
    """Models of an experiment that train another one of it again from another seed, and which one."""
    models = declared(config, "experiments", name)["models"]
    entries = {model: declared(config, "models", model) for model in models}
    return {model: entry["repeat_of"] for model, entry in entries.items() if entry.get("repeat_of") in models}


def planned_experiments(config: Config) -> list[str]:
    """List the experiments that this configuration plans: all on simulated data, or all on real data, never both.

    The demo's mirror answers with simulated bytes at the addresses of the real files; an overlay that points there says
    ``simulated: true`` and thereby leaves out every real dataset.
    """
    return [
        name
        for name, entry in config["experiments"].items()
        if config["datasets"][entry["dataset"]]["simulated"] == config["simulated"]
    ]


def planned_groups(config: Config) -> dict[str, dict[str, Any]]:
    """Parts of the paper: their titles and their experiments that are planned; a part without one is left out.

    A part that shows single cases has the experiments with a model that `case_model` finds.
    """
    planned = planned_experiments(config)
    embedded = [name for name in planned if _embedding(config, name)]
    kept = {}
    for name, group in config["groups"].items():
        known = embedded if group.get("cases") else planned
        kept[name] = {**group, "experiments": [each for each in group["experiments"] if each in known]}
    return {name: group for name, group in kept.items() if group["experiments"]}


def case_model(config: Config, name: str) -> str:
    """The first model of an experiment that has an embedding; raises `ClmtError` where none has."""
    models = declared(config, "experiments", name)["models"]
    found = _embedding(config, name)
    if not found:
        raise ClmtError(
            f"config: experiments.{name} has no model with an embedding, which its cases need! got: "
            f"{', '.join(models)}, expected: one of arch clmt among them"
        )
    return found[0]


def _embedding(config: Config, name: str) -> list[str]:
    models = config["experiments"][name]["models"]
    return [model for model in models if declared(config, "models", model)["arch"] == "clmt"]


def planned_datasets(config: Config) -> list[str]:
    """List the datasets that this configuration plans; see `planned_experiments`."""
    return [name for name, entry in config["datasets"].items() if entry["simulated"] == config["simulated"]]
