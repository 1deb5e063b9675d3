"""Settings of the texts and of what reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from clmt.planning.settings.base import Block, OneOf, Settings, Unique
from clmt.planning.text_sources import SOURCE_CHOICES

__all__ = ["Text", "TextSettings"]

Source = Annotated[str, OneOf(SOURCE_CHOICES)]


class TextSettings(Settings):
    """Settings of ``clmt text build``."""

    sources: Unique[Source] = Field(
        default=("reactome", "repurposing_hub", "gdsc_compounds"),
        description="Sources of text to use; what several say alike stands once in the text, as the first one's.",
    )
    synonyms: Unique[Source] = Field(
        default=("gdsc_compounds",),
        description=(
            "Lists of compounds whose synonyms help to recognise a drug, whether their own sentences are used or not."
        ),
    )
    max_altered_genes: int = Field(
        default=30,
        ge=1,
        le=100_000,
        description="Most mutated genes, and most genes of altered copy number, that a cell line's text names.",
    )
    max_pathways: int = Field(
        default=6, ge=0, le=100_000, description="Pathways that a cell line's text describes at most."
    )
    leaks: Literal["drop", "keep"] = Field(
        default="drop",
        description="What to do with a sentence on the response of a cell line of the dataset to one of its drugs.",
    )


class Text(TextSettings, Block):
    """The block ``text``."""

    encoder: str = Field(description="Text encoder, an entry of encoders.")
    skip_characters: int = Field(
        ge=0,
        le=10_000_000,
        description=(
            "Characters to skip at the start of each text; an encoder may have its own. A text that is cut away whole "
            "becomes a neutral sentence, and is counted in the vectors' metadata."
        ),
    )
