"""Settings of the published models; see the class of each in `clmt.models.published` for what it does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from clmt.planning.settings.base import Batch, Count, Decay, Rate, Settings, Share

__all__ = ["DeepCDRSettings", "DeepTTASettings", "GraphDRPSettings", "PublishedSettings"]


class PublishedSettings(Settings):
    """Budget of every published model: as many updates as CLMT has, the same for all."""

    cells_per_step: Batch = Field(default=64, description="Cell lines of a step at most.")
    drugs_per_step: Batch = Field(
        default=96, description="Drugs of a step at most; it takes their pairs with its cell lines."
    )
    epochs: Count = Field(default=110, description="Epochs at most.")
    patience: Count = Field(default=15, description="Epochs without a better validation RMSE before stopping.")
    learning_rate: Rate = Field(
        default=0.002, description="Peak; it rises for the first tenth of the steps and falls along a cosine."
    )
    weight_decay: Decay = Field(default=0.01, description="AdamW's decay of the weights.")


class GraphDRPSettings(PublishedSettings):
    """GraphDRP: graph convolutions on the molecule, 1-D convolutions on mutations and copy number."""

    convolution: Literal["gin", "gat"] = Field(default="gin", description="Graph convolution on the molecule.")
    dropout: Share = Field(default=0.5, description="Probability after each layer on top.")


class DeepCDRSettings(PublishedSettings):
    """DeepCDR: graph convolutions on the molecule, a branch for each layer of omics."""

    dropout: Share = Field(default=0.1, description="Probability in the encoders and after each layer on top.")


class DeepTTASettings(PublishedSettings):
    """DeepTTA: a transformer on the substructures of the drug, a perceptron on expression."""

    # The drugs are what costs time here: a step as large as the others' has fewer of them, and more cell lines.
    cells_per_step: Batch = Field(default=256, description="Cell lines of a step at most.")
    drugs_per_step: Batch = Field(
        default=24, description="Drugs of a step at most; it takes their pairs with its cell lines."
    )
    layers: int = Field(default=8, ge=1, le=100, description="Layers of the transformer.")
    frequent: Count = Field(default=5, description="Training drugs that a substructure is in at least.")
    dropout: Share = Field(default=0.1, description="Probability in the transformer and after each layer on top.")
