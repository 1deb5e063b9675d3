"""Writes the JSON Schema of the configuration from its models: ``python -m clmt.planning.document`` in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from clmt.files import write_text
from clmt.planning.settings.config import Config

__all__ = ["SCHEMA", "config_schema", "main"]

SCHEMA = Path("workflow/schemas/config.schema.yaml")
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


def main() -> None:
    """Write the schema."""
    write_text(SCHEMA, config_schema())


if __name__ == "__main__":
    main()
