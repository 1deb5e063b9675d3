"""All cases."""

from __future__ import annotations

from importlib import import_module

from tests.cases.case import Case

MODULES = (
    "checkpoints",
    "graphs",
    "owners",
    "settings",
    "columns",
    "runs",
    "published",
    "config",
    "archives",
    "smiles",
    "answers",
    "downloads",
)


def all_cases() -> list[Case]:
    """Every case of every table; names are unique within a cause."""
    cases = [case for name in MODULES for case in import_module(f"tests.cases.{name}").cases()]
    seen: set[tuple[str, str]] = set()
    for case in cases:
        assert (case.cause, case.name) not in seen, f"two cases are named {case.cause}: {case.name}"
        seen.add((case.cause, case.name))
    return cases
