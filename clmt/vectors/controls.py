"""Control vectors: what is left of the worth of text when vectors say nothing, or something about another entity.

``random`` replaces each vector by noise, ``shuffle`` hands the vectors to other entities of their kind, ``only`` leaves
one kind of entity with its vectors and gives the other zeros. Texts are not read for this, nor by the encoders ``none``
and ``random``, which have no base.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.files import parse_settings
from clmt.planning.settings.encoders import Variation
from clmt.vectors.files import KINDS, read_vectors, write_vectors

if TYPE_CHECKING:
    import numpy as np

__all__ = ["encode_none", "encode_random", "varied", "vary_vectors"]

logger = logging.getLogger(__name__)

KEYS = ("encoder", "of", "only", "random", "seed", "shuffle")


def encode_none(
    texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Give each text zeros: a model without text."""
    import numpy as np

    return np.zeros((len(texts), settings["dimensions"]), dtype=np.float32), {}


def encode_random(
    texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Give each text a random vector of about unit length: these tell entities apart and say nothing else."""
    import numpy as np

    shape = (len(texts), settings["dimensions"])
    draws = np.random.default_rng(settings.get("seed", 0)).standard_normal(shape)
    return (draws / np.sqrt(shape[1])).astype(np.float32), {}


def vary_vectors(settings_text: str, vectors: Path, out: Path) -> None:
    """Write ``text_<encoder>.parquet`` of a variant from the vectors of its base.

    Parameters
    ----------
    settings_text
        JSON: ``encoder``, ``of`` (name of the base) and any of ``random``, ``shuffle``, ``only``, ``seed``.
    vectors
        The base's vectors.
    out
        The same rows; the metadata are the base's, with the settings.

    Raises
    ------
    ClmtError
        For a key or a value that is none, and for vectors of another encoder than ``of``.
    """
    settings = parse_settings(settings_text)
    name = settings.get("encoder")
    settings = Variation.read(settings, f"--settings: encoders.{name}").model_dump(mode="json", exclude_unset=True)
    base, facts = read_vectors(vectors, settings.get("of", ""))
    keys, matrix = _rows(base)
    result = varied(matrix, [kind for kind, _ in keys], settings)
    write_vectors(out, keys, result, {**facts, **settings})
    logger.info("%d vectors of %s varied: %s", len(keys), settings.get("of"), settings_text)


def varied(vectors: np.ndarray, kinds: Sequence[str], settings: Mapping[str, Any]) -> np.ndarray:
    """Replace, shuffle and blank vectors, in this order, where the settings say so.

    Parameters
    ----------
    vectors
        Float32 (n, dim) of both kinds; left as they are.
    kinds
        Kind of entity of each row; nothing crosses from one kind to the other.
    settings
        Any of ``random``, ``shuffle``, ``only`` and ``seed``.

    Returns
    -------
    ndarray
        Float32 (n, dim).
    """
    import numpy as np

    labels = np.array(kinds)
    result = vectors.copy()
    for stream, kind in enumerate(KINDS):
        # A stream of its own for each kind: no drug has the noise of a cell line, and neither list moves the other.
        generator = np.random.default_rng([settings.get("seed", 0), stream])
        rows = np.flatnonzero(labels == kind)
        if settings.get("random"):
            result[rows] = _noise(vectors[rows], generator)
        if settings.get("shuffle"):
            result[rows] = result[_others(rows, generator)]
        if settings.get("only") not in (None, kind):
            result[rows] = 0.0
    return result


def _rows(vectors: Mapping[str, Mapping[str, np.ndarray]]) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Keys and matrix in the order of the file."""
    import numpy as np

    keys = [(kind, entity) for kind in KINDS for entity in vectors[kind]]
    return keys, np.array([vectors[kind][entity] for kind, entity in keys], dtype=np.float32)


def _noise(vectors: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Noise whose vectors have about the median norm of the vectors they replace."""
    import numpy as np

    norm = np.median(np.linalg.norm(vectors, axis=1)) if len(vectors) else 0.0
    return generator.standard_normal(vectors.shape) * norm / np.sqrt(vectors.shape[1])


def _others(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """For each row another one: along a random circle each has its predecessor's, so that none keeps its own."""
    import numpy as np

    circle = generator.permutation(len(rows))
    taken = np.empty_like(rows)
    taken[circle] = rows[np.roll(circle, 1)]
    return taken
