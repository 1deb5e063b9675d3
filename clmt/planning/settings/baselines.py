"""Settings of the baselines; see the class of each in `clmt.models.baselines` for what it does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from clmt.planning.settings.base import (
    Batch,
    Count,
    Decay,
    Penalty,
    Rate,
    Settings,
    Several,
    SeveralUnique,
    Share,
    Weight,
    Width,
)

__all__ = [
    "ConditionalNormalSettings",
    "DrugGPNoTextSettings",
    "DrugGPSettings",
    "DrugRidgeSettings",
    "ElasticNetSettings",
    "GradientBoostingSettings",
    "MLPSettings",
    "MatrixFactorisationSettings",
    "MeanEffectsSettings",
    "OmicsGPSettings",
    "RandomForestSettings",
    "RefittedSettings",
    "ResidualNormalSettings",
    "TanimotoRidgeSettings",
    "TissueDrugMeanSettings",
]

Alphas = Several[Penalty]
Components = Annotated[int, Field(ge=0, le=10_000)]
PseudoRows = Annotated[float, Field(ge=1, le=1e6)]
Rank = Annotated[int, Field(ge=1, le=1000)]
Size = Annotated[int, Field(ge=1, le=10_000)]


class MeanEffectsSettings(Settings):
    """Overall mean, and one effect of each cell line and drug."""

    shrinkage: Weight = Field(default=1.0, description="Penalty on each squared mean effect, in pairs.")


class TissueDrugMeanSettings(Settings):
    """Drug mean within the cell line's tissue."""

    shrinkage: Weight = Field(
        default=3.0,
        description="Weight of the drug mean, in pairs: at 3, a tissue with three cell lines counts as much.",
    )


class RefittedSettings(MeanEffectsSettings):
    """Of a model that may be fitted once more after all choices."""

    refit: bool = Field(
        default=False,
        description="Whether, after all choices, test pairs are predicted by a fit to training and validation pairs.",
    )


class MatrixFactorisationSettings(MeanEffectsSettings):
    """Mean effects plus a low-rank term."""

    rank: int = Field(default=48, ge=1, le=1000, description="Length of the factors.")
    regularisation: Penalty = Field(
        default=12.0,
        description="Penalty on each factor's squared length, in pairs times squared ln uM over squared factor units.",
    )
    sweeps: int = Field(
        default=15, ge=1, le=10_000, description="Sweeps (all drugs, then all cell lines) of each start."
    )
    fits: int = Field(default=5, ge=1, le=1000, description="Random starts, averaged.")


class ConditionalNormalSettings(RefittedSettings):
    """One multivariate normal over the responses of a cell line; drugs never measured fall back to the mean effects."""

    ranks: Several[Rank] = Field(
        default=(20, 5),
        description="Common factors of the covariance's prior; the best on the validation pairs is used.",
    )
    pseudo_rows: Several[PseudoRows] = Field(
        default=(400.0, 100.0),
        description="Weights of the prior, in cell lines; the best on the validation pairs is used.",
    )
    sweeps: int = Field(default=50, ge=1, le=1000, description="Sweeps of EM at most.")


class DrugRidgeSettings(MeanEffectsSettings):
    """For each drug a ridge regression on expression; unseen drugs fall back to the mean effects."""

    alphas: Alphas = Field(
        default=(10.0, 100.0, 1000.0, 10000.0),
        description="Penalties to choose from, for genes of standard deviation 1.",
    )
    choose: Literal["overall", "drug"] = Field(
        default="overall",
        description="One alpha for all drugs by their common validation RMSE, or one for each drug.",
    )


class TanimotoRidgeSettings(MeanEffectsSettings):
    """For each cell line a kernel ridge regression on the drugs' fingerprints."""

    alphas: Alphas = Field(
        default=(0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
        description="Penalties to choose from, beside a kernel whose diagonal is 1.",
    )


class OmicsGPSettings(RefittedSettings):
    """Gaussian processes from omics to components of the response profiles, parted in two ways and averaged."""

    blocks: Several[Size] = Field(
        default=(1, 3, 8, 28),
        description="Sizes of successive blocks of principal components, with weights of the kernels of their own.",
    )
    components: Size = Field(default=60, description="Principal components that share weights in the second way.")


class ResidualNormalSettings(ConditionalNormalSettings, OmicsGPSettings):
    """Multivariate normals over what Gaussian processes from omics leave of the responses of a cell line."""

    ranks: Several[Rank] = Field(default=(20,), description="As of conditional_normal.")
    pseudo_rows: Several[PseudoRows] = Field(default=(400.0,), description="As of conditional_normal.")
    refit: bool = Field(default=True, description="As of conditional_normal.")
    blocks: Several[Size] = Field(
        default=(60,),
        description="As of omics_gp; equal to the components alone, it is fitted once.",
    )
    parts: int = Field(
        default=5, ge=2, le=100, description="Parts of the cell lines; each is left out of its own processes."
    )


class _DrugProcessSettings(RefittedSettings):
    blocks: Several[Size] = Field(
        default=(1, 3, 11),
        description="Sizes of successive blocks of the pattern's principal components, with weights of their own.",
    )


class ElasticNetSettings(MeanEffectsSettings):
    """Elastic net on expression and folded fingerprints; unseen drugs of single fits get the mean effects."""

    scope: Literal["all", "drug"] = Field(default="all", description="One fit for all pairs, or one for each drug.")
    l1_shares: Several[Annotated[float, Field(ge=0.01, le=1)]] = Field(
        default=(0.1, 0.5, 1.0), description="Shares of L1 in the penalty, to choose from."
    )
    alphas: Alphas = Field(
        default=(0.003, 0.01, 0.03, 0.1, 0.3, 1.0), description="Penalties to choose from, with each share of L1."
    )


class RandomForestSettings(MeanEffectsSettings):
    """Random forest on expression and folded fingerprints; unseen drugs of single ones get the mean effects."""

    scope: Literal["all", "drug"] = Field(default="all", description="One forest for all pairs, or one for each drug.")
    trees: Annotated[int, Field(ge=1, le=10_000)] = Field(default=100, description="Trees of a forest.")
    depths: Several[Annotated[int, Field(ge=1, le=1000)]] = Field(
        default=(10, 30), description="Depths at most; the better one on the validation pairs is used."
    )
    min_pairs: Count = Field(default=5, description="Training pairs in a leaf at least.")
    feature_share: float = Field(default=0.1, gt=0, le=1, description="Share of the features that a split may use.")
    sample_share: float = Field(default=0.5, gt=0, le=1, description="Share of the training pairs that a tree draws.")


class DrugGPSettings(_DrugProcessSettings):
    """Gaussian processes from structure, targets and text to the level and the pattern of a drug's responses."""

    reads: SeveralUnique[Literal["structure", "targets", "text"]] = Field(
        default=("structure", "targets", "text"), description="What is read of a drug."
    )


class DrugGPNoTextSettings(_DrugProcessSettings):
    """The same without text, so that a run depends on none."""

    reads: SeveralUnique[Literal["structure", "targets"]] = Field(
        default=("structure", "targets"), description="What is read of a drug."
    )


class GradientBoostingSettings(Settings):
    """LightGBM on the departures from the mean effects."""

    expression_components: Components = Field(default=50, description="Principal components of expression.")
    alteration_components: Components = Field(
        default=10, description="Principal components of mutations, and as many of copy number."
    )
    fingerprint_components: Components = Field(default=30, description="Principal components of fingerprints.")
    leaves: Several[Annotated[int, Field(ge=2, le=131_072)]] = Field(
        default=(63, 255), description="Numbers of leaves of a tree; the better one on the validation pairs is used."
    )
    learning_rate: Rate = Field(default=0.05, description="Shrinkage of each tree.")
    trees: Count = Field(default=3000, description="Trees at most.")
    patience: Count = Field(default=30, description="Trees without improvement before stopping.")
    min_pairs: int = Field(default=40, ge=0, le=100_000, description="Training pairs in a leaf at least.")
    feature_share: float = Field(default=0.3, gt=0, le=1, description="Share of the features that each tree may use.")
    encoding_parts: int = Field(
        default=5, ge=2, le=100, description="Parts of the out-of-fold encoding of the mean effects."
    )


class MLPSettings(Settings):
    """Early-fusion multilayer perceptron, trained with AdamW on squared error."""

    hidden: Several[Width] = Field(default=(512, 128), max_length=20, description="Widths of the hidden layers.")
    dropout: Share = Field(default=0.4, description="Probability after each hidden layer.")
    interaction: Literal["none", "bilinear"] = Field(
        default="none", description="Whether the product of learnt factors of cell line and drug is added."
    )
    factors: Width = Field(default=64, description="Length of the factors of a bilinear interaction.")
    fingerprint: Literal["morgan2", "morgan3"] = Field(default="morgan2", description="Fingerprint, by its radius.")
    batch: Batch = Field(default=4096, description="Pairs in a step.")
    epochs: Count = Field(default=60, description="Epochs at most.")
    patience: Count = Field(default=20, description="Epochs without a better validation RMSE before stopping.")
    learning_rate: Rate = Field(
        default=0.004, description="Peak; it rises for the first tenth of the steps and falls along a cosine."
    )
    weight_decay: Decay = Field(default=0.01, description="AdamW's decay of the weights.")
