"""One line for the first fault that pydantic finds: where it stands, what was got, what is possible, what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of, shown

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["TYPES", "followed", "range_in_words", "refusal", "refusals"]

#: What JSON Schema calls a type, and what a reader calls it.
TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "switch",
    "array": "list",
    "object": "mapping",
}
NAME = "small letters, digits and underscores, a letter first, 60 at most"
FORMS = ("string_pattern_mismatch", "string_too_short", "string_too_long", "too_short", "too_long")
EXPONENT = re.compile(r"\d+[eE][+-]?\d+")
Node = Mapping[str, Any]


def refusal(error: ValidationError, schema: Node, place: str, remedy: str = "") -> ClmtError:
    """Translate the first fault; see `refusals`."""
    found = error.errors(include_url=False)
    first = found[0]
    if first["type"] == "missing":  # a misspelt key is also a missing one; the first says more
        first = next((other for other in _beside(first, found) if other["type"] == "extra_forbidden"), first)
    return _refused(first, schema, place, remedy)


def refusals(error: ValidationError, schema: Node, place: str, remedy: str = "") -> list[ClmtError]:
    """Translate every fault, but for keys that are missing beside an unknown one, which may be the same key.

    Parameters
    ----------
    error
        What pydantic found.
    schema
        JSON Schema of what was validated; it knows ranges, choices and defaults of the key.
    place
        What the keys belong to, such as ``config``, ``config: models.mlp`` or ``--settings``.
    remedy
        What to do, a sentence without its full stop.
    """
    found = error.errors(include_url=False)
    told = [
        fault
        for fault in found
        if fault["type"] != "missing" or all(other["type"] != "extra_forbidden" for other in _beside(fault, found))
    ]
    return [_refused(fault, schema, place, remedy) for fault in told]


def _beside(fault: ErrorDetails, found: list[ErrorDetails]) -> list[ErrorDetails]:
    return [other for other in found if other["loc"][:-1] == fault["loc"][:-1]]


def _refused(first: ErrorDetails, schema: Node, place: str, remedy: str) -> ClmtError:
    path, node = _find(schema, first["loc"])
    tail = f". {remedy}" if remedy else ""
    kind, got = first["type"], first["input"]
    if kind == "extra_forbidden":
        return expected_one_of(f"{_where(place, path[:-1])}: unknown key", path[-1], node.get("properties", {}), remedy)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_kind(first, node, place, path, remedy)
    where = _where(place, path)
    if first["loc"][-1:] == ("[key]",):
        return ClmtError(f"{where} has a name that is none! got: {shown(got)}, expected: {node['description']}{tail}")
    if kind == "missing":
        there = ", ".join(map(str, got)) or "nothing"
        return ClmtError(f"{where} is missing! got: {there}, {_expected(node)}{tail}")
    if kind == "literal_error" and (choices := node.get("enum") or [node[key] for key in ("const",) if key in node]):
        return expected_one_of(f"{where}: unknown value", got, choices, remedy)
    if kind == "clmt":
        key = first["ctx"]["key"]
        return ClmtError(f"{_where(place, [*path, key] if key else path)} {first['ctx']['text']}{tail}")
    return ClmtError(f"{where} {_fault(kind, got, node)}{tail}")


def _fault(kind: str, got: Any, node: Node) -> str:
    """Say what is wrong with a single value."""
    if kind.startswith(("greater", "less")):
        size = "small" if kind.startswith("greater") else "large"
        return f"is too {size}! got: {shown(got)}, {_expected(node)}"
    if kind == "finite_number":
        return f"is no finite number! got: {got!r}, {_expected(node)}"
    if kind in FORMS:
        return f"is of another form! got: {shown(got)}, {_expected(node)}"
    word = TYPES.get(node.get("type", ""), "such value")
    return f"is no {word}! got: {shown(got)}, {_expected(node)}{_typing_hint(word, got)}"


def _typing_hint(word: str, got: Any) -> str:
    """Where a text came from that was meant as something else."""
    if isinstance(got, str) and "number" in word and EXPONENT.fullmatch(got):
        return "; YAML reads 1e-4 as text: write 1.0e-4"
    if isinstance(got, str) and word != "text":
        return "; --config of Snakemake takes True and False, and text within brackets: use an overlay"
    return ""


def _unknown_kind(first: ErrorDetails, node: Node, place: str, path: list[str], remedy: str) -> ClmtError:
    """The key that decides among several forms, such as ``arch`` or ``kind``, is missing or names none."""
    chooser = node["discriminator"]
    where, known = _where(place, [*path, chooser["propertyName"]]), chooser["mapping"]
    if first["type"] == "union_tag_invalid":
        return expected_one_of(f"{where} is not declared", first["ctx"]["tag"], known, remedy)
    there = ", ".join(map(str, first["input"])) or "nothing"
    listed = ", ".join(sorted(known))
    return ClmtError(f"{where} is missing! got: {there}, expected one of: {listed}{f'. {remedy}' if remedy else ''}")


def _where(place: str, path: list[str]) -> str:
    if not path:
        return place
    return f"{place}{'.' if ': ' in place else ': '}{'.'.join(path)}".replace(".[", "[")


def _find(schema: Node, location: tuple[int | str, ...]) -> tuple[list[str], Node]:
    """Path of a fault for the reader, without the names of the forms that pydantic chose, and the schema there."""
    path: list[str] = []
    node = followed(schema, schema)
    for step in location:
        if step == "[key]":
            del path[-1]
            return path, {"description": NAME}
        if isinstance(step, int):
            path.append(f"[{step}]")
            node = followed(node.get("items", {}), schema)
        elif "oneOf" in node:
            node = followed(_form(node, step), schema)
        else:
            path.append(step)
            below = node.get("properties", {}).get(step) or next(iter(node.get("patternProperties", {}).values()), None)
            if below is None:
                return path, node
            node = followed(below, schema)
    return path, node


def _form(node: Node, tag: str) -> Node:
    """The form of that tag: by its discriminator, else the definition of that name, else the one without a name."""
    mapping = node.get("discriminator", {}).get("mapping", {})
    if tag in mapping:
        return {"$ref": mapping[tag]}
    named = [form for form in node["oneOf"] if form.get("$ref", "").endswith(f"/{tag}")]
    found: Node = [*named, *(form for form in node["oneOf"] if "$ref" not in form), {}][0]
    return found


def followed(node: Node, schema: Node) -> Node:
    """A node with its reference followed; of what may be null, the part that is not."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            named = schema["$defs"][node["$ref"].rpartition("/")[2]]
            node = {**named, **{key: value for key, value in node.items() if key != "$ref"}}
        else:
            rest = {key: value for key, value in node.items() if key != "anyOf"}
            node = {**next(part for part in node["anyOf"] if part.get("type") != "null"), **rest}
    return node


def _expected(node: Node) -> str:
    """What a value may be: its choices, its range and an example."""
    if "enum" in node:
        return "expected one of: " + ", ".join(map(str, node["enum"]))
    words = range_in_words(node) or _form_of(node)
    example = node.get("default", (node.get("examples") or [None])[0])
    return (
        ", ".join(
            ([f"expected: {words}"] if words else []) + ([] if example in (None, "") else [f"such as: {example!r}"])
        )
        or f"expected: {TYPES.get(node.get('type', ''), 'a value')}"
    )


def _form_of(node: Node) -> str:
    if node.get("type") == "array":
        most = f"1 to {node['maxItems']} entries" if "maxItems" in node else "an entry or more"
        return most if "minItems" in node else ""
    if "pattern" in node or "minLength" in node:
        return str(node.get("description", "")).rstrip(".") or "some text"
    return ""


def range_in_words(node: Node) -> str:
    """Range of a number in words, such as ``2 to 127`` or ``more than 0``."""
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, below = node.get("maximum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{_digits(low)} to {_digits(high)}"
    least = f"{_digits(low)} or more" if low is not None else f"more than {_digits(above)}" if above is not None else ""
    if high is None and below is None:
        return least
    most = f"{_digits(high)} at most" if high is not None else f"below {_digits(below)}"
    return f"{least} and {most}" if least else most


def _digits(number: float | None) -> str:
    """Whole numbers with all their digits, others short."""
    return str(number) if isinstance(number, int) else f"{number:g}"
