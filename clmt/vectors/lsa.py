"""Latent semantic analysis as sentence encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["encode_lsa"]


def encode_lsa(
    texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Encode texts by TF-IDF of words and truncated SVD, fitted to these texts; zeros beyond their rank.

    The report has ``words``, ``rank`` and ``explained_variance``.
    """
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from threadpoolctl import threadpool_limits

    words = TfidfVectorizer(sublinear_tf=True, min_df=2 if len(texts) > 20 else 1, token_pattern=r"(?u)\b\w[\w-]+\b")
    try:
        matrix = words.fit_transform(texts)
    except ValueError as error:
        raise ClmtError(f"lsa finds no words in {len(texts)} texts ({error}); check the corpus") from None
    rank = min(settings["dimensions"], min(matrix.shape) - 1)
    vectors = np.zeros((len(texts), settings["dimensions"]), dtype=np.float32)
    explained = 0.0
    if rank >= 1:
        svd = TruncatedSVD(rank, n_iter=7, random_state=settings.get("seed", 0))
        with threadpool_limits(1):  # several threads add up in another order: the last digits would depend on --cores
            vectors[:, :rank] = svd.fit_transform(matrix)
        explained = float(svd.explained_variance_ratio_.sum())
    return vectors, {"words": len(words.vocabulary_), "rank": max(rank, 0), "explained_variance": round(explained, 4)}
