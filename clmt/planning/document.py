"""Writes what documents the configuration from its models: ``python -m clmt.planning.document`` in a checkout.

These are the JSON Schema, and in config/README.md the tables of keys between the marks ``<!-- keys: NAME -->`` and
``<!-- end of keys -->``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from clmt.errors import choose
from clmt.files import write_text
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.settings.base import Settings
from clmt.planning.settings.config import Config, Experiment, Group
from clmt.planning.settings.encoders import Variant
from clmt.planning.settings.features import Features, GraphFaults
from clmt.planning.settings.folds import Split, SplitFile, SplitStudies
from clmt.planning.settings.refusal import TYPES, followed, range_in_words
from clmt.planning.settings.tables import Dataset
from clmt.planning.settings.text import Text

__all__ = ["README", "SCHEMA", "config_schema", "main", "with_key_tables"]

SCHEMA = Path("workflow/schemas/config.schema.yaml")
README = Path("config/README.md")
MARKED = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- end of keys -->)", re.DOTALL)
#: Groups of keys that have a table, by the name in the mark; "models" stands for the settings of all architectures.
GROUPS: dict[str, type[Settings]] = {
    model.__name__: model
    for model in (
        Config,
        Dataset,
        Features,
        GraphFaults,
        Text,
        Variant,
        Split,
        SplitFile,
        SplitStudies,
        Experiment,
        Group,
    )
}
HEADER = "# Made by python -m clmt.planning.document from clmt/planning/settings; a test fails where the two differ.\n"


def config_schema() -> str:
    """JSON Schema (2020-12) as YAML, each block and each form of an entry a definition with its properties."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}
    return HEADER + yaml.safe_dump(_entries_named(schema), sort_keys=False, allow_unicode=True, width=120)


def _entries_named(node: Any) -> Any:
    """Say of mappings by name what their entries are, in the words that tools look for."""
    if isinstance(node, list):
        return [_entries_named(entry) for entry in node]
    if not isinstance(node, dict):
        return list(node) if isinstance(node, tuple) else node
    found = {key: _entries_named(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    patterns = found.pop("patternProperties", None)
    if patterns:
        ((pattern, entry),) = patterns.items()
        found |= {"propertyNames": {"pattern": pattern}, "additionalProperties": entry}
    return found


def with_key_tables(page: str) -> str:
    """Fill the marked places of a page with tables of keys; raises `ClmtError` for a mark that names no group."""
    return MARKED.sub(lambda mark: f"{mark[1]}{_tables(mark[2])}{mark[3]}", page)


def _tables(name: str) -> str:
    if name != "models":
        return _table(choose("unknown group of keys", name, GROUPS))
    stated = {arch: entry.settings_class for arch, entry in ARCHITECTURES.items() if entry.settings_class.model_fields}
    return "".join(f"\n### `arch: {arch}`\n\n{_table(settings)}" for arch, settings in stated.items()) + "\n"


def _table(model: type[Settings]) -> str:
    """A row for each key: what it means, what it may be, and what holds without it."""
    schema = model.model_json_schema()
    rows = [["key", "meaning", "value"], ["---"] * 3]
    for name, node in schema["properties"].items():
        meaning = str(node.get("description", "which of the forms it is")).rstrip(".")
        rows.append(
            [f"`{name}`", meaning, ", ".join(_value(followed(node, schema), name in schema.get("required", ())))]
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _value(node: Mapping[str, Any], required: bool) -> Iterator[str]:
    """What a value may be: its type, choices and range; and its default, where it has one."""
    entry = node.get("items", node)
    choices = entry.get("enum") or [entry[key] for key in ("const",) if key in entry]
    kind = "keys below" if entry.get("type") == "object" else TYPES.get(entry.get("type", ""), "value")
    listed = " or ".join(f"`{choice}`" for choice in choices)
    yield "list of " * ("items" in node) + (listed or kind + "s" * ("items" in node and kind != "text"))
    if words := range_in_words(node):
        yield words
    if not required:
        default = node.get("default")
        yield "optional" if default is None else f"default `{json.dumps(default)}`"


def main() -> None:
    """Write the schema and the tables."""
    write_text(SCHEMA, config_schema())
    write_text(README, with_key_tables(README.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
