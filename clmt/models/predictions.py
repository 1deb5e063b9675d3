"""Predictions that somebody else made, in the place of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.errors import ClmtError
from clmt.models.base import Model

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData

__all__ = ["GivenPredictions"]


class GivenPredictions(Model):
    """Predictions from a file, see `clmt.graph.given`.

    Nothing is fitted. "Training" checks the file against the fold, which holds no test response, and freezes the
    predictions of its held-out pairs in the checkpoint; they are scored from there, so that a file that changes after
    its scores are known is a new training. What its author knew of the test pairs nobody can tell from the file.
    """

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Take the predictions of the held-out pairs; there is no learning curve."""
        if fold.given is None:
            raise ClmtError("the run scores predictions from a file, and none is given! Name it with --given")
        graph, given = fold.graph, fold.given
        names = ((graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in given.pairs)
        self.predicted = dict(zip(names, given.predicted.tolist(), strict=True))
        self.facts = {"source": given.source, "sha256": given.sha256}
        return []

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Look up ``pairs``, int64 (n, 2), of the validation or test part; returns float64 (n,)."""
        graph = fold.graph
        names = [(graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in pairs]
        missing = [name for name in names if name not in self.predicted]
        if missing:
            cell, drug = missing[0]
            raise ClmtError(
                f"{self.facts['source']}: no prediction of cell line {cell!r} and drug {drug!r} ({len(missing)} of "
                f"{len(names)} pairs are missing)! A mean of models needs those of validation pairs, too. Add them"
            )
        return np.array([self.predicted[name] for name in names], dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Pairs, their predictions, and which file they are from."""
        return {
            "cell_line_ids": [cell for cell, _ in self.predicted],
            "drug_ids": [drug for _, drug in self.predicted],
            "predicted": torch.tensor(list(self.predicted.values()), dtype=torch.float64),
            **self.facts,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        names = zip(state["cell_line_ids"], state["drug_ids"], strict=True)
        self.predicted = dict(zip(names, state["predicted"].tolist(), strict=True))
        self.facts = {key: state[key] for key in ("source", "sha256")}
