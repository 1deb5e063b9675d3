"""Latent semantic analysis as sentence encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LSA", "encode_lsa", "fit_lsa"]


@dataclass(frozen=True)
class LSA:
    """Latent semantics of a corpus, ready to read another text in the same way.

    Attributes
    ----------
    words
        In the order of the columns, w of them.
    idf
        Float64 (w,): weight of each word.
    components
        Float64 (dim, w); zeros beyond the corpus's rank.
    """

    words: Sequence[str]
    idf: np.ndarray
    components: np.ndarray

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts, float32 (n, dim); zeros for a text without a word of the corpus."""
        import numpy as np

        vectorizer = _vectorizer(vocabulary=list(self.words))
        vectorizer.idf_ = self.idf
        return np.asarray(vectorizer.transform(texts) @ self.components.T, dtype=np.float32)


def encode_lsa(
    texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Encode texts by TF-IDF of words and truncated SVD, fitted to these texts; zeros beyond their rank.

    The report has ``words``, ``rank`` and ``explained_variance``.
    """
    _, vectors, report = fit_lsa(texts, settings)
    return vectors, report


def fit_lsa(texts: Sequence[str], settings: Mapping[str, Any]) -> tuple[LSA, np.ndarray, dict[str, Any]]:
    """Fit latent semantics to texts; returns it, what `encode_lsa` makes of these texts, and the report."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from threadpoolctl import threadpool_limits

    words = _vectorizer(min_df=2 if len(texts) > 20 else 1)
    try:
        matrix = words.fit_transform(texts)
    except ValueError as error:
        raise ClmtError(f"lsa finds no words in {len(texts)} texts ({error}); check the corpus") from None
    rank = min(settings["dimensions"], min(matrix.shape) - 1)
    vectors = np.zeros((len(texts), settings["dimensions"]), dtype=np.float32)
    components = np.zeros((settings["dimensions"], matrix.shape[1]))
    explained = 0.0
    if rank >= 1:
        svd = TruncatedSVD(rank, n_iter=7, random_state=settings.get("seed", 0))
        with threadpool_limits(1):  # several threads add up in another order: the last digits would depend on --cores
            vectors[:, :rank] = svd.fit_transform(matrix)
        components[:rank] = svd.components_
        explained = float(svd.explained_variance_ratio_.sum())
    report = {"words": len(words.vocabulary_), "rank": max(rank, 0), "explained_variance": round(explained, 4)}
    return LSA(words.get_feature_names_out().tolist(), words.idf_, components), vectors, report


def _vectorizer(**options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w[\w-]+\b", **options)
