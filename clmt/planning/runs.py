"""From a run, or any other job, to just those settings of the configuration that it depends on.

Neither torch nor Snakemake is imported, and no file is read but the package's own source, for its digest. A rule
carries the JSON of the settings below among its parameters, so that a job runs again when one of its own settings
changes, and only then.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from clmt.errors import ClmtError, choose
from clmt.planning.architectures import ARCHITECTURES, Architecture
from clmt.planning.digest import code_digest
from clmt.planning.encoders import encoder_settings
from clmt.planning.layouts import are_studies, is_own, studies_of
from clmt.planning.protocols import PROTOCOLS, protocol_modules
from clmt.planning.settings.features import GraphSettings, MoleculeSettings
from clmt.planning.settings.folds import fold_settings
from clmt.planning.settings.tables import TableSettings
from clmt.planning.settings.text import TextSettings
from clmt.seeds import derive_seed

__all__ = [
    "MODEL_KEYS",
    "STAGES",
    "Run",
    "archive_sources",
    "declared",
    "encoder_settings",
    "folds_settings",
    "given_file",
    "graph_file",
    "graph_settings",
    "member_models",
    "model_code",
    "model_faults",
    "model_graph",
    "molecule_settings",
    "run_gpus",
    "run_memory",
    "run_settings",
    "settings_digest",
    "settings_json",
    "split_code",
    "tables_settings",
    "text_encoder",
    "text_settings",
]

Config = Mapping[str, Any]

#: Keys of a model that are no settings of its architecture.
MODEL_KEYS = ("arch", "text_encoder", "repeat_of", "graph")


class Run(NamedTuple):
    """One model on one fold of one split of one dataset; runs that experiments share are equal."""

    dataset: str
    split: str
    model: str
    fold: int

    @property
    def folder(self) -> str:
        """Folder of the run's files below the working directory."""
        return f"results/{self.dataset}/{self.split}/{self.model}/fold{self.fold}"


def settings_json(settings: Mapping[str, Any]) -> str:
    """Settings as one line of JSON with sorted keys: equal settings give equal text."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)


def settings_digest(settings: Mapping[str, Any]) -> str:
    """Digest of the settings of a run that its metric card has, 12 hexadecimal digits."""
    return hashlib.sha256(settings_json(settings).encode()).hexdigest()[:12]


def archive_sources(dataset: Mapping[str, Any]) -> dict[str, str]:
    """Registry entries of a dataset by part of its layout; of a layout of one file the part is ``""``.

    None for a dataset of the user's own files, see `clmt.planning.own_files`, and for one that joins two others.
    """
    archive = dataset["archive"]
    if is_own(dataset["layout"]) or are_studies(dataset["layout"]):
        return {}
    return dict(archive) if isinstance(archive, Mapping) else {"": archive}


def tables_settings(config: Config, dataset: str) -> dict[str, Any]:
    """Settings of a dataset's tables: its layout, its source, what is left out and whether it is cut to a slice."""
    entry = declared(config, "datasets", dataset)
    return TableSettings.take(entry, {"dataset": dataset}, place=f"config: datasets.{dataset}").plain()


def text_encoder(config: Config, dataset: str, model: str) -> str | None:
    """Name of the text encoder of a model on a dataset: its own, else the dataset's, else that of ``text``.

    None for an architecture that reads no text.
    """
    entries = (_model(config, model), declared(config, "datasets", dataset))
    if not _architecture(config, model).text:
        return None
    named = [entry["text_encoder"] for entry in entries if "text_encoder" in entry]
    name: str = [*named, config["text"]["encoder"]][0]
    return name


def member_models(config: Config, model: str) -> list[str]:
    """Models whose predictions of the held-out pairs a model reads, in the order of its setting ``members``."""
    return list(_model(config, model)["members"]) if _architecture(config, model).members else []


def given_file(config: Config, model: str, fold: int | str) -> str | None:
    """File of somebody else's predictions that a model scores in a fold; None for any other model."""
    if not _architecture(config, model).given:
        return None
    named: str = _model(config, model)["file"]
    return named.replace("{fold}", str(int(fold)))


def text_settings(config: Config, dataset: str) -> dict[str, Any]:
    """Settings of the corpus of a dataset; which encoder reads it makes no difference to what is written."""
    declared(config, "datasets", dataset)
    return TextSettings.take(config["text"], place="config: text").plain()


def molecule_settings(config: Config) -> dict[str, Any]:
    """Settings of the molecular graphs and fingerprints."""
    return MoleculeSettings.take(config["features"], place="config: features").plain()


def folds_settings(config: Config, dataset: str, split: str) -> dict[str, Any]:
    """Settings of the folds of a split: whose they are, protocol, folds, share of validation pairs, derived seed."""
    entry = declared(config, "splits", split)
    declared(config, "datasets", dataset)
    seed = derive_seed(config["seed"], dataset, entry.get("partition") or split)
    own: dict[str, Any] = {"dataset": dataset, "split": split, "seed": seed}
    if "overlap" in entry:
        if (studies := studies_of(declared(config, "datasets", dataset))) is None:
            raise ClmtError(
                f"config: splits.{split} is for a dataset of layout studies! got: {dataset!r}, expected: one that "
                "joins two others"
            )
        own["train"] = studies[0]
    return fold_settings(entry).take(entry, own, place=f"config: splits.{split}").plain()


def model_graph(config: Config, model: str) -> str | None:
    """Entry of ``graphs`` whose graph a model reads; None for that of the features."""
    name: str | None = _model(config, model).get("graph")
    return name


def model_faults(config: Config, model: str) -> list[str]:
    """Faults of the published implementation that a model repeats, those of its graph and its own; none if sound."""
    graph = model_graph(config, model)
    entries = [*([_graph(config, graph)] if graph else []), _model(config, model)]
    return [fault for entry in entries for fault in entry.get("faults") or ()]


def graph_file(config: Config, run: Run) -> str:
    """File of the graph that a run reads: ``graph.pt``, or ``graph_<entry of graphs>.pt``."""
    graph = model_graph(config, run.model)
    return f"results/{run.dataset}/{run.split}/fold{run.fold}/graph{f'_{graph}' if graph else ''}.pt"


def graph_settings(
    config: Config, dataset: str, split: str, fold: int | str, variant: str | None = None
) -> dict[str, Any]:
    """Settings of the graph of one fold: whose it is, the features' settings or a variant's, and its derived seed."""
    seed = derive_seed(config["seed"], dataset, split, "graph", int(fold))
    own: dict[str, Any] = {"dataset": dataset, "split": split, "fold": int(fold), "seed": seed}
    if not variant:
        return GraphSettings.take(config["features"], own, place="config: features").plain()
    changed = {**_graph(config, variant), "variant": variant}
    return GraphSettings.take(config["features"], changed, own, place=f"config: graphs.{variant}").plain()


def run_settings(config: Config, dataset: str, split: str, model: str, fold: int | str) -> dict[str, Any]:
    """Everything that a run depends on, beside its input files, and nothing else.

    Returns
    -------
    dict
        ``arch``, ``settings`` (all of the architecture's own), ``seed`` (derived), ``text_encoder`` (or null), the
        names ``dataset``, ``split``, ``model`` and ``fold``, and ``graph`` where the model names one.
    """
    entry = _model(config, model)
    graph = model_graph(config, model)
    settings = {key: value for key, value in entry.items() if key not in MODEL_KEYS}
    return {
        "arch": entry["arch"],
        "settings": _architecture(config, model).settings_class.read(settings, f"config: models.{model}").plain(),
        "seed": derive_seed(config["seed"], dataset, split, model, int(fold)),
        "text_encoder": text_encoder(config, dataset, model),
        "dataset": dataset,
        "split": split,
        "model": model,
        "fold": int(fold),
        **({"graph": graph} if graph else {}),
    }


def model_code(config: Config, model: str, *modules: str) -> str:
    """Digest the code of modules that run a model, with that of its architecture, which they find by name only."""
    module, class_name = _architecture(config, model).path.split(":")
    return f"{_planned_code(module, *modules)}:{class_name}"


def split_code(config: Config, split: str, *modules: str) -> str:
    """Digest the code of modules that make folds, with that of the split's protocol, which they find by name only."""
    protocol = declared(config, "splits", split)["protocol"]
    axes = PROTOCOLS.get(protocol, ())  # those of cross_study are no choice of groups to hold out
    return ":".join([_planned_code(*protocol_modules(protocol), *modules), *axes])


@functools.cache
def _planned_code(*modules: str) -> str:
    """Digest of code for one planning, which asks it for every job; nobody edits clmt meanwhile."""
    return code_digest(*modules)


def run_gpus(config: Config, model: str) -> int:
    """GPUs that the training of a model can use: 1 or 0."""
    return int(_architecture(config, model).gpu)


def run_memory(config: Config, model: str) -> int:
    """MB to ask for the training of a model: twice what it took on GDSC, and room for the libraries of a GPU."""
    architecture = _architecture(config, model)
    return max(4000 if architecture.gpu else 1000, 2 * architecture.peak_mb)


def _model(config: Config, name: str) -> Mapping[str, Any]:
    """Entry of a model; a repeat has that of the model it trains again."""
    entry = declared(config, "models", name)
    return declared(config, "models", entry["repeat_of"]) if "repeat_of" in entry else entry


def _architecture(config: Config, model: str) -> Architecture:
    found: Architecture = choose("unknown architecture", _model(config, model)["arch"], ARCHITECTURES)
    return found


def _graph(config: Config, name: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = choose("unknown entry of graphs", name, config.get("graphs", {}))
    return entry


def declared(config: Config, block: str, name: str) -> Mapping[str, Any]:
    """Entry of a block; raises `ClmtError` with the choices for a name that is not among them."""
    entry: Mapping[str, Any] = choose(f"unknown entry of {block}", name, config[block])
    return entry


def _stage(function: Callable[..., dict[str, Any]], *names: str) -> Callable[[Config, Any], dict[str, Any]]:
    return lambda config, wildcards: function(config, *(getattr(wildcards, name) for name in names))


#: Stage -> settings of one of its jobs, from the configuration and the job's wildcards.
STAGES = {
    "tables": _stage(tables_settings, "dataset"),
    "text": _stage(text_settings, "dataset"),
    "molecules": _stage(molecule_settings),
    "folds": _stage(folds_settings, "dataset", "split"),
    "graph": lambda config, wildcards: graph_settings(
        config, wildcards.dataset, wildcards.split, wildcards.fold, wildcards.variant.removeprefix("_")
    ),
    "run": _stage(run_settings, "dataset", "split", "model", "fold"),
}
