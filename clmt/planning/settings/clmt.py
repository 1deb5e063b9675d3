"""Settings of CLMT (METHOD, network and loss)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from clmt.planning.settings.base import Batch, Count, Decay, Rate, Settings, SeveralUnique, Share, Unique, Weight

__all__ = ["CLMTSettings"]

View = Literal["attribute", "structure", "text"]
DrugPart = Literal["geometry", "fingerprint"]
Contrast = Literal["intra", "cross"]
Auxiliary = Literal["tissue", "threshold", "pathway"]
Fault = Literal["live_dropout", "repeated_entities"]


class CLMTSettings(Settings):
    """Multi-modal contrastive learning on molecular and textual data; an ablation leaves an entry of a list out."""

    views: SeveralUnique[View] = Field(
        default=("attribute", "structure", "text"), description="Views of each cell line and drug; at least one."
    )
    drug_attribute: SeveralUnique[DrugPart] = Field(
        default=("geometry", "fingerprint"), description="What encodes a drug's attribute view; at least one."
    )
    contrastive: Unique[Contrast] = Field(
        default=("intra", "cross"), description="Contrastive terms: within a view, and across views."
    )
    contrastive_weight: Weight = Field(
        default=0.005, description="a of the loss; published: 0.005 on GDSC, 0.01 on CCLE."
    )
    temperature: float | None = Field(
        default=None,
        ge=0.01,
        le=100,
        description="Divides the similarities of the contrastive terms; 0.3, as published, where it is left out.",
    )
    contrastive_sample: Batch = Field(
        default=256,
        description="Distinct cell lines and drugs contrasted in an update; a batch of 256 pairs has at most as many.",
    )
    auxiliary: Unique[Auxiliary] = Field(
        default=("tissue", "threshold", "pathway"), description="Auxiliary tasks of training."
    )
    auxiliary_weight: Weight = Field(default=0.5, description="b of the loss.")
    width: int | None = Field(
        default=None,
        ge=4,
        le=4096,
        description=(
            "Width of a view of a cell line or drug, the attribute view twice as wide; 256, as published, where it is "
            "left out."
        ),
    )
    dropout: Share = Field(default=0.3, description="Probability in all heads and encoders.")
    geometry_dropout: Share = Field(default=0.4, description="Probability in the blocks of the molecular geometry.")
    epochs: Count = Field(default=110, description="Epochs at most.")
    patience: Count = Field(default=15, description="Epochs without a better validation RMSE before stopping.")
    batch_size: Batch = Field(default=4096, description="Pairs in an update.")
    updates_per_encoding: Count = Field(
        default=4, description="Updates of everything else for each pass through the molecular encoder."
    )
    learning_rate: Rate = Field(default=3.0e-3, description="Peak of the schedule.")
    warm_up: float = Field(default=0.05, ge=0, le=1, description="Share of the steps that climb to the peak.")
    weight_decay: Decay = Field(default=0.005, description="AdamW's decay of the weights.")
    average: float = Field(default=0.995, ge=0, le=1, description="Decay of the moving average of the weights.")
    faults: Unique[Fault] | None = Field(
        default=None,
        description=(
            "Faults of the published implementation that the model repeats, to measure them; no result of it is sound. "
            "live_dropout: dropout of the drug encoder stays on when it predicts. repeated_entities: what is repeated "
            "among contrastive_sample pairs is a negative of itself."
        ),
    )
