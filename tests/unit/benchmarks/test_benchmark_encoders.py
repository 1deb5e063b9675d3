"""The encoders that the benchmark of text encoding finds in a configuration and its overlays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.text_encoding import configured_encoder
from clmt.errors import ClmtError

CONFIG = Path(__file__).resolve().parents[3] / "config"


def test_an_overlay_adds_its_encoders_to_the_configuration() -> None:
    configs = [CONFIG / "config.yaml", CONFIG / "light.yaml"]
    found = json.loads(configured_encoder(configs, "sentence"))
    assert (found["kind"], found["encoder"]) == ("folder", "sentence")
    with pytest.raises(ClmtError, match="'sentence'"):
        configured_encoder(configs[:1], "sentence")


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match=r"none\.yaml: no such configuration"):
        configured_encoder([tmp_path / "none.yaml"], "lsa")
