"""Means of the training responses: what a predictor reaches without looking at a gene or a molecule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from clmt.models import effects
from clmt.models.base import Model
from clmt.planning.settings.base import NoSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import MeanEffectsSettings, TissueDrugMeanSettings

__all__ = [
    "CellMean",
    "DrugMean",
    "GlobalMean",
    "MeanEffects",
    "TissueDrugMean",
    "TissueMeanEffects",
    "fit_fold_effects",
    "training_arrays",
]


def training_arrays(
    fold: FoldData, role: str = "train"
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Cell line rows, drug rows and ln IC50 (uM) of the pairs of ``role`` (``train`` or ``validation``), each (n,)."""
    pairs, values = (part.numpy() for part in fold.graph.responses(role))
    return pairs[:, 0], pairs[:, 1], values.astype(np.float64)


def fit_fold_effects(fold: FoldData, shrinkage: float = 1.0) -> effects.MeanEffects:
    """Mean effects of the fold's training pairs; see `clmt.models.effects.fit_mean_effects`."""
    cells, drugs, values = training_arrays(fold)
    n_cells, n_drugs = fold.graph.n_cells, fold.graph.n_drugs
    return effects.fit_mean_effects(cells, drugs, values, n_cells, n_drugs, shrinkage)


class MeanEffects(Model):
    """Overall mean, plus one effect of each cell line and of each drug.

    An unseen drug or cell line has effect 0, so the other one decides; the simpler means below are the same prediction
    with some of the effects left out.
    """

    settings: MeanEffectsSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit in closed form; there is no learning curve."""
        self.effects = self._fit_effects(fold)
        return []

    def _fit_effects(self, fold: FoldData) -> effects.MeanEffects:
        return fit_fold_effects(fold, self.settings.shrinkage)

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        return self.effects.predict(pairs[:, 0], pairs[:, 1])

    def state(self) -> dict[str, Any]:
        """Mean and effects as float64 tensors."""
        return {
            "mu": self.effects.mu,
            "cell_effect": torch.from_numpy(self.effects.cell_effect.copy()),
            "drug_effect": torch.from_numpy(self.effects.drug_effect.copy()),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.effects = effects.MeanEffects(state["mu"], state["cell_effect"].numpy(), state["drug_effect"].numpy())


class TissueMeanEffects(MeanEffects):
    """Mean effects in which a cell line's effect is that of its tissue plus its own, fitted together with the drugs'.

    An unseen cell line gets the effect of its tissue. The tissue is an annotation and no response; the auxiliary labels
    of training are not used.
    """

    def _fit_effects(self, fold: FoldData) -> effects.MeanEffects:
        cells, drugs, values = training_arrays(fold)
        shape = fold.graph.n_cells, fold.graph.n_drugs
        tissue = fold.graph.cell_tissue.numpy()
        return effects.fit_mean_effects(cells, drugs, values, *shape, self.settings.shrinkage, tissue=tissue)


class _PlainMean(MeanEffects):
    """A mean over some grouping of the training pairs, held as mean effects whose other effects are 0."""

    by_cell: ClassVar[bool] = False
    by_drug: ClassVar[bool] = False

    def _fit_effects(self, fold: FoldData) -> effects.MeanEffects:
        cells, drugs, values = training_arrays(fold)
        mu = float(values.mean())
        cell_effect = np.zeros(fold.graph.n_cells)
        drug_effect = np.zeros(fold.graph.n_drugs)
        if self.by_cell:
            cell_effect, _ = effects.group_means(cells, values - mu, len(cell_effect))
        if self.by_drug:
            drug_effect, _ = effects.group_means(drugs, values - mu, len(drug_effect))
        return effects.MeanEffects(mu, cell_effect, drug_effect)


class GlobalMean(_PlainMean):
    """One number: the mean of all training responses."""


class DrugMean(_PlainMean):
    """Mean response of the drug over its training cell lines; the overall mean for an unseen drug."""

    by_drug: ClassVar[bool] = True


class CellMean(_PlainMean):
    """Mean response of the cell line over its training drugs; the overall mean for an unseen cell line."""

    by_cell: ClassVar[bool] = True


class TissueDrugMean(Model):
    """Drug mean within the cell line's tissue, shrunk towards the drug mean.

    A cell line gets the drug mean where its tissue is not annotated or no training cell line has it. The tissue of an
    unseen cell line is an annotation and no response; the auxiliary labels of training are not used.
    """

    settings: TissueDrugMeanSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit in closed form; there is no learning curve."""
        self.drug_mean = DrugMean(NoSettings())
        self.drug_mean.fit(fold, seed=seed, device=device)
        cells, drugs, values = training_arrays(fold)
        residuals = values - self.drug_mean.effects.predict(cells, drugs)
        n_tissues, n_drugs = len(fold.graph.tissues), fold.graph.n_drugs
        tissue = fold.graph.cell_tissue.numpy()[cells]
        known = tissue >= 0
        groups = tissue[known] * n_drugs + drugs[known]
        means, _ = effects.group_means(groups, residuals[known], n_tissues * n_drugs, self.settings.shrinkage)
        # One row of zeros at the end, which index -1 (tissue unknown) reaches.
        self.tissue_effect = np.vstack([means.reshape(n_tissues, n_drugs), np.zeros((1, n_drugs))])
        return []

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        tissue = fold.graph.cell_tissue.numpy()[pairs[:, 0]]
        return self.drug_mean.predict(fold, pairs) + self.tissue_effect[tissue, pairs[:, 1]]

    def state(self) -> dict[str, Any]:
        """Drug means, and the departure of each tissue from them (tissues + 1, D)."""
        return {"drug_mean": self.drug_mean.state(), "tissue_effect": torch.from_numpy(self.tissue_effect.copy())}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.drug_mean = DrugMean(NoSettings())
        self.drug_mean.load_state(state["drug_mean"])
        self.tissue_effect = state["tissue_effect"].numpy()
