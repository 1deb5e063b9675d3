"""Bundles: which runs are packed as the final model of a dataset, and whose held-out pairs calibrate its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError, choose
from clmt.planning.encoders import encoder_settings
from clmt.planning.experiments import experiment_runs, planned_experiments
from clmt.planning.runs import (
    Run,
    archive_sources,
    graph_settings,
    model_faults,
    model_graph,
    molecule_settings,
)
from clmt.planning.runs import text_encoder as chosen_encoder

__all__ = ["GROUPS", "NEW", "PROTOCOL_OF_KIND", "SPLIT", "bundle_models", "bundle_settings", "calibration_runs"]
__all__ += ["kind_of_split"]

Config = Mapping[str, Any]

#: Split whose first fold a bundle is fitted on; its test pairs calibrate the known pairs.
SPLIT = "final"
#: Kind of pair -> protocol whose test pairs are of that kind.
PROTOCOL_OF_KIND = {
    "known pair": "mixed",
    "new cell line": "cell_blind",
    "new drug": "drug_blind",
    "both new": "double_blind",
}
#: Kind of pair -> what is exchangeable with the next one; of two new entities the one of which there are fewer.
GROUPS = {"known pair": "pair", "new cell line": "cell line", "new drug": "drug", "both new": "drug"}
#: Kind of pair -> what of it nothing is known of.
NEW = {"known pair": ["pair"], "new cell line": ["cell line"], "new drug": ["drug"], "both new": ["cell line", "drug"]}


def bundle_models(config: Config, model: str) -> list[str]:
    """The model and those that train it again from other seeds; their mean predicts."""
    entry = choose("unknown entry of models", model, config["models"])
    if entry["arch"] != "clmt" or "repeat_of" in entry:
        got = f"a repeat of {entry['repeat_of']}" if "repeat_of" in entry else f"arch {entry['arch']}"
        raise ClmtError(f"config: models.{model} makes no bundle! got: {got}, expected: a model of arch clmt itself")
    if faults := model_faults(config, model):
        raise ClmtError(
            f"config: models.{model} makes no bundle, because it repeats published faults! got: {', '.join(faults)}, "
            "expected: none. Name a sound model"
        )
    return [model, *(name for name, other in config["models"].items() if other.get("repeat_of") == model)]


def bundle_settings(config: Config, dataset: str, model: str) -> dict[str, Any]:
    """Settings of ``clmt bundle``, see `clmt.planning.settings.bundles.BundleSettings`."""
    entry = choose("unknown entry of datasets", dataset, config["datasets"])
    encoder = chosen_encoder(config, dataset, model)
    return {
        "dataset": dataset,
        "model": model,
        "models": bundle_models(config, model),
        "simulated": entry["simulated"],
        "neighbours": graph_settings(config, dataset, SPLIT, 0, model_graph(config, model))["neighbours"],
        "molecules": molecule_settings(config),
        "encoder": encoder_settings(config, encoder) if encoder else {},
        "sources": [*dict.fromkeys(archive_sources(entry).values())],
    }


def kind_of_split(config: Config, name: str) -> str | None:
    """Kind of pairs that a split tests; None where it gives shots, repeats itself, or tests another or less."""
    split = config["splits"][name]
    whole = not split.get("shot_pool") and not split.get("pathway") and split.get("variant") != "paper"
    plain = whole and split.get("repeats", 1) == 1
    kinds = [kind for kind, protocol in PROTOCOL_OF_KIND.items() if plain and split["protocol"] == protocol]
    return kinds[0] if kinds else None


def calibration_runs(config: Config, dataset: str, model: str) -> dict[str, list[Run]]:
    """Runs whose test pairs are of a kind, of the first experiment that has the model on a split of that protocol.

    The known pairs are those of `SPLIT` itself. Splits with shots, of one pathway, of the paper's test set or of
    several partitions have no place among them.
    """
    models = bundle_models(config, model)
    runs = {"known pair": [Run(dataset, SPLIT, each, 0) for each in models]}
    for kind in PROTOCOL_OF_KIND:
        for name in planned_experiments(config):
            experiment = config["experiments"][name]
            if kind in runs or experiment["dataset"] != dataset or kind_of_split(config, experiment["split"]) != kind:
                continue
            found = [run for run in experiment_runs(config, name) if run.model in models]
            if found:
                runs[kind] = found
    return runs
