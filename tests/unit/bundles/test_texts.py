"""New texts are read as those of the training: what is cut off there is cut off here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clmt.bundles import texts as module
from clmt.bundles.texts import TextReader, text_reader
from clmt.errors import ClmtError
from clmt.vectors.lsa import fit_lsa
from clmt.vectors.texts import NEUTRAL
from tests.helpers.made_bundle import LSA, TEXTS

KNOWN, _, _ = fit_lsa([*TEXTS, *NEUTRAL.values()], LSA)


def reader(**cut: int) -> TextReader:
    neutral = {kind: KNOWN.read([text[: cut.get("keep_characters")]])[0] for kind, text in NEUTRAL.items()}
    return TextReader({**LSA, **cut}, neutral, KNOWN)


@pytest.mark.parametrize(
    ("cut", "left"),
    [({}, TEXTS[0]), ({"skip_characters": 14}, TEXTS[0][14:]), ({"keep_characters": 14}, TEXTS[0][:14])],
    ids=["whole", "skip", "keep"],
)
def test_what_training_cuts_off_is_not_read(cut: dict[str, int], left: str) -> None:
    np.testing.assert_array_equal(reader(**cut).read([TEXTS[0]], "drug"), KNOWN.read([left]))


def test_a_text_that_is_cut_off_whole_is_the_neutral_sentence() -> None:
    short = reader(skip_characters=800)
    np.testing.assert_array_equal(short.read([TEXTS[0]], "drug"), short.read([""], "drug"))
    assert np.abs(reader().read([TEXTS[0]], "drug") - reader().read([""], "drug")).max() > 0.1  # as if it were read


def test_the_neutral_sentence_is_cut_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {f"drug {row}": text for row, text in enumerate([*TEXTS, *NEUTRAL.values()])}
    keys = [("drug", str(row)) for row in range(len(told))]
    monkeypatch.setattr(module, "corpus_texts", lambda *_: (keys, told, 0))
    settings = {**LSA, "encoder": "mine", "keep_characters": 14}
    found = text_reader(settings, Path("none"), Path("none"), None, {"drug": {}, "cell_line": {}})
    assert found.lsa is not None
    for kind, sentence in NEUTRAL.items():
        short, whole = found.lsa.read([sentence[:14], sentence])
        np.testing.assert_array_equal(found.neutral[kind], short)
        assert np.abs(short - whole).max() > 0.01


@pytest.mark.parametrize("key", [{"hide_names": True}, {"without_sources": ["reactome"]}])
def test_an_encoder_that_leaves_out_what_no_new_text_marks_is_refused(key: dict[str, Any]) -> None:
    with pytest.raises(ClmtError, match=f"got: {next(iter(key))}, expected: an encoder that reads whole texts"):
        text_reader({**LSA, "encoder": "mine", **key}, Path("none"), Path("none"), None, {})
