"""Text encoders as the workflow plans them: what reads the texts, and what is made of another encoder's vectors.

An entry of ``encoders`` either has a ``kind`` and reads the texts itself, or names a base with ``of`` and is a variant.
A variant that changes the texts has them read anew with the base's settings and weights; any other takes the base's
vectors from their file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clmt.errors import ClmtError, choose, expected_one_of

__all__ = [
    "BASE_OF_TEXT",
    "base_encoder",
    "check_variant",
    "encoder_settings",
    "is_variant",
    "reads_texts",
    "variant_settings",
]

Config = Mapping[str, Any]

#: The value of ``of`` that stands for the encoder under ``text``, whichever that is.
BASE_OF_TEXT = "default"
#: Keys of a variant that change the texts, and those that change nothing but vectors.
READING = ("hide_names", "without_sources", "skip_characters", "keep_characters")
DEALING = ("shuffle", "only", "random")


def is_variant(config: Config, encoder: str) -> bool:
    """Whether an encoder is declared as a variant of another one."""
    return "of" in _entry(config, encoder)


def base_encoder(config: Config, encoder: str) -> str:
    """Name of the encoder whose settings and weights are used: the base of a variant, else the encoder itself."""
    base: str = _entry(config, encoder).get("of", encoder)
    return config["text"]["encoder"] if base == BASE_OF_TEXT else base


def reads_texts(config: Config, encoder: str) -> bool:
    """Whether the vectors are encoded from texts; those of other variants are made of the base's vectors."""
    return not is_variant(config, encoder) or any(key in _entry(config, encoder) for key in READING)


def encoder_settings(config: Config, encoder: str) -> dict[str, Any]:
    """Settings with which texts are read: where a text starts, the base's settings, and the encoder's own."""
    base = _entry(config, base_encoder(config, encoder))
    own = {key: value for key, value in _entry(config, encoder).items() if key != "of"}
    return {"skip_characters": config["text"]["skip_characters"], **base, **own, "encoder": encoder}


def variant_settings(config: Config, encoder: str) -> dict[str, Any]:
    """Settings of a variant that is made of its base's vectors, with the name of the base."""
    return {**_entry(config, encoder), "encoder": encoder, "of": base_encoder(config, encoder)}


def check_variant(config: Config, name: str, hint: str = "") -> None:
    """Refuse a variant of nothing, of another variant, or one that changes nothing; raises `ClmtError`."""
    if not is_variant(config, name):
        return
    of, base = config["encoders"][name]["of"], base_encoder(config, name)
    bases = [BASE_OF_TEXT, *(other for other in config["encoders"] if not is_variant(config, other))]
    if base not in config["encoders"]:
        raise expected_one_of(f"config: encoders.{name}.of is not declared", of, bases, hint)
    if is_variant(config, base):
        through = f" (text.encoder: {base})" if of == BASE_OF_TEXT else ""
        raise expected_one_of(f"config: encoders.{name}.of{through} is itself a variant", of, bases, hint)
    if not any(key in config["encoders"][name] for key in (*READING, *DEALING)):
        keys = ", ".join(config["encoders"][name])
        raise ClmtError(
            f"config: encoders.{name} differs from its base in nothing! got: {keys}, "
            f"expected one of: {', '.join(sorted((*READING, *DEALING)))}. {hint}"
        )


def _entry(config: Config, encoder: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = choose("unknown entry of encoders", encoder, config["encoders"])
    return entry
