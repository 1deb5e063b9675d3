"""Sentence encoders behind one interface: texts in, one float32 vector each out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.planning.settings.encoders import encoder_job
from clmt.vectors.controls import encode_none, encode_random
from clmt.vectors.lsa import encode_lsa
from clmt.vectors.transformer import encode_transformer

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ENCODERS", "encode", "revision"]

logger = logging.getLogger(__name__)

Encoder = Callable[[Sequence[str], Mapping[str, Any], Path | None], "tuple[np.ndarray, dict[str, Any]]"]


#: Kinds of encoder by name; a new kind is one function, one line here, and its settings in planning.
ENCODERS: dict[str, Encoder] = {
    "huggingface": encode_transformer,
    "folder": encode_transformer,
    "lsa": encode_lsa,
    "none": encode_none,
    "random": encode_random,
}


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

    settings = encoder_job(settings, f"--settings: encoders.{settings.get('encoder', 'encoder')}")
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
    logger.info("encoded %s", ", ".join(f"{key}: {value}" for key, value in report.items()))
    return np.ascontiguousarray(vectors, dtype=np.float32), report
