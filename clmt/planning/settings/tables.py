"""Settings of a dataset and of its tables."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from clmt.planning.layouts import CHOICES, is_own
from clmt.planning.settings.base import Block, Label, OneOf, Settings, Unique, faulty

__all__ = ["UNITS", "Dataset", "TableSettings", "Unit"]

Unit = Literal["ln_um", "log10_um", "um", "nm", "pic50", "auc"]
#: Units of a response, and what the words stand for.
UNITS: dict[Unit, str] = {
    "ln_um": "natural logarithm of the IC50 in uM",
    "log10_um": "common logarithm of the IC50 in uM",
    "um": "IC50 in uM",
    "nm": "IC50 in nM",
    "pic50": "negative common logarithm of the IC50 in M",
    "auc": "area under the curve as a share of the whole, itself the target",
}

Archive = str | dict[str, str]
Layout = Annotated[str, OneOf(CHOICES)]


class _Source(Settings):
    """What decides the tables of a dataset, besides the files."""

    layout: Layout = Field(description="Layout of the archive, which decides the reader.")
    unit: Unit | None = Field(
        default=None,
        description=(
            "Unit of the responses of layout tables, which needs it: ln_um, log10_um, um, nm (the IC50, or its "
            "logarithm), pic50, or auc, which makes the area under the curve the target."
        ),
    )
    value: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Column of the responses of layout tables; value where it says nothing.",
    )
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

    @model_validator(mode="after")
    def _check_unit(self) -> Self:
        if is_own(self.layout) and self.unit is None:
            listed = ", ".join(f"{unit} ({words})" for unit, words in UNITS.items())
            raise faulty("unit", f"is missing! got: no unit of the responses, expected one of: {listed}")
        for key in ("unit", "value"):
            if not is_own(self.layout) and (got := getattr(self, key)) is not None:
                raise faulty(key, f"is for layout tables alone! got: {got!r} for layout {self.layout}")
        return self


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
            "Entry of config/sources.yaml that holds the dataset; for a layout of several files an entry for each "
            "part. For layout tables a folder of your own, or the path of each part."
        )
    )
    text_encoder: str | None = Field(
        default=None, description="Text encoder of this dataset, an entry of encoders, in place of text.encoder."
    )
