"""Sentence encoders behind one interface: texts in, one float32 vector each out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from clmt.errors import ClmtError, expected_one_of
from clmt.vectors.controls import encode_none, encode_random
from clmt.vectors.lsa import encode_lsa
from clmt.vectors.transformer import encode_transformer

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ENCODERS", "EncoderKind", "check_settings", "encode", "revision"]

logger = logging.getLogger(__name__)

#: Keys that every encoder understands, see `clmt.vectors.encode` and `clmt.vectors.controls`.
COMMON = ("encoder", "kind", "skip_characters", "hide_names", "only", "shuffle", "random", "seed")

Encoder = Callable[[Sequence[str], Mapping[str, Any], Path | None], "tuple[np.ndarray, dict[str, Any]]"]


class EncoderKind(NamedTuple):
    """What makes vectors of texts, settings and a folder, and the keys of its own in the settings."""

    encode: Encoder
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


#: Kinds of encoder by name; a new kind is one function and one line here.
ENCODERS = {
    "huggingface": EncoderKind(encode_transformer, ("id", "revision"), ("max_tokens",)),
    "folder": EncoderKind(encode_transformer, ("path",), ("max_tokens",)),
    "lsa": EncoderKind(encode_lsa, ("dimensions",)),
    "none": EncoderKind(encode_none, ("dimensions",)),
    "random": EncoderKind(encode_random, ("dimensions",)),
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse an unknown kind, an unknown or missing key and a count that is none."""
    name, kind = settings.get("encoder", "encoder"), settings.get("kind")
    if kind not in ENCODERS:
        raise expected_one_of(f"encoders.{name}.kind: unknown kind", kind, ENCODERS)
    _, required, optional = ENCODERS[str(kind)]
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
    texts
        Name of an entity -> its text, for the messages; the order is that of the vectors.
    settings
        ``kind`` and the keys of the kind.
    folder
        Local folder of a transformer; a ``folder`` encoder has it in ``path``.

    Returns
    -------
    vectors : ndarray
        Float32 (n, dim).
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
    vectors, report = ENCODERS[settings["kind"]].encode(list(texts.values()), settings, folder)
    if not np.isfinite(vectors).all():
        bad = list(texts)[int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])]
        raise ClmtError(f"encoder {settings.get('encoder')!r} gave a vector that is not finite for {bad!r}")
    report = {"texts": len(texts), "dim": int(vectors.shape[1]), "truncated": 0, **report}
    logger.info("encoded %s", ", ".join(f"{key}: {value}" for key, value in report.items()))
    return np.ascontiguousarray(vectors, dtype=np.float32), report
