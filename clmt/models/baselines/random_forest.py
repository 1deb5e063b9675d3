"""Random forests: one for all pairs, or one a drug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.ensemble import RandomForestRegressor

from clmt.logs import progress
from clmt.models.base import Model
from clmt.models.baselines.encoding import folded_prints
from clmt.models.baselines.means import MeanEffects, training_arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import RandomForestSettings

__all__ = ["RandomForest"]

BLOCK = 4096  # pairs predicted at a time
NODE = {"left": np.int32, "right": np.int32, "feature": np.int32, "threshold": np.float64, "value": np.float64}
Trees = dict[str, "NDArray[Any]"]


def join_trees(forests: Sequence[RandomForestRegressor]) -> tuple[Trees, NDArray[np.int64]]:
    """Nodes of all trees in one table, and the root of each tree, int64 (forests, trees); a leaf is its own child."""
    tables: dict[str, list[NDArray[Any]]] = {name: [] for name in NODE}
    roots, start = [], 0
    for tree in (fitted.tree_ for forest in forests for fitted in forest.estimators_):
        own = np.arange(tree.node_count)
        for name, child in (("left", tree.children_left), ("right", tree.children_right)):
            tables[name].append(np.where(child < 0, own, child) + start)
        tables["feature"].append(np.maximum(tree.feature, 0))
        tables["threshold"].append(tree.threshold)
        tables["value"].append(tree.value.ravel())
        roots.append(start)
        start += tree.node_count
    joined = {name: np.concatenate(parts).astype(NODE[name]) for name, parts in tables.items()}
    return joined, np.array(roots, dtype=np.int64).reshape(len(forests), -1)


def descend(trees: Trees, nodes: NDArray[np.int64], features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean over the trees whose roots are ``nodes`` (n, trees) of what rows of features (n, p) get; float64 (n,)."""
    row = np.arange(len(features))[:, None]
    while True:
        left = features[row, trees["feature"][nodes]] <= trees["threshold"][nodes]
        below = np.where(left, trees["left"][nodes], trees["right"][nodes])
        if np.array_equal(below, nodes):
            return np.asarray(trees["value"][nodes].mean(axis=1), dtype=np.float64)
        nodes = below


class RandomForest(Model):
    """Trees on scaled expression and, for all drugs together, on a folded fingerprint of 128 bits.

    With ``scope: drug`` each drug has a forest of its own on expression, and an unseen drug gets the mean effects. The
    depth is one for all, the best on the validation pairs.

    Notes
    -----
    Breiman, Random forests (Machine Learning 45, 2001). Features and sizes follow the baselines of DrEval; a tree looks
    at a share of the features in each split and stops at leaves of some pairs, for time and memory.
    """

    settings: RandomForestSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Grow a forest of each depth and keep the best; there is no learning curve."""
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        known = fold.graph.train_drugs.numpy()
        # Which forest is a drug's own, -1 for none.
        single = self.settings.scope == "drug"
        self.forest = np.where(known, known.cumsum() - 1, -1) if single else np.zeros(len(known), dtype=np.int64)
        best = np.inf
        for depth in self.settings.depths:
            grown = join_trees(self._grow(fold, depth, seed))
            error = self._error(fold, *grown)
            if error < best or best == np.inf:
                best, (self.trees, self.roots) = error, grown
        return []

    def _grow(self, fold: FoldData, depth: int, seed: int) -> list[RandomForestRegressor]:
        cells, drugs, values = training_arrays(fold)
        features, own = self._features(fold, cells, drugs), self.forest[drugs]
        settings = self.settings
        return [
            RandomForestRegressor(
                settings.trees,
                max_depth=depth,
                min_samples_leaf=settings.min_pairs,
                max_features=settings.feature_share,
                max_samples=settings.sample_share,
                random_state=seed % 2**31,
                n_jobs=torch.get_num_threads(),
            ).fit(features[own == number], values[own == number])
            for number in progress(np.unique(own), f"forests of depth {depth}")
        ]

    def _features(self, fold: FoldData, cells: NDArray[np.int64], drugs: NDArray[np.int64]) -> NDArray[np.float32]:
        expression = fold.graph.expression.numpy()[cells]
        if self.settings.scope == "drug":
            return expression
        return np.hstack([expression, folded_prints(fold)[drugs].astype(np.float32)])

    def _error(self, fold: FoldData, trees: Trees, roots: NDArray[np.int64]) -> float:
        """Mean squared error of the validation pairs that have a forest; infinite without any."""
        cells, drugs, values = training_arrays(fold, "validation")
        there = self.forest[drugs] >= 0
        if not there.any():
            return np.inf
        found = self._ask(fold, trees, roots, cells[there], drugs[there])
        return float(np.square(found - values[there]).mean())

    def _ask(
        self,
        fold: FoldData,
        trees: Trees,
        roots: NDArray[np.int64],
        cells: NDArray[np.int64],
        drugs: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        found = np.empty(len(cells))
        for start in range(0, len(cells), BLOCK):
            part = slice(start, start + BLOCK)
            features = self._features(fold, cells[part], drugs[part])
            found[part] = descend(trees, roots[self.forest[drugs[part]]], features)
        return found

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        predicted = self.means.predict(fold, pairs)
        there = self.forest[pairs[:, 1]] >= 0
        predicted[there] = self._ask(fold, self.trees, self.roots, *pairs[there].T)
        return predicted

    def state(self) -> dict[str, Any]:
        """Nodes and roots of the trees, the forest of each drug, and the mean effects."""
        arrays = {**self.trees, "roots": self.roots, "forest": self.forest}
        return {"means": self.means.state(), **{name: torch.from_numpy(value.copy()) for name, value in arrays.items()}}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        self.trees = {name: state[name].numpy() for name in NODE}
        self.roots, self.forest = state["roots"].numpy(), state["forest"].numpy()
