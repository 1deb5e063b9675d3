"""Settings of predictions that somebody else made; see `clmt.models.predictions`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clmt.planning.settings.base import Settings

__all__ = ["PredictionsSettings"]

_MARK = r"[^{}\x00-\x1f\x7f]"
#: A path with the word {fold} once, in which no option begins and no other wildcard stands.
FoldPlace = Annotated[
    str,
    Field(max_length=1000, pattern=rf"^([^-{{}}\x00-\x1f\x7f]{_MARK}*)?\{{fold\}}{_MARK}*$", examples=["{fold}.csv"]),
]


class PredictionsSettings(Settings):
    """Predictions from a file, of whatever model, scored like those of any other here."""

    file: FoldPlace = Field(
        description=(
            "A Parquet, csv or tsv file for each fold, with {fold} for its number, such as theirs/fold{fold}.csv: "
            "columns cell_line_id, drug_id and predicted (the dataset's target: ln IC50 in uM, or the AUC), every test "
            "pair of the fold once."
        )
    )
