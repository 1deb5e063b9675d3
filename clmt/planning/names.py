"""Checks of the configuration that its form cannot make: that every name refers to something that fits.

A dataset names entries of the registry, an experiment names models, a model names an encoder; what repeats a published
fault is no part of what passes for sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.encoders import BASE_OF_TEXT, check_variant
from clmt.planning.experiments import experiment_folds, planned_experiments
from clmt.planning.layouts import are_studies, is_own, layout_parts
from clmt.planning.runs import archive_sources, folds_settings, member_models, model_faults, model_graph

__all__ = ["REMEDY", "check_names"]

REMEDY = "Correct it in config/config.yaml or in the overlay"
#: Folders that rules write beside those of datasets and of splits, the word for the encoder under text, the page of all
#: experiments, and the targets that are no group.
RESERVED = {
    "datasets": ("report", "benchmarks"),
    "splits": ("tables", "text", "features"),
    "encoders": (BASE_OF_TEXT,),
    "experiments": ("index",),
    "groups": ("all", "paper"),
}
#: Endings of files beside an experiment's table and page: results/<name>_summary.tsv, <name>_per_drug.tsv,
#: <name>_cases.tsv, report/<name>_pairs.html and report/<dataset>_texts.html.
TAKEN_ENDINGS = ("_summary", "_texts", "_per_drug", "_pairs", "_cases")


def check_names(config: Mapping[str, Any], sources: Collection[str] | None = None) -> None:
    """Check that every name refers to something declared; raises `ClmtError`."""
    for block, reserved in RESERVED.items():
        for name in config[block]:
            if name in reserved:
                raise ClmtError(
                    f"config: {block} has a reserved name! got: {name!r}, expected: any other name. {REMEDY}"
                )
    for name in config["models"]:
        _check_repeat(config, name)
    for key, value, options in _references(config):
        if value not in options:
            raise expected_one_of(f"config: {key} is not declared", value, options, REMEDY)
    for name in config["models"]:
        _check_members(config, name)
    for name, entry in config["datasets"].items():
        _check_archive(name, entry, sources)
    for name in config["datasets"]:
        _check_studies(config, name)
    for name in config["encoders"]:
        check_variant(config, name, REMEDY)
    for name in config["experiments"]:
        _check_ending(name)
        _check_folds(config, name)
        _check_reference(config, name)
    if not planned_experiments(config):
        raise ClmtError(
            f"config: no experiment is planned! got: simulated {config['simulated']}, expected: an experiment on a "
            f"dataset with the same value of simulated. {REMEDY}"
        )


def _references(config: Mapping[str, Any]) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield every name the configuration refers to: where it stands, the name, what is declared."""
    yield "text.encoder", config["text"]["encoder"], config["encoders"]
    for name, entry in config["datasets"].items():
        if "text_encoder" in entry:
            yield f"datasets.{name}.text_encoder", entry["text_encoder"], config["encoders"]
    for name, entry in config["models"].items():
        if "text_encoder" in entry:
            yield f"models.{name}.text_encoder", entry["text_encoder"], config["encoders"]
        if entry.get("graph") is not None:
            yield f"models.{name}.graph", entry["graph"], config.get("graphs", {})
        for member in member_models(config, name):
            alone = {other for other in config["models"] if not member_models(config, other)}
            yield f"models.{name}.members", member, alone
    for name, entry in config["experiments"].items():
        yield f"experiments.{name}.dataset", entry["dataset"], config["datasets"]
        yield f"experiments.{name}.split", entry["split"], config["splits"]
        for model in entry["models"]:
            yield f"experiments.{name}.models", model, config["models"]
    for name, entry in config["groups"].items():
        for experiment in entry["experiments"]:
            yield f"groups.{name}.experiments", experiment, config["experiments"]


def _check_archive(name: str, entry: Mapping[str, Any], sources: Collection[str] | None) -> None:
    place, parts = f"config: datasets.{name}.archive", layout_parts(entry["layout"])
    if is_own(entry["layout"]) or are_studies(entry["layout"]):
        return
    named = archive_sources(entry)
    if sorted(named) != sorted(parts or [""]):
        wanted = f"an entry for each of {', '.join(parts)}" if parts else "one entry of config/sources.yaml"
        raise ClmtError(f"{place} does not fit layout {entry['layout']}! got: {entry['archive']}, expected: {wanted}")
    for source in named.values():
        if sources is not None and source not in sources:
            raise expected_one_of(f"{place} is no source", source, sources, REMEDY)


def _check_studies(config: Mapping[str, Any], name: str) -> None:
    """Refuse a join of other than two datasets that are both simulated or both not, or one that is cut or changed."""
    entry, place = config["datasets"][name], f"config: datasets.{name}"
    if not are_studies(entry["layout"]):
        return
    archive = entry["archive"]
    if not isinstance(archive, Mapping) or sorted(archive) != ["test", "train"] or archive["train"] == archive["test"]:
        raise ClmtError(
            f"{place}.archive does not fit layout studies! got: {archive}, expected: train and test, two datasets. "
            f"{REMEDY}"
        )
    alone = [other for other, found in config["datasets"].items() if not are_studies(found["layout"])]
    for role, other in sorted(archive.items()):
        if other not in alone:
            raise expected_one_of(f"{place}.archive.{role} is not declared", other, alone, REMEDY)
        if config["datasets"][other]["simulated"] != entry["simulated"]:
            raise ClmtError(f"{place}.simulated is not that of {other}! got: {entry['simulated']}. {REMEDY}")
    units = {role: config["datasets"][other].get("unit") == "auc" for role, other in archive.items()}
    if units["train"] != units["test"]:
        raise ClmtError(
            f"{place} joins areas and IC50! got: unit auc in one of {archive}, expected: both or none. {REMEDY}"
        )
    if other_keys := [key for key in ("cell_lines", "drugs", "exclude_drugs") if entry.get(key)]:
        raise ClmtError(f"{place}.{other_keys[0]} is a matter of the two datasets! Set it there. {REMEDY}")


def _check_ending(name: str) -> None:
    if name.endswith(TAKEN_ENDINGS):
        raise ClmtError(
            f"config: experiments has a name with the ending of another file! got: {name!r}, expected: a name that "
            f"ends in neither {' nor '.join(TAKEN_ENDINGS)}. {REMEDY}"
        )


def _check_repeat(config: Mapping[str, Any], name: str) -> None:
    """Refuse a repeat with settings of its own, of another architecture or of a repeat: it has those of the first."""
    entry = config["models"][name]
    if "repeat_of" not in entry:
        return
    place, others = f"config: models.{name}", set(config["models"]) - {name}
    if entry["repeat_of"] not in others:
        raise expected_one_of(f"{place}.repeat_of is not declared", entry["repeat_of"], others, REMEDY)
    first = config["models"][entry["repeat_of"]]
    if "repeat_of" in first:
        raise ClmtError(f"{place}.repeat_of: {entry['repeat_of']!r} is itself a repeat! Name the first one. {REMEDY}")
    if own := [key for key in entry if key not in ("arch", "repeat_of")]:
        raise ClmtError(
            f"{place} has the settings of {entry['repeat_of']}! got: {own[0]}, expected: arch and repeat_of alone. "
            f"{REMEDY}"
        )
    if entry["arch"] != first["arch"]:
        raise ClmtError(
            f"{place}.arch is not that of {entry['repeat_of']}! got: {entry['arch']!r}, expected: {first['arch']!r}. "
            f"{REMEDY}"
        )


def _check_members(config: Mapping[str, Any], name: str) -> None:
    """Refuse a mean of models that repeat published faults, which would pass for a sound one, or of another graph."""
    for member in member_models(config, name):
        if faults := model_faults(config, member):
            raise ClmtError(
                f"config: models.{name}.members: {member} repeats published faults! got: {', '.join(faults)}, "
                f"expected: sound models. {REMEDY}"
            )
        if (graph := model_graph(config, member)) != (own := model_graph(config, name)):
            raise ClmtError(
                f"config: models.{name}.members: {member} reads another graph! got: {graph or 'that of the dataset'}, "
                f"expected: {own or 'that of the dataset'}, that of {name}. {REMEDY}"
            )


def _check_reference(config: Mapping[str, Any], name: str) -> None:
    """Refuse an experiment whose differences would be to a model that repeats published faults."""
    entry = config["experiments"][name]
    models, chosen = entry["models"], entry.get("reference")
    if chosen is not None and chosen not in models:
        raise ClmtError(
            f"config: experiments.{name}.reference is none of its models! got: {chosen}, expected one of: "
            f"{', '.join(models)}. {REMEDY}"
        )
    sound = [model for model in models if not model_faults(config, model)]
    baselines = [model for model in sound if ARCHITECTURES[config["models"][model]["arch"]].baseline]
    first = chosen or models[0]
    if first not in sound and (chosen or not baselines):
        faults = ", ".join(model_faults(config, first))
        raise ClmtError(
            f"config: experiments.{name} has no sound model to compare with! got: {first}, which repeats {faults}, "
            f"expected: a sound reference, a baseline among the models, or a sound model first. {REMEDY}"
        )


def _check_folds(config: Mapping[str, Any], name: str) -> None:
    try:
        experiment_folds(config, name)
        folds_settings(config, config["experiments"][name]["dataset"], config["experiments"][name]["split"])
    except ClmtError as error:
        raise ClmtError(f"{error}. {REMEDY}") from None
