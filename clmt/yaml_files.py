"""YAML as people write it: a key that stands twice and half a letter are refused, whatever is wrong is one line."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import yaml

from clmt.errors import ClmtError
from clmt.files import check_plain, unique_keys

__all__ = ["read_yaml"]


def read_yaml(path: Path) -> Any:
    """Read a file of YAML or JSON; raises `ClmtError` that names the file and, where there is one, the line."""
    path = Path(path)
    check_plain(path, "read")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClmtError(f"{path}: not UTF-8 text ({error.reason})! Save it as UTF-8") from None
    try:
        return _parse(text)
    except RecursionError:
        raise ClmtError(f"{path}: nested too deeply! expected: blocks, entries and keys") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ClmtError(f"{path}: not valid YAML{_said(error, text)}. Correct it") from None


def _said(error: Exception, text: str) -> str:
    """Line and column of an error, counted from 1, where it knows them, and what it says."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        words = " ".join(filter(None, (getattr(error, name, None) for name in ("context", "problem", "note"))))
        return f", line {mark.line + 1}, column {mark.column + 1}: {' '.join(words.split())[:300]}"
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f", line {line}: the character {chr(error.character)!r} has no place in YAML"
    return f": {' '.join(str(error).split())[:300]}"


def _parse(text: str) -> Any:
    """JSON first, which may have tabs, then YAML, as Snakemake reads overlays."""
    if text.lstrip().startswith("{"):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(text, object_pairs_hook=unique_keys)
    return yaml.load(text, Loader=_StrictLoader)


class _StrictLoader(yaml.SafeLoader):
    """YAML keeps the last of two equal keys silently; an entry given twice is a mistake here."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that occurs twice."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (name := (key.tag, key.value)) in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key {key.value!r} occurs twice", key.start_mark
                    )
                seen.add(name)
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        """Refuse half of a letter, which no file can hold."""
        value = super().construct_scalar(node)
        if isinstance(value, str) and not value.isascii() and any("\ud800" <= mark <= "\udfff" for mark in value):
            raise yaml.constructor.ConstructorError(
                None, None, f"half a letter (a surrogate) in {value!r}; write the letter itself", node.start_mark
            )
        return value
