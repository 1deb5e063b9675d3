"""Sentence encoders behind one interface: texts in, one float32 vector each out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ENCODERS", "check_settings", "encode", "revision"]

log = logging.getLogger(__name__)

#: Keys that every encoder understands, see `clmt.vectors.encode` and `clmt.vectors.vary`.
COMMON = ("encoder", "kind", "skip_characters", "hide_names", "only", "shuffle", "random", "seed")

#: Kind of encoder -> its own keys: required ones, optional ones.
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "huggingface": (("id", "revision"), ("max_tokens",)),
    "folder": (("path",), ("max_tokens",)),
    "lsa": (("dimensions",), ()),
    "none": (("dimensions",), ()),
    "random": (("dimensions",), ()),
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse an unknown kind, an unknown or missing key and a count that is none."""
    name, kind = settings.get("encoder", "encoder"), settings.get("kind")
    if kind not in KEYS:
        raise expected_one_of(f"encoders.{name}.kind: unknown kind", kind, KEYS)
    required, optional = KEYS[str(kind)]
    for key in settings:
        if key not in (*COMMON, *required, *optional):
            raise expected_one_of(f"encoders.{name}: unknown key", key, (*COMMON, *required, *optional))
    for key in required:
        if key not in settings:
            raise ClmtError(f"encoders.{name}: key {key!r} is missing; got: {', '.join(settings)}")
    for key, least in (("dimensions", 1), ("max_tokens", 3), ("skip_characters", 0), ("seed", 0)):
        value = settings.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ClmtError(f"encoders.{name}.{key} is not a count! got: {value!r}, expected: {least} or more")


def revision(settings: Mapping[str, Any]) -> str:
    """What pins an encoder: the revision of its weights, or its kind where it has none."""
    return str(settings.get("revision") or settings.get("path") or settings["kind"])


def encode(
    texts: Mapping[str, str], settings: Mapping[str, Any], folder: Path | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Encode texts.

    Parameters
    ----------
    texts : mapping
        Name of an entity -> its text, for the messages; the order is that of the vectors.
    settings : mapping
        ``kind`` and the keys of `KEYS`.
    folder : Path, optional
        Local folder of a transformer; a ``folder`` encoder has it in ``path``.

    Returns
    -------
    vectors : float32 ndarray (n, dim)
    report : dict
        ``texts``, ``dim``, ``truncated`` and what the kind has to tell (tokens, device, explained variance).

    Raises
    ------
    ClmtError
        For an empty text, naming its entity; a missing or broken model folder; a vector that is not finite.
    """
    import numpy as np

    check_settings(settings)
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise ClmtError(f"{len(empty)} texts are empty, the first is that of {empty[0]!r}; build the corpus anew")
    if not texts:
        raise ClmtError("there is no text to encode; build the corpus first")
    vectors, report = ENCODERS[settings["kind"]](list(texts.values()), settings, folder)
    if not np.isfinite(vectors).all():
        bad = list(texts)[int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])]
        raise ClmtError(f"encoder {settings.get('encoder')!r} gave a vector that is not finite for {bad!r}")
    report = {"texts": len(texts), "dim": int(vectors.shape[1]), "truncated": 0, **report}
    log.info("encoded %s", ", ".join(f"{key}: {value}" for key, value in report.items()))
    return np.ascontiguousarray(vectors, dtype=np.float32), report


def _transformer(texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None) -> tuple[np.ndarray, dict]:
    from clmt.vectors.transformer import encode_transformer

    place = Path(settings["path"]) if settings["kind"] == "folder" else folder
    if place is None:
        raise ClmtError(
            f"encoder {settings.get('encoder')!r} needs a folder with {settings['id']}; give it with --folder"
        )
    return encode_transformer(texts, place, max_tokens=settings.get("max_tokens", 512))


def _lsa(texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None) -> tuple[np.ndarray, dict]:
    """Latent semantic analysis: TF-IDF of words, truncated SVD; zeros beyond the rank of the texts."""
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


def _none(texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None) -> tuple[np.ndarray, dict]:
    """Zeros: a model without text."""
    import numpy as np

    return np.zeros((len(texts), settings["dimensions"]), dtype=np.float32), {}


def _random(texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None) -> tuple[np.ndarray, dict]:
    """Random vectors of about unit length: they tell entities apart and say nothing else."""
    import numpy as np

    shape = (len(texts), settings["dimensions"])
    draws = np.random.default_rng(settings.get("seed", 0)).standard_normal(shape)
    return (draws / np.sqrt(shape[1])).astype(np.float32), {}


Encoder = Callable[[Sequence[str], Mapping[str, Any], Path | None], "tuple[np.ndarray, dict]"]

#: Kind -> function; a new kind is one function, and its keys in `KEYS`.
ENCODERS: dict[str, Encoder] = {
    "huggingface": _transformer,
    "folder": _transformer,
    "lsa": _lsa,
    "none": _none,
    "random": _random,
}
