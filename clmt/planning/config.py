"""Checks of the configuration while the workflow is planned: one line that names the key and the choices.

The schema says which keys there are and of which form; this module also says what a schema cannot: that every name
refers to something that is declared, and that a model's settings are settings of its architecture. Neither needs torch.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.config_values import MEND, refuse_what_json_lacks
from clmt.planning.encoders import BASE_OF_TEXT, check_variant
from clmt.planning.runs import MODEL_KEYS, experiment_folds, planned_experiments
from clmt.simulated import MARK

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["check_config", "check_mirror", "check_names", "check_schema"]

#: Folders that rules write beside those of data sets and of splits, and the word for the encoder under text.
RESERVED = {
    "datasets": ("report", "benchmarks"),
    "splits": ("tables", "text", "features"),
    "encoders": (BASE_OF_TEXT,),
}
#: Endings of files beside an experiment's table and page: results/<name>_summary.tsv and report/<dataset>_texts.html.
TAKEN_ENDINGS = ("_summary", "_texts")


def check_config(config: Mapping[str, Any], schema: Path, sources: Collection[str] | None = None) -> None:
    """Refuse a configuration that cannot be planned.

    Parameters
    ----------
    config
        The merged configuration.
    schema
        JSON Schema (2020-12) in YAML.
    sources
        Names of the registry of downloads; None leaves the data sets' archives unchecked.

    Raises
    ------
    ClmtError
        For the first fault, in one line.
    """
    check_schema(config, schema)
    check_names(config, sources)
    check_mirror(config)


def check_schema(config: Mapping[str, Any], schema: Path) -> None:
    """Check the form of the configuration against the schema; raises `ClmtError` naming the key."""
    import jsonschema

    refuse_what_json_lacks(config)
    rules = yaml.safe_load(Path(schema).read_text(encoding="utf-8"))
    # Through JSON and back: Snakemake hands over ordered mappings that the validator need not know.
    plain = json.loads(json.dumps(config))
    errors = sorted(
        jsonschema.Draft202012Validator(rules).iter_errors(plain), key=lambda error: list(map(str, error.path))
    )
    if errors:
        raise _schema_refusal(errors[0])


def check_names(config: Mapping[str, Any], sources: Collection[str] | None = None) -> None:
    """Check that every name refers to something declared, and each model's settings; raises `ClmtError`."""
    for block, reserved in RESERVED.items():
        for name in config[block]:
            if name in reserved:
                raise ClmtError(f"config: {block} has a reserved name! got: {name!r}, expected: any other name. {MEND}")
    for key, value, options in _references(config):
        if value not in options:
            raise expected_one_of(f"config: {key} is not declared", value, options, MEND)
    for name, entry in config["datasets"].items():
        if sources is not None and entry["archive"] not in sources:
            raise expected_one_of(f"config: datasets.{name}.archive is no source", entry["archive"], sources, MEND)
    for name in config["encoders"]:
        check_variant(config, name, MEND)
    for name, entry in config["splits"].items():
        _check_split(name, entry)
    for name in config["experiments"]:
        _check_ending(name)
        _check_folds(config, name)
    for name, entry in config["models"].items():
        _check_model(name, entry)
    if not planned_experiments(config):
        raise ClmtError(
            f"config: no experiment is planned! got: simulated {config['simulated']}, expected: an experiment on a "
            f"data set with the same value of simulated. {MEND}"
        )


def check_mirror(config: Mapping[str, Any]) -> None:
    """Refuse a simulated mirror for real data sets, and any other for simulated ones; raises `ClmtError`."""
    simulated = config["mirror"] is not None and (Path(config["mirror"]) / MARK).is_file()
    if simulated and not config["simulated"]:
        raise ClmtError(
            f"config: mirror {config['mirror']} holds simulated files, which must not pass for measurements! "
            "got: simulated: false, expected one of: another mirror, --configfile config/demo.yaml"
        )
    if config["simulated"] and not simulated:
        raise ClmtError(
            f"config: simulated data sets need a mirror that 'clmt demo' wrote! got: mirror: {config['mirror']}, "
            "expected one of: resources/demo/mirror"
        )


def _references(config: Mapping[str, Any]) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield every name the configuration refers to: where it stands, the name, what is declared."""
    yield "text.encoder", config["text"]["encoder"], config["encoders"]
    for name, entry in config["datasets"].items():
        if "text_encoder" in entry:
            yield f"datasets.{name}.text_encoder", entry["text_encoder"], config["encoders"]
    for name, entry in config["models"].items():
        yield f"models.{name}.arch", entry["arch"], ARCHITECTURES
        if "text_encoder" in entry:
            yield f"models.{name}.text_encoder", entry["text_encoder"], config["encoders"]
    for name, entry in config["experiments"].items():
        yield f"experiments.{name}.dataset", entry["dataset"], config["datasets"]
        yield f"experiments.{name}.split", entry["split"], config["splits"]
        for model in entry["models"]:
            yield f"experiments.{name}.models", model, config["models"]


def _check_split(name: str, entry: Mapping[str, Any]) -> None:
    folds = entry["folds"]
    if entry["protocol"] == "double_blind" and round(folds**0.5) ** 2 != folds:
        raise ClmtError(
            f"config: splits.{name}.folds must be a square number for double_blind! got: {folds}, "
            f"expected one of: 4, 9, 16, 25. {MEND}"
        )


def _check_ending(name: str) -> None:
    if name.endswith(TAKEN_ENDINGS):
        raise ClmtError(
            f"config: experiments has a name with the ending of another file! got: {name!r}, expected: a name that "
            f"ends in neither {' nor '.join(TAKEN_ENDINGS)}. {MEND}"
        )


def _check_folds(config: Mapping[str, Any], name: str) -> None:
    try:
        experiment_folds(config, name)
    except ClmtError as error:
        raise ClmtError(f"{error}. {MEND}") from None


def _check_model(name: str, entry: Mapping[str, Any]) -> None:
    settings = {key: value for key, value in entry.items() if key not in MODEL_KEYS}
    ARCHITECTURES[entry["arch"]].settings_class.read(settings, f"config: models.{name}", MEND)


def _schema_refusal(error: ValidationError) -> ClmtError:
    """One line from the validator's finding: where, what is wrong, what is possible."""
    where = ".".join(str(part) for part in error.absolute_path)
    place = f"config: {where}" if where else "config"
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        unknown = next(key for key in instance if key not in known)
        return expected_one_of(f"{place}: unknown key", unknown, known, MEND)
    if error.validator == "enum":
        return expected_one_of(f"{place}: unknown value", instance, schema["enum"], MEND)
    return ClmtError(f"{place}: {' '.join(error.message.split())}. {MEND}")
