"""Architectures by name. A new model is one class and one line here."""

from __future__ import annotations

__all__ = ["ARCHITECTURES"]

# Names are resolved on demand, so that planning a workflow imports neither torch nor scikit-learn.
ARCHITECTURES: dict[str, str] = {
    "global_mean": "clmt.models.baselines.means:GlobalMean",
    "drug_mean": "clmt.models.baselines.means:DrugMean",
    "cell_mean": "clmt.models.baselines.means:CellMean",
    "tissue_drug_mean": "clmt.models.baselines.means:TissueDrugMean",
    "mean_effects": "clmt.models.baselines.means:MeanEffects",
    "matrix_factorisation": "clmt.models.baselines.factorisation:MatrixFactorisation",
    "drug_ridge": "clmt.models.baselines.ridge:DrugRidge",
    "tanimoto_ridge": "clmt.models.baselines.ridge:TanimotoRidge",
    "gradient_boosting": "clmt.models.baselines.boosting:GradientBoosting",
    "mlp": "clmt.models.baselines.mlp:EarlyFusionMLP",
    "clmt": "clmt.models.clmt.model:CLMT",
}
