"""Settings of a dataset and of its tables."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clmt.planning.layouts import LAYOUTS
from clmt.planning.settings.base import Block, Label, OneOf, Settings, Unique

__all__ = ["Dataset", "TableSettings"]

Archive = str | dict[str, str]
Layout = Annotated[str, OneOf(LAYOUTS)]


class _Source(Settings):
    """What decides the tables of a dataset, besides the files."""

    layout: Layout = Field(description="Published layout of the archive, which decides the reader.")
    exclude_drugs: Unique[Annotated[str, Field(min_length=1)]] = Field(
        default=(), description="Names of drugs to leave out, as the source writes them."
    )
    cell_lines: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Keep only this many cell lines, chosen by a hash of their ids so that tissues are mixed.",
    )
    drugs: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Keep only this many drugs, chosen by a hash of their names, for a small real run.",
    )
    simulated: bool = Field(
        default=False, description="Whether the responses are simulated; every table and figure then says so."
    )


class TableSettings(_Source):
    """Settings of ``clmt tables``; ``dataset`` and ``archive`` only tell a dataset from another."""

    dataset: str = Field(default="", description="Name of the dataset.")
    archive: Archive = Field(default="", description="Entry or entries of the registry that hold the dataset.")


class Dataset(_Source, Block):
    """An entry of ``datasets``."""

    label: Label = Field(
        description=(
            "How the report calls the dataset: a line without marks of reStructuredText (backquote, asterisk, bar, "
            "angle bracket, backslash, underscore at the end of a word)."
        )
    )
    archive: Archive = Field(
        description=(
            "Entry of config/sources.yaml that holds the dataset; for a layout of several files an entry for each part."
        )
    )
    text_encoder: str | None = Field(
        default=None, description="Text encoder of this dataset, an entry of encoders, in place of text.encoder."
    )
