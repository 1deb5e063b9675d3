"""CLMT as a `Model`: prepares a fold, trains the network, predicts with the checkpoint."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from clmt.errors import ClmtError
from clmt.models.base import Model
from clmt.models.clmt.inputs import NetworkInputs, prepare_inputs, prepare_labels
from clmt.models.clmt.network import VIEWS, CLMTNetwork, NetworkShape
from clmt.models.clmt.training import TrainingData, train_network
from clmt.models.precision import training_precision
from clmt.models.randomness import torch_seed

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.base import Settings
    from clmt.planning.settings.clmt import CLMTSettings

__all__ = ["CLMT"]


class CLMT(Model):
    """Multi-modal contrastive learning on molecular and textual data (METHOD: network)."""

    settings: CLMTSettings

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.network: CLMTNetwork | None = None
        self._shape: dict[str, int] = {}
        self._device = "cpu"

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Train on the fold's training pairs; the validation pairs choose the epoch."""
        self._device = device
        with torch_seed(seed, device):
            return self._fit(fold, device)

    def _fit(self, fold: FoldData, device: str) -> list[dict[str, Any]]:
        cells, drugs = fold.graph.training_rows()
        inputs = prepare_inputs(fold, cells, drugs).to(device)
        values = fold.graph.train_ln_ic50
        self._create(NetworkShape.of(inputs, fold.graph), float(values.mean()), float(values.std()))
        rows = renumber(fold.graph.train_pairs, fold, cells, drugs)
        data = TrainingData(inputs, prepare_labels(fold, cells, drugs).to(device), rows.to(device), values.to(device))
        everyone = all_inputs(fold).to(device)
        pairs, observed = fold.graph.validation_pairs.to(device), fold.graph.validation_ln_ic50.to(device)

        def validate(network: CLMTNetwork) -> float:
            return validation_rmse(network, everyone, pairs, observed)

        network = self._network().to(device)
        with training_precision():
            state, history = train_network(network, data, validate, self.settings, self.saver)
        network.load_state_dict(state)
        network.eval()
        return history

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM); every entity is encoded from the fold's graph alone, whichever pairs are asked for."""
        network = self._network().to(self._device)
        inputs = all_inputs(fold).to(self._device)
        asked = torch.from_numpy(np.array(pairs, dtype=np.int64)).to(self._device)
        return predict_pairs(network, inputs, asked).cpu().numpy()

    def state(self) -> dict[str, Any]:
        """Shape and weights of the network."""
        weights = {name: tensor.cpu() for name, tensor in self._network().state_dict().items()}
        return {"shape": self._shape, "weights": weights}

    def load_state(self, state: dict[str, Any]) -> None:
        """Rebuild the network of a checkpoint."""
        self._create(NetworkShape(**state["shape"]), 0.0, 1.0)
        self._network().load_state_dict(state["weights"])
        self._network().eval()

    def _create(self, shape: NetworkShape, center: float, scale: float) -> None:
        self._shape = asdict(shape)
        views = tuple(view for view in VIEWS if view in self.settings.views)
        self.network = CLMTNetwork(shape, views, self.settings, center, max(scale, 1e-6))

    def _network(self) -> CLMTNetwork:
        if self.network is None:
            raise ClmtError("CLMT has no weights yet! Fit it or load a checkpoint first")
        return self.network


def all_inputs(fold: FoldData) -> NetworkInputs:
    """Inputs of every cell line and drug of the fold."""
    return prepare_inputs(fold, np.arange(fold.graph.n_cells), np.arange(fold.graph.n_drugs))


def renumber(pairs: Tensor, fold: FoldData, cells: np.ndarray, drugs: np.ndarray) -> Tensor:
    """Turn rows of the graph into rows of a selection of its entities, int64 (n, 2)."""
    places = []
    for chosen, size in ((cells, fold.graph.n_cells), (drugs, fold.graph.n_drugs)):
        place = torch.full((size,), -1, dtype=torch.int64)
        place[torch.from_numpy(chosen)] = torch.arange(len(chosen))
        places.append(place)
    return torch.stack([places[0][pairs[:, 0]], places[1][pairs[:, 1]]], dim=1)


def validation_rmse(network: CLMTNetwork, inputs: NetworkInputs, pairs: Tensor, observed: Tensor) -> float:
    """Root mean squared error of ``pairs``, in ln IC50 (uM): the one quantity that training watches."""
    return math.sqrt(float((predict_pairs(network, inputs, pairs) - observed.double()).square().mean()))


@torch.no_grad()
def predict_pairs(network: CLMTNetwork, inputs: NetworkInputs, pairs: Tensor) -> Tensor:
    """Predict pairs in float64 (n,), so that rounding does not depend on how many are asked for at a time.

    The entities are encoded in float32 from ``inputs`` alone; the pairs only meet in the predictor.
    """
    network.eval()
    cells, drugs = network.encode(inputs, network.encode_molecules(inputs))
    return network.predict_in_double(cells, drugs, pairs)
