"""Settings of text encoders: what reads the texts, and variants of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, TypeAdapter, create_model

from clmt.planning.settings.base import Block, OneOf, Place, Seed, Settings, SeveralUnique, check
from clmt.planning.text_sources import TEXT_SOURCES

__all__ = ["Encoder", "Variant", "Variation", "encoder_job"]

TextSource = Annotated[str, OneOf(TEXT_SOURCES)]


class _Dealt(Settings):
    """What may be done to vectors; a switch that is not stated is off."""

    shuffle: bool = Field(
        default=False,
        description="Whether each cell line gets the vector of another one, and each drug that of another drug.",
    )
    only: Literal["cell_line", "drug"] | None = Field(
        default=None, description="Kind of entity that keeps its vectors; those of the other are zero."
    )
    seed: Seed = Field(default=0, description="Seed of shuffle and of random.")


class _Random(Settings):
    random: bool = Field(
        default=False,
        description="Whether each vector is replaced by noise of the same length and about its norm.",
    )


class _Entry(_Dealt, Block):
    """What any entry may have."""

    optional: ClassVar[frozenset[str]] = frozenset({"hide_names", "shuffle", "random", "seed"})

    hide_names: bool = Field(
        default=False,
        description='Whether names of a drug or cell line in its own text become "This compound" or "This cell line".',
    )
    without_sources: SeveralUnique[TextSource] | None = Field(
        default=None,
        description=(
            "Sources whose sentences are left out: of text.sources, or tables (what the dataset's own tables say) or "
            "own_text. A text that is left out whole becomes a neutral sentence, and is counted."
        ),
    )
    skip_characters: int | None = Field(
        default=None,
        ge=0,
        le=10_000_000,
        description="Characters to skip at the start of each text, in place of text.skip_characters.",
    )
    keep_characters: int | None = Field(
        default=None,
        ge=10,
        le=10_000_000,
        description="Characters that are read of each text at most; all where it is left out.",
    )


class _Transformer(_Entry):
    max_tokens: int = Field(default=512, ge=3, le=1_000_000, description="Tokens read of each text.")


class HuggingFace(_Transformer):
    """A frozen transformer of a model hub, fetched once at a pinned commit."""

    kind: Literal["huggingface"]
    id: str = Field(pattern=r"^[^/\s]+/[^/\s]+$", description="Name of the model on the hub, as owner/model.")
    revision: str = Field(
        pattern=r"^[0-9a-f]{40}$",
        description="Commit of the model, 40 hexadecimal digits, so that the vectors can be made again.",
    )


class Folder(_Transformer):
    """A frozen transformer in a local folder."""

    kind: Literal["folder"]
    path: Place = Field(description="Local folder of the transformer, a path without braces.")


class _Sized(_Entry):
    dimensions: int = Field(
        ge=2, le=16_384, description="Length of each vector at most; shorter where the corpus is small."
    )


class LatentSemantics(_Sized):
    """Latent semantic analysis of the corpus itself; nothing is fetched."""

    kind: Literal["lsa"]


class Zeros(_Sized):
    """A control: zeros."""

    kind: Literal["none"]


class Noise(_Sized):
    """A control: noise that tells entities apart and nothing else."""

    kind: Literal["random"]


class Variant(_Entry, _Random):
    """Made of another encoder: the texts read anew with its settings and weights, or its vectors changed."""

    of: str = Field(
        description="Encoder whose settings, weights and vectors are used; the word default stands for text.encoder."
    )


class Variation(_Dealt, _Random):
    """Settings of ``clmt text vary``: vectors made of those of another encoder."""

    encoder: str = Field(description="Name of the encoder.")
    of: str = Field(description="Name of the encoder whose vectors are used.")


class _Job(_Random):
    optional: ClassVar[frozenset[str]] = _Entry.optional | {"encoder", "max_tokens"}

    encoder: str = Field(default="", description="Name of the encoder.")


def _form(entry: Any) -> str:
    return "Variant" if isinstance(entry, Variant) or (isinstance(entry, dict) and "of" in entry) else "kind of encoder"


if TYPE_CHECKING:
    Encoder = HuggingFace | Folder | LatentSemantics | Zeros | Noise | Variant
    _AnyJob: TypeAdapter[Any]
else:
    _READERS = (HuggingFace, Folder, LatentSemantics, Zeros, Noise)
    _Reader = Annotated[reduce(or_, _READERS), Field(discriminator="kind")]
    _Jobs = [create_model(f"{reader.__name__}Job", __base__=(_Job, reader)) for reader in _READERS]
    _AnyJob: TypeAdapter[Any] = TypeAdapter(Annotated[reduce(or_, _Jobs), Field(discriminator="kind")])
    #: An entry of ``encoders``: one that reads texts has a kind, a variant names its base with ``of``.
    Encoder = Annotated[
        Annotated[Variant, Tag("Variant")] | Annotated[_Reader, Tag("kind of encoder")], Discriminator(_form)
    ]


def encoder_job(values: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Check the settings of ``clmt text encode``: a reader's, with its name and what is done to its vectors."""
    checked: dict[str, Any] = check(_AnyJob, dict(values), place).model_dump(mode="json", exclude_unset=True)
    return checked
