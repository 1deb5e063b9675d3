"""The encoder reads texts from their first character on, as the configuration is shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import clmt.vectors.encode
from clmt.planning.encoders import encoder_settings, reads_texts
from clmt.text.corpus import KINDS, Sentence, write_corpus
from clmt.vectors.encode import encode_corpus

CONFIG: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[3] / "config" / "config.yaml").read_text(encoding="utf-8")
)
#: Published code starts here.
PUBLISHED = 800
#: Two sentences: what tells the entity apart stands in the first one, and the whole is longer than what would be cut.
FIRST = {"C1": "C1 comes from the lung.", "D1": "D1 inhibits a kinase."}
SECOND = "It has been described at length. " * 60


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for kind, entity in (("cell_line", "C1"), ("drug", "D1")):
        sentences = [
            Sentence(entity, place, text.strip(), "tables", entity, "x", "y")
            for place, text in enumerate((FIRST[entity], SECOND))
        ]
        write_corpus(tmp_path / KINDS[kind], sentences, [entity])
    return tmp_path


def texts_read(corpus: Path, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What reaches the encoder with these settings, by entity."""
    seen: dict[str, str] = {}

    def watched(texts: Mapping[str, str], *_: Any) -> tuple[np.ndarray, dict[str, Any]]:
        seen.update({name.split(" ")[1]: text for name, text in texts.items()})
        return np.zeros((len(texts), 2), dtype=np.float32), {}

    with monkeypatch.context() as patch:
        patch.setattr(clmt.vectors.encode, "encode", watched)
        encode_corpus(json.dumps(settings), corpus, corpus / "out.parquet")
    return seen


def check_texts_are_whole(texts: Mapping[str, str]) -> None:
    assert texts == {entity: f"{first} {SECOND.strip()}" for entity, first in FIRST.items()}


def test_texts_are_read_from_their_start(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 9: the first 800 characters of every text are cut off; here that is a setting, 0 as shipped."""
    shipped = encoder_settings(CONFIG, CONFIG["text"]["encoder"])
    assert shipped["skip_characters"] == 0
    whole = texts_read(corpus, shipped, monkeypatch)
    check_texts_are_whole(whole)
    cut = texts_read(corpus, {**shipped, "skip_characters": PUBLISHED}, monkeypatch)
    assert cut == {entity: text[PUBLISHED:] for entity, text in whole.items()}
    with pytest.raises(AssertionError):
        check_texts_are_whole(cut)


def test_no_more_characters_are_read_than_are_kept(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = encoder_settings(CONFIG, CONFIG["text"]["encoder"])
    whole = texts_read(corpus, shipped, monkeypatch)
    for skip in (0, PUBLISHED):
        read = texts_read(corpus, {**shipped, "skip_characters": skip, "keep_characters": 12}, monkeypatch)
        assert read == {entity: text[skip : skip + 12] for entity, text in whole.items()}


def test_one_encoder_alone_cuts_texts_and_is_asked_for_by_name() -> None:
    skipped = {
        name: encoder_settings(CONFIG, name)["skip_characters"]
        for name in CONFIG["encoders"]
        if reads_texts(CONFIG, name)
    }
    assert skipped.pop("text_skip_800") == PUBLISHED
    assert set(skipped.values()) == {0}
    cutting = [name for name, model in CONFIG["models"].items() if model.get("text_encoder") == "text_skip_800"]
    assert cutting == ["clmt_text_skip_800", "clmt_all_faults"]


@pytest.mark.parametrize("name", ["offline", "demo", "light"])
def test_no_overlay_cuts_texts(name: str) -> None:
    path = Path(__file__).resolve().parents[3] / "config" / f"{name}.yaml"
    overlay = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert overlay.get("text", {}).get("skip_characters", 0) == 0
    for encoder in overlay.get("encoders", {}).values():
        assert encoder.get("skip_characters", 0) == 0
