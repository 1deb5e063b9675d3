"""Checks of the configuration while the workflow is planned: one line that names the key and the choices.

`clmt.planning.settings.config` says which keys there are and of which form, `clmt.planning.names` what a form cannot:
that every name refers to something that is declared. None of them needs torch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from clmt.errors import ClmtError, shown
from clmt.planning.experiments import planned_datasets
from clmt.planning.layouts import is_own
from clmt.planning.names import REMEDY, check_names
from clmt.planning.own_files import own_files
from clmt.planning.settings.base import check, faults
from clmt.planning.settings.config import Config
from clmt.simulated import MARK

__all__ = ["check_config", "check_form", "check_mirror", "check_own_files", "form_faults"]

#: Levels and values of a configuration at most; ours has 5 and about 250.
MOST_LEVELS, MOST_VALUES = 20, 100_000


def check_config(config: Mapping[str, Any], sources: Collection[str] | None = None) -> None:
    """Refuse a configuration that cannot be planned.

    Parameters
    ----------
    config
        The merged configuration.
    sources
        Names of the registry of downloads; None leaves the datasets' archives unchecked.

    Raises
    ------
    ClmtError
        For the first fault, in one line.
    """
    check_form(config)
    check_names(config, sources)
    check_mirror(config)
    check_own_files(config)


def check_own_files(config: Mapping[str, Any]) -> None:
    """Refuse a dataset of the user's own that is planned and whose files are not there; raises `ClmtError`."""
    for name in planned_datasets(config):
        entry = config["datasets"][name]
        if is_own(entry["layout"]):
            own_files(entry["archive"], f"config: datasets.{name}.archive")


def form_faults(config: Mapping[str, Any]) -> list[ClmtError]:
    """Every fault that `check_form` raises the first of."""
    return faults(TypeAdapter(Config), plain(config), "config", REMEDY)


def check_form(config: Mapping[str, Any]) -> None:
    """Check keys, types, ranges and choices; raises `ClmtError` naming the key."""
    check(TypeAdapter(Config), plain(config), "config", REMEDY)


def plain(value: Any, where: str = "", depth: int = 0, visited: Iterator[int] | None = None) -> Any:
    """Copy a configuration to plain mappings and lists, and refuse what JSON has no word for; ``where`` is the key.

    Settings travel to the commands as JSON, so that a date, NaN or infinity could not be told to a job. ``depth`` and
    ``visited`` count what an anchor of YAML may make endless: an entry that holds itself, or lists of lists of lists.
    """
    place = f"config: {where}" if where else "config"
    visited = itertools.count(1) if visited is None else visited
    if depth > MOST_LEVELS or next(visited) > MOST_VALUES:
        raise ClmtError(
            f"config: {where[:60]} holds too much! got: more than {MOST_LEVELS} levels or {MOST_VALUES} values, as "
            f"where an anchor of YAML holds itself, expected: blocks, entries and keys. {REMEDY}"
        )
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ClmtError(
                    f"{place} has a key that is no text! got: {shown(key)}, expected: it in quotes. {REMEDY}"
                )
            if not key.isprintable():
                raise ClmtError(f"{place} has a key with a control character! got: {key!r}, expected: a name. {REMEDY}")
        return {
            key: plain(entry, f"{where}.{key}" if where else key, depth + 1, visited) for key, entry in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(entry, f"{where}[{row}]", depth + 1, visited) for row, entry in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ClmtError(f"{place} is no finite number! got: {value}, expected: a number such as 1.0. {REMEDY}")
    if not (value is None or isinstance(value, str | bool | int | float)):
        raise ClmtError(
            f"{place} is no plain value! got: {value} ({type(value).__name__}), expected: text, a number, true, false, "
            f"null, a list or a mapping; quotes make it text. {REMEDY}"
        )
    return value


def check_mirror(config: Mapping[str, Any]) -> None:
    """Refuse a simulated mirror for real datasets, and any other for simulated ones; raises `ClmtError`."""
    simulated = config["mirror"] is not None and (Path(config["mirror"]) / MARK).is_file()
    if simulated and not config["simulated"]:
        raise ClmtError(
            f"config: mirror {config['mirror']} holds simulated files, which must not pass for measurements! "
            "got: simulated: false, expected one of: another mirror, --configfile config/demo.yaml"
        )
    if config["simulated"] and not simulated:
        raise ClmtError(
            f"config: simulated datasets need a mirror that 'clmt demo' wrote! got: mirror: {config['mirror']}, "
            "expected one of: resources/demo/mirror"
        )
