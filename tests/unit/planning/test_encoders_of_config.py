"""Variants of encoders, as they are planned: which read texts, with which settings, and which only vary vectors."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.planning import encoders as encoder_plan
from clmt.planning.settings.encoders import Variant

CONFIG: dict[str, Any] = {
    "text": {"encoder": "bert", "skip_characters": 5},
    "encoders": {
        "bert": {"kind": "huggingface", "id": "a/b", "revision": "0" * 40, "max_tokens": 8},
        "lsa": {"kind": "lsa", "dimensions": 8, "skip_characters": 3},
        "shuffled": {"of": "default", "shuffle": True, "seed": 4},
        "nameless": {"of": "default", "hide_names": True},
        "cut": {"of": "lsa", "skip_characters": 800, "only": "drug"},
    },
}


@pytest.fixture
def config() -> dict[str, Any]:
    """A configuration to change."""
    return deepcopy(CONFIG)


def test_a_variant_that_changes_texts_reads_them_with_its_base_settings() -> None:
    assert [name for name in CONFIG["encoders"] if encoder_plan.reads_texts(CONFIG, name)] == [
        "bert",
        "lsa",
        "nameless",
        "cut",
    ]
    base = encoder_plan.encoder_settings(CONFIG, "bert")
    assert base == {"encoder": "bert", "skip_characters": 5, **CONFIG["encoders"]["bert"]}
    nameless = encoder_plan.encoder_settings(CONFIG, "nameless")
    assert nameless == {**base, "encoder": "nameless", "hide_names": True}
    cut = encoder_plan.encoder_settings(CONFIG, "cut")
    assert cut == {"encoder": "cut", "kind": "lsa", "dimensions": 8, "skip_characters": 800, "only": "drug"}
    assert encoder_plan.encoder_settings(CONFIG, "lsa")["skip_characters"] == 3


def test_every_setting_of_a_variant_has_the_texts_read_anew_or_the_vectors_changed() -> None:
    """One that stood in neither list alone would leave the base's vectors as they are, without a word."""
    stated = set(Variant.model_fields) - {"of", "seed"}
    assert stated == {*encoder_plan.READING, *encoder_plan.DEALING}


def test_default_is_what_the_text_block_names(config: dict[str, Any]) -> None:
    assert encoder_plan.variant_settings(config, "shuffled") == {
        "encoder": "shuffled",
        "of": "bert",
        "shuffle": True,
        "seed": 4,
    }
    config["text"]["encoder"] = "lsa"
    assert encoder_plan.base_encoder(config, "shuffled") == "lsa"
    assert encoder_plan.variant_settings(config, "shuffled")["of"] == "lsa"
    assert encoder_plan.encoder_settings(config, "nameless")["kind"] == "lsa"
    assert (encoder_plan.base_encoder(config, "cut"), encoder_plan.base_encoder(config, "bert")) == ("lsa", "bert")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"of": "brt", "shuffle": True}, "of is not declared! got: 'brt', expected one of: bert, default, lsa$"),
        ({"of": "cut", "shuffle": True}, "of is itself a variant! got: 'cut', expected one of: bert, default, lsa$"),
        (
            {"of": "lsa", "seed": 2},
            "differs from its base in nothing! got: of, seed, expected one of: hide_names, keep_characters, only",
        ),
    ],
)
def test_a_variant_of_nothing_is_refused(config: dict[str, Any], entry: dict[str, Any], message: str) -> None:
    config["encoders"]["new"] = entry
    with pytest.raises(ClmtError, match=rf"^config: encoders\.new.*{message}"):
        encoder_plan.check_variant(config, "new")
    for name in CONFIG["encoders"]:
        encoder_plan.check_variant(config, name)
