"""Latent semantics read a text of the corpus again as they did when they were fitted, and another one beside it."""

from __future__ import annotations

import numpy as np

from clmt.vectors.lsa import encode_lsa, fit_lsa

TEXTS = [f"drug {row} inhibits EGFR and {'BRAF' if row % 2 else 'MEK'} in lung cancer" for row in range(30)]


def test_a_text_of_the_corpus_gets_its_vector_again() -> None:
    settings = {"dimensions": 12}
    lsa, fitted, _ = fit_lsa(TEXTS, settings)
    assert np.array_equal(fitted, encode_lsa(TEXTS, settings, None)[0])
    assert np.abs(lsa.read(TEXTS[::-1])[::-1] - fitted).max() < 1e-6
    other = lsa.read(["inhibits BRAF", "words that no text has"])
    assert np.abs(other[0]).max() > 0.1
    assert not other[1].any()
