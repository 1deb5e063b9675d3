"""Architectures by name. A new model is one class and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clmt.errors import expected_one_of

if TYPE_CHECKING:
    from clmt.models.base import Model

__all__ = ["ARCHITECTURES", "create_model"]

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
    "clmt": "clmt.models.clmt:CLMT",
}


def create_model(arch: str, settings: dict[str, Any]) -> Model:
    """Make an unfitted model of an architecture; raises `ClmtError` for an unknown name or setting."""
    if arch not in ARCHITECTURES:
        raise expected_one_of("unknown architecture", arch, ARCHITECTURES)
    module, name = ARCHITECTURES[arch].split(":")
    model: Model = getattr(import_module(module), name)(settings)
    return model
