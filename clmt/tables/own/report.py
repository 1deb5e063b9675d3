"""The datasets of the user's own that a configuration declares, each looked at as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clmt.errors import ClmtError, expected_one_of
from clmt.planning.config import form_faults
from clmt.planning.layouts import is_own
from clmt.planning.names import check_names
from clmt.tables.own.check import check_own
from clmt.tables.own.findings import Findings

__all__ = ["check_config_datasets"]


def check_config_datasets(config: Mapping[str, Any], only: Sequence[str] = ()) -> dict[str, Findings]:
    """Findings by dataset; what is wrong with the configuration itself stands with the first of them.

    Raises
    ------
    ClmtError
        Where no dataset has layout ``tables``, or ``only`` names none of them.
    """
    declared = config.get("datasets")
    entries = declared if isinstance(declared, Mapping) else {}
    own = {
        name: entry
        for name, entry in entries.items()
        if isinstance(entry, Mapping) and is_own(str(entry.get("layout")))
    }
    if not own:
        raise ClmtError(
            f"config: no dataset of your own! got: {', '.join(map(str, entries)) or 'no dataset'}, expected: one with "
            "layout: tables. See config/own_data.example.yaml"
        )
    for name in only:
        if name not in own:
            raise expected_one_of("--dataset is none of your own", name, own)
    found = {str(name): check_own(str(name), entry) for name, entry in own.items() if not only or name in only}
    first = next(iter(found.values()))
    for error in _config_faults(config):
        if not _told(str(error), first.problems):
            first.problems.append(str(error))
    return found


def _config_faults(config: Mapping[str, Any]) -> list[ClmtError]:
    """Faults of form; where there are none, the first name that refers to nothing."""
    try:
        found = form_faults(config)
        if not found:
            check_names(config)
    except ClmtError as error:
        return [error]
    return found


def _told(fault: str, problems: Sequence[str]) -> bool:
    """Whether a fault of the configuration is one that the look at the dataset has told: the key is the same."""
    key = fault.removeprefix("config: ").split()[0].rstrip(":")
    return any(problem.removeprefix("config: ").startswith((f"{key}:", f"{key} ")) for problem in problems)
