"""What the published models have in common as a `Model`: scales, training, prediction and checkpoint."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from clmt.models.base import Model
from clmt.models.precision import training_precision
from clmt.models.published.network import PairNetwork, join_drugs
from clmt.models.published.training import TrainingData, copy_weights, train_network
from clmt.models.randomness import torch_seed

if TYPE_CHECKING:
    from torch_geometric.data import Data

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.published import PublishedSettings

__all__ = ["PublishedModel"]

BLOCK = 64  # cell lines predicted at a time


class PublishedModel(Model):
    """A model of another paper, trained by `clmt.models.published.training` like all of them.

    What is the same for all, whatever their papers did: the fold, its omics and structures, standardised ln IC50 with a
    squared error, AdamW with one schedule, the budget, and that the validation pairs choose the epoch. The figures of
    the papers are of other pairs, splits and scales, and are not comparable.
    """

    settings: PublishedSettings

    @abstractmethod
    def cell_features(self, fold: FoldData) -> Tensor:
        """Features of every cell line of the fold, float32 (C, ...)."""

    @abstractmethod
    def drug_graphs(self, fold: FoldData) -> list[Data]:
        """A graph (or a set of nodes) of every drug of the fold."""

    @abstractmethod
    def build(self, shape: dict[str, int]) -> PairNetwork:
        """A new network for the widths that `shape_of` found."""

    def shape_of(self, fold: FoldData) -> dict[str, int]:
        """Widths that the data decide: genes of the three omics, bits of a fingerprint."""
        names = ("expression", "mutation", "copy_number")
        widths = {name: getattr(fold.graph, name).shape[1] for name in names}
        return {**widths, "bits": fold.molecules["morgan2"].shape[1]}

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Train on ``device`` (``cpu`` or ``cuda``); returns one history row an epoch."""
        values = fold.graph.train_ln_ic50.double()
        self.centre, self.spread = float(values.mean()), float(values.std(correction=0)) or 1.0
        self.shape = self.shape_of(fold)
        data = TrainingData(
            cells=self.cell_features(fold).to(device),
            drugs=[drug.to(device) for drug in self.drug_graphs(fold)],
            pairs=fold.graph.train_pairs.to(device),
            values=((values - self.centre) / self.spread).float().to(device),
            spread=self.spread,
        )
        with torch_seed(seed, device), training_precision():
            self.network = self.build(self.shape).to(device)
            draws = torch.Generator().manual_seed(seed)
            validate = self._validation(fold, data)
            best, history = train_network(self.network, data, validate, self.settings, self.saver, draws)
        self.network.load_state_dict(best.weights(type(self).__name__))
        return history

    def _validation(self, fold: FoldData, data: TrainingData) -> Any:
        """What computes the RMSE of the validation pairs in ln uM, NaN without any."""
        pairs = fold.graph.validation_pairs.to(data.pairs.device)
        observed = fold.graph.validation_ln_ic50.double()
        drugs = join_drugs(data.drugs)

        @torch.no_grad()
        def rmse() -> float:
            self.network.eval()
            predicted = self.network(data.cells, drugs, pairs).cpu().double() * self.spread + self.centre
            return float((predicted - observed).square().mean().sqrt())

        return rmse if len(pairs) else lambda: float("nan")

    @torch.no_grad()
    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,).

        Works in float64 and in fixed blocks of cell lines by all drugs, so that a prediction is the same to the last
        bit whichever other pairs are asked for.
        """
        device = next(self.network.parameters()).device
        network = self.network.in_double()
        drugs = join_drugs(self.drug_graphs(fold)).to(device)
        of_cell, of_drug = network.encode(self.cell_features(fold).double().to(device), drugs)
        cells, every_drug = pairs[:, 0], torch.arange(len(of_drug), device=device)
        predicted = np.empty(len(pairs))
        for block in np.unique(cells // BLOCK):
            rows = torch.arange(block * BLOCK, min((block + 1) * BLOCK, len(of_cell)), device=device)
            output = network.join(of_cell, of_drug, torch.cartesian_prod(rows, every_drug)).cpu().numpy()
            table = output.reshape(len(rows), len(of_drug)) * self.spread + self.centre
            inside = cells // BLOCK == block
            predicted[inside] = table[cells[inside] - block * BLOCK, pairs[inside, 1]]
        return predicted

    def state(self) -> dict[str, Any]:
        """Shape and weights of the network, and the scale of the responses."""
        return {
            "shape": self.shape,
            "network": copy_weights(self.network),
            "centre": self.centre,
            "spread": self.spread,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned, on the CPU."""
        self.shape, self.centre, self.spread = state["shape"], state["centre"], state["spread"]
        self.network = self.build(self.shape)
        self.network.load_state_dict(state["network"])
