"""How a bundle reads the text of a new cell line or drug: by the encoder of its training, or the neutral sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clmt.errors import ClmtError
from clmt.vectors.encoders import encode
from clmt.vectors.lsa import LSA, fit_lsa
from clmt.vectors.texts import NEUTRAL, corpus_texts, cut

__all__ = ["TextReader", "text_reader"]

_TOLERANCE = 1e-5
"""Between a corpus's vectors and the same read again."""


@dataclass(frozen=True)
class TextReader:
    """Encoder of a bundle.

    Attributes
    ----------
    settings
        Of the encoder; empty for a model that reads no text.
    neutral
        Kind of entity -> vector of the neutral sentence, float32 (T,).
    lsa
        What the encoder ``lsa`` has learnt; None for another.
    """

    settings: Mapping[str, Any]
    neutral: Mapping[str, np.ndarray]
    lsa: LSA | None = None

    def read(self, texts: Sequence[str], kind: str, folder: Path | None = None) -> np.ndarray:
        """Vectors of texts, float32 (n, T); the neutral sentence's where a text is empty.

        Parameters
        ----------
        texts
            Of n new entities.
        kind
            ``cell_line`` or ``drug``.
        folder
            Of the transformer, for an encoder that is one.
        """
        vectors = np.repeat(self.neutral[kind][None], len(texts), axis=0)
        told = [row for row, text in enumerate(texts) if text.strip()]
        if told and self.settings:
            vectors[told] = self._encode([cut(texts[row], kind, self.settings) for row in told], folder)
        return vectors

    def _encode(self, texts: Sequence[str], folder: Path | None) -> np.ndarray:
        if self.lsa is not None:
            return self.lsa.read(texts)
        if self.settings["kind"] == "huggingface" and folder is None:
            raise ClmtError(
                f"a text of your own needs the bundle's encoder, {self.settings['id']!r}! got: no folder, expected: "
                "--encoder-folder FOLDER ('clmt fetch-encoder' makes it), or leave the text out"
            )
        return encode({f"text {row}": text for row, text in enumerate(texts)}, self.settings, folder)[0]

    def state(self) -> dict[str, Any]:
        """Plain containers and tensors, for a file."""
        neutral = {kind: torch.from_numpy(vector) for kind, vector in self.neutral.items()}
        learnt: dict[str, Any] = {}
        if self.lsa is not None:
            learnt = {"words": list(self.lsa.words)}
            learnt |= {name: torch.from_numpy(getattr(self.lsa, name)) for name in ("idf", "components")}
        return {"settings": dict(self.settings), "neutral": neutral, "lsa": learnt}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> TextReader:
        """Restore what `state` returned."""
        neutral = {kind: vector.numpy() for kind, vector in state["neutral"].items()}
        learnt = state["lsa"]
        lsa = LSA(learnt["words"], learnt["idf"].numpy(), learnt["components"].numpy()) if learnt else None
        return cls(state["settings"], neutral, lsa)


def text_reader(
    settings: Mapping[str, Any],
    corpus: Path,
    tables: Path,
    folder: Path | None,
    vectors: Mapping[str, Mapping[str, np.ndarray]],
) -> TextReader:
    """Prepare an encoder to read new texts as it read the corpus.

    Parameters
    ----------
    settings
        Of the encoder; empty: the model reads no text.
    corpus, tables
        Folders of the texts and of the dataset's tables.
    folder
        Of a transformer.
    vectors
        Kind -> entity -> vector: what the model was trained on.

    Raises
    ------
    ClmtError
        For control vectors, which no text gives, for an encoder that leaves out names or sources, which a text of the
        user's does not mark, and where the corpus is not the one of the vectors.
    """
    if not settings:
        return TextReader({}, {kind: np.zeros(0, dtype=np.float32) for kind in NEUTRAL})
    control = next((key for key in ("shuffle", "random", "only", "of") if settings.get(key)), "")
    if control or settings["kind"] == "random":
        raise ClmtError(
            f"encoder {settings.get('encoder')!r} is a control, which has no vector for a new text! got: "
            f"{control or 'kind: random'}, expected: an encoder that reads texts"
        )
    if left_out := next((key for key in ("hide_names", "without_sources") if settings.get(key)), ""):
        raise ClmtError(
            f"encoder {settings.get('encoder')!r} leaves out what a new text does not mark! got: {left_out}, expected: "
            "an encoder that reads whole texts, or their start or end"
        )
    nothing = {kind: cut("", kind, settings) for kind in NEUTRAL}
    if settings["kind"] != "lsa":
        neutral, _ = encode(nothing, settings, folder)
        return TextReader(settings, dict(zip(NEUTRAL, neutral, strict=True)))
    keys, texts, _ = corpus_texts(settings, corpus, tables)
    lsa, fitted, _ = fit_lsa(list(texts.values()), settings)
    for (kind, entity), vector in zip(keys, fitted, strict=True):
        found = vectors[kind].get(entity, vector)
        if found.shape != vector.shape or np.abs(vector - found).max() > _TOLERANCE:
            raise ClmtError(
                f"{corpus}: not the texts of the vectors! got: another one of {entity!r}. Rerun encode_text"
            )
    return TextReader(settings, dict(zip(NEUTRAL, lsa.read(list(nothing.values())), strict=True)), lsa)
