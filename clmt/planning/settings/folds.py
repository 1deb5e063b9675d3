"""Settings of a split of the responses into folds: dealt here, given in a file, or those of two studies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from clmt.planning.settings.base import Block, Place, Settings
from clmt.planning.settings.dealt_folds import MOST_FOLDS, FoldSettings, OfProtocol, Owner, Split

__all__ = [
    "AnyFoldSettings",
    "CrossFoldSettings",
    "FileFoldSettings",
    "FoldSettings",
    "Split",
    "SplitFile",
    "SplitForm",
    "SplitStudies",
    "fold_settings",
]


class _File(OfProtocol):
    file: Place = Field(
        description=(
            "Parquet, csv or tsv file with the columns cell_line_id, drug_id, fold (from 0) and role (train, "
            "validation, test or unused): every response once in each fold. A path without braces."
        )
    )
    folds: int = Field(ge=1, le=MOST_FOLDS, description="Number of folds in the file.")


class FileFoldSettings(_File, Owner):
    """Settings of ``clmt folds`` for a split whose roles stand in a file."""


class SplitFile(_File, Block):
    """An entry of ``splits`` whose roles stand in a file; one that says it is blind is refused where it is not."""


class _Cross(Settings):
    protocol: Literal["cross_study"] = Field(
        description="cross_study: one study of a dataset of layout studies trains, the other is tested."
    )
    overlap: Literal["drop", "keep", "only"] = Field(
        description=(
            "Pairs of the test study (a donor's cell lines and a skeleton) that the training study measured, too: drop "
            "leaves them out, keep tests them with the others, only tests them alone."
        )
    )
    validation: float = Field(
        ge=0.001, le=0.9, description="Share of the training study that is held back to choose and to stop."
    )
    folds: int = Field(ge=1, le=1, description="1: there is one way to part two studies.")


class CrossFoldSettings(_Cross, Owner):
    """Settings of ``clmt folds`` for two studies."""

    train: str = Field(description="Study that trains; all other pairs are the test study's.")


class SplitStudies(_Cross, Block):
    """An entry of ``splits`` for a dataset that joins two studies."""


AnyFoldSettings: TypeAlias = FoldSettings | FileFoldSettings | CrossFoldSettings


def fold_settings(values: Mapping[str, Any]) -> type[AnyFoldSettings]:
    """Class of the settings of a split: ``file`` has one whose roles stand there, ``overlap`` one of two studies."""
    return FileFoldSettings if "file" in values else CrossFoldSettings if "overlap" in values else FoldSettings


def _form(entry: Any) -> str:
    if isinstance(entry, Settings):
        return type(entry).__name__
    keys = entry if isinstance(entry, dict) else {}
    return "SplitFile" if "file" in keys else "SplitStudies" if "overlap" in keys else "Split"


if TYPE_CHECKING:
    SplitForm = Split | SplitFile | SplitStudies
else:
    #: An entry of ``splits``, one of three forms.
    SplitForm = Annotated[
        Annotated[SplitFile, Tag("SplitFile")]
        | Annotated[SplitStudies, Tag("SplitStudies")]
        | Annotated[Split, Tag("Split")],
        Discriminator(_form),
    ]
