"""YAML and JSON as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.yaml_files import read_yaml


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: 1\nseed: 2\n", r"yaml: not valid YAML, line 2, column 1: key 'seed' occurs twice. Correct it"),
        ("models: {a: 1}\nsplits: {}\nmodels: {b: 2}\n", r"line 3, column 1: key 'models' occurs twice"),
        ("a:\n  b: 1\n  'b': 2\n", r"line 3, column 3: key 'b' occurs twice"),
        ('{"a": 1,\n\t"a": 2}', "key 'a' stands twice"),
        ("a: [1, 2\nb: 3\n", "not valid YAML, line 2, column"),
        ("a:\n\tb: 1\n", r"not valid YAML, line 2, column 1: .*'\\t'"),
        ("a: 1\nb: \0\n", r"not valid YAML, line 2: the character '\\x00' has no place in YAML"),
        ("a: 2001-99-99", "not valid YAML: month must be in 1..12"),
        ("a: 1\n---\nb: 1\n", "line 2, column 1: expected a single document in the stream but found another document"),
        ('a: "\\ud83e\\uddec"\n', "line 1, column 4: half a letter"),
        ("a: " + "1" * 5000, "not valid YAML: .*digits"),
        ("a: " + "[" * 50_000, "nested too deeply"),
        ("{" * 50_000, "nested too deeply"),
    ],
    ids=[
        "key",
        "block",
        "quoted",
        "JSON",
        "open",
        "tab",
        "NUL",
        "day",
        "two",
        "surrogate",
        "digits",
        "brackets",
        "braces",
    ],
)
def test_what_is_wrong_is_one_line_with_the_file(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(text)
    with pytest.raises(ClmtError, match=line) as refused:
        read_yaml(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_text_of_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "overlay.yaml").write_bytes("a: µ".encode("latin-1"))
    with pytest.raises(ClmtError, match=r"overlay\.yaml: not UTF-8 text"):
        read_yaml(tmp_path / "overlay.yaml")


def test_keys_alike_in_other_blocks_merged_ones_and_json_are_read(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text("\ufeffa: &a {x: 1}\nb: {<<: *a, y: 2, x: 3}\nc: {x: '🧬'}\n", encoding="utf-8")
    assert read_yaml(path) == {"a": {"x": 1}, "b": {"x": 3, "y": 2}, "c": {"x": "🧬"}}
    path.write_text('{\n\t"a": [1.0, null]}')
    assert read_yaml(path) == {"a": [1.0, None]}
    path.write_text("{a: b}")
    assert read_yaml(path) == {"a": "b"}
