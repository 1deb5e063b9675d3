"""The registry and the configuration: any YAML and any value in any place is taken, or refused on one line."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clmt.acquire.registry import Registry, load_registry
from clmt.paths import packaged
from clmt.planning.config import check_config
from tests.helpers.one_line import or_one_line

CONFIG = yaml.safe_load(packaged("config/config.yaml").read_text(encoding="utf-8"))
REGISTRY = packaged("config/sources.yaml").read_text(encoding="utf-8")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.dates(), st.binary(max_size=3)
)
KEYS = st.one_of(st.text(max_size=6), st.integers(), st.sampled_from(["arch", "url", "kind", "folds", "dataset"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and row of nested mappings and lists."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        yield (*path, key)
        yield from places(inner, (*path, key))


def put(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(content)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@given(st.sampled_from(list(places(CONFIG))), VALUES)
@example(("seed",), 10**5000)
@example(("splits",), {})
@example(("models",), {"a": None})
@example(("experiments",), [])
@example(("mirror",), {"a\x1eb": b""})
def test_any_value_in_any_place_of_the_configuration(place: tuple[Any, ...], value: Any) -> None:
    with or_one_line("config"):
        check_config(put(CONFIG, place, value))


def load(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with or_one_line():
        assert isinstance(load_registry(path), Registry)


@settings(max_examples=30)  # the whole registry is read each time
@given(place=st.sampled_from(list(places(yaml.safe_load(REGISTRY)))), value=VALUES)
def test_any_value_in_any_place_of_the_registry(tmp_path: Path, place: tuple[Any, ...], value: Any) -> None:
    load(tmp_path / "s.yaml", yaml.safe_dump(put(yaml.safe_load(REGISTRY), place, value)))


YAML_SIGNS = st.text(st.sampled_from("a1:-[]{}&*!#|>'\"%@, \n\t?<\0é"), max_size=30)


@given(text=st.one_of(YAML_SIGNS, VALUES.map(yaml.safe_dump)))
@example(text="")
@example(text="sources: &a [*a]")
@example(text="? [a]\n: b")
@example(text="{{a: 1}: 2}")
@example(text="a: 2001-13-45")
@example(text="a: !!int x")
@example(text="a: !!timestamp 2001-99-99")
@example(text="a: !!python/object:os.system {}")
@example(text="<<: 3")
def test_any_text_is_a_registry_or_one_line(tmp_path: Path, text: str) -> None:
    load(tmp_path / "s.yaml", text)
