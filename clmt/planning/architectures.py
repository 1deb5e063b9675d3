"""Architectures by name. A new model is one class and one line here."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any, NamedTuple

from clmt.planning.settings import baselines, published
from clmt.planning.settings.base import NoSettings, Settings
from clmt.planning.settings.clmt import CLMTSettings
from clmt.planning.settings.predictions import PredictionsSettings
from clmt.planning.settings.weighted_mean import WeightedMeanSettings

__all__ = ["ARCHITECTURES", "Architecture"]


class Architecture(NamedTuple):
    """What planning knows of an architecture.

    Attributes
    ----------
    path
        ``module:class`` of the model; it is imported by the run alone, so that planning imports no torch.
    settings
        Class of its settings, or its ``module:class`` where that module imports nothing heavy.
    gpu
        Whether it trains step by step and so can use a GPU.
    text
        Whether it reads text vectors; a run of another one does not depend on the texts.
    baseline
        Whether the tables count it among the baselines, of which the best one is the reference of differences.
    members
        Whether it reads what the models that its setting ``members`` names predict of the held-out pairs.
    peak_mb
        MB that a training took at most on the mixed folds of GDSC, on the CPU; of one that was not measured, more than
        any that was.
    given
        Whether its setting ``file`` names predictions that somebody else made, a file for each fold.
    """

    path: str
    settings: type[Settings] | str = NoSettings
    gpu: bool = False
    text: bool = False
    baseline: bool = True
    members: bool = False
    given: bool = False
    peak_mb: int = 4000

    @property
    def settings_class(self) -> type[Settings]:
        """Class of the settings."""
        found: type[Settings] = resolve_name(self.settings) if isinstance(self.settings, str) else self.settings
        return found

    @property
    def model_class(self) -> Any:
        """Class of the model."""
        return resolve_name(self.path)


_B = "clmt.models.baselines"
_P = "clmt.models.published"

ARCHITECTURES = {
    "global_mean": Architecture(f"{_B}.means:GlobalMean", peak_mb=251),
    "drug_mean": Architecture(f"{_B}.means:DrugMean", peak_mb=251),
    "cell_mean": Architecture(f"{_B}.means:CellMean", peak_mb=252),
    "tissue_drug_mean": Architecture(f"{_B}.means:TissueDrugMean", baselines.TissueDrugMeanSettings, peak_mb=252),
    "mean_effects": Architecture(f"{_B}.means:MeanEffects", baselines.MeanEffectsSettings, peak_mb=267),
    "tissue_mean_effects": Architecture(f"{_B}.means:TissueMeanEffects", baselines.MeanEffectsSettings, peak_mb=257),
    "matrix_factorisation": Architecture(
        f"{_B}.factorisation:MatrixFactorisation", baselines.MatrixFactorisationSettings, peak_mb=306
    ),
    "conditional_normal": Architecture(
        f"{_B}.conditional_normal:ConditionalNormal", baselines.ConditionalNormalSettings, peak_mb=314
    ),
    "residual_normal": Architecture(f"{_B}.residual_normal:ResidualNormal", baselines.ResidualNormalSettings),
    "drug_ridge": Architecture(f"{_B}.ridge:DrugRidge", baselines.DrugRidgeSettings, peak_mb=418),
    "tanimoto_ridge": Architecture(f"{_B}.ridge:TanimotoRidge", baselines.TanimotoRidgeSettings, peak_mb=275),
    "omics_gp": Architecture(f"{_B}.omics_gp:OmicsGP", baselines.OmicsGPSettings),
    "drug_gp": Architecture(f"{_B}.drug_gp:DrugGP", baselines.DrugGPSettings, text=True),
    "drug_gp_no_text": Architecture(f"{_B}.drug_gp:DrugGP", baselines.DrugGPNoTextSettings),
    "gradient_boosting": Architecture(
        f"{_B}.boosting:GradientBoosting", baselines.GradientBoostingSettings, peak_mb=615
    ),
    "elastic_net": Architecture(f"{_B}.elastic_net:ElasticNet", baselines.ElasticNetSettings),
    "random_forest": Architecture(f"{_B}.random_forest:RandomForest", baselines.RandomForestSettings),
    "mlp": Architecture(f"{_B}.mlp:EarlyFusionMLP", baselines.MLPSettings, gpu=True, peak_mb=518),
    "clmt": Architecture(
        "clmt.models.clmt.model:CLMT", CLMTSettings, gpu=True, text=True, baseline=False, peak_mb=1160
    ),
    "graphdrp": Architecture(f"{_P}.graphdrp:GraphDRP", published.GraphDRPSettings, gpu=True, baseline=False),
    "deepcdr": Architecture(f"{_P}.deepcdr:DeepCDR", published.DeepCDRSettings, gpu=True, baseline=False),
    "deeptta": Architecture(f"{_P}.deeptta:DeepTTA", published.DeepTTASettings, gpu=True, baseline=False),
    "weighted_mean": Architecture(
        "clmt.models.weighted_mean:WeightedMean", WeightedMeanSettings, baseline=False, members=True
    ),
    "predictions": Architecture(
        "clmt.models.predictions:GivenPredictions", PredictionsSettings, baseline=False, given=True
    ),
}
