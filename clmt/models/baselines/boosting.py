"""Gradient-boosted trees on early-fused features: what a strong tabular learner makes of the same inputs."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.logs import progress
from clmt.models import effects
from clmt.models.base import Model
from clmt.models.baselines.encoding import curve_rows, encode_out_of_fold, entity_table, mostly, principal_components
from clmt.models.baselines.means import fit_fold_effects, training_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import GradientBoostingSettings

__all__ = ["GradientBoosting"]


class GradientBoosting(Model):
    """LightGBM on the departures from the mean effects.

    Features of a pair: principal components of the cell line's expression, mutations and copy number, principal
    components of the drug's Morgan fingerprint (radius 2), and the mean effects of both, which training pairs get out
    of fold. The trees are fitted to what the mean effects leave over. Where the validation pairs are about unseen
    cell lines (or drugs), as in the blind protocols, their effect is left out of features and offset, because no pair
    to be predicted has one. The number of trees is chosen by early stopping on the validation RMSE, and the leaves of
    a tree among ``leaves``.

    Notes
    -----
    Ke et al., LightGBM (NeurIPS 2017).
    """

    settings: GradientBoostingSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the training pairs; returns the learning curve of the chosen booster, one row a tree."""
        cells, drugs, values = training_arrays(fold)
        self._fit_features(fold)
        shape = (fold.graph.n_cells, fold.graph.n_drugs)
        generator = np.random.default_rng(seed)
        encoded = encode_out_of_fold(cells, drugs, values, shape, self.settings.encoding_parts, generator)
        train = self._features(fold, cells, drugs, encoded)
        offset = self._offset(encoded)
        fits = [self._boost(fold, train, values - offset, number, seed) for number in self.settings.leaves]
        _, self.text, history = min(fits, key=lambda fitted: fitted[0])
        return history

    def _fit_features(self, fold: FoldData) -> None:
        """Fit the components on training entities and decide which effects pairs to be predicted can have."""
        settings = self.settings
        counts = {
            "expression": settings.expression_components,
            "mutation": settings.alteration_components,
            "copy_number": settings.alteration_components,
            "morgan2": settings.fingerprint_components,
        }
        self.components = {}
        for name, count in counts.items():
            fitted_on = (fold.graph.train_drugs if name == "morgan2" else fold.graph.train_cells).numpy()
            self.components[name] = principal_components(entity_table(fold, name), fitted_on, count)
        self.effects = fit_fold_effects(fold)
        cells, drugs, _ = training_arrays(fold, "validation")
        self.use_cell = mostly(fold.graph.train_cells.numpy()[cells])
        self.use_drug = mostly(fold.graph.train_drugs.numpy()[drugs])

    def _offset(self, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
        level = encoded[:, 1] if self.use_drug else np.full(len(encoded), self.effects.mu)
        return level + encoded[:, 0] if self.use_cell else level

    def _encode(self, cells: NDArray[np.int64], drugs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Effects of pairs that are not training pairs, float64 (n, 2): from all training pairs."""
        fitted = self.effects
        return np.stack([fitted.cell_effect[cells], fitted.drug_effect[drugs] + fitted.mu], axis=1)

    def _features(
        self, fold: FoldData, cells: NDArray[np.int64], drugs: NDArray[np.int64], encoded: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Features of pairs, float32 (n, p)."""
        scores = {
            name: (entity_table(fold, name) - centre) @ axes.T for name, (centre, axes) in self.components.items()
        }
        columns = [scores[name][cells] for name in ("expression", "mutation", "copy_number")]
        columns += [scores["morgan2"][drugs], encoded[:, np.array([self.use_cell, self.use_drug])]]
        return np.hstack(columns).astype(np.float32)

    def _boost(
        self,
        fold: FoldData,
        features: NDArray[np.float32],
        targets: NDArray[np.float64],
        leaves: int,
        seed: int,
    ) -> tuple[float, str, list[dict[str, Any]]]:
        """Best validation RMSE, booster as text and learning curve with one number of leaves."""
        import lightgbm

        settings = self.settings
        cells, drugs, values = training_arrays(fold, "validation")
        encoded = self._encode(cells, drugs)
        parameters = {
            "objective": "regression",
            "metric": "rmse",
            "num_leaves": leaves,
            "learning_rate": settings.learning_rate,
            "max_bin": 63,
            "min_data_in_leaf": settings.min_pairs,
            "feature_fraction": settings.feature_share,
            "seed": seed % 2**31,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": torch.get_num_threads(),
            "verbosity": -1,
        }
        train = lightgbm.Dataset(features, targets, params=parameters)
        check_features, check_targets = self._features(fold, cells, drugs, encoded), values - self._offset(encoded)
        check = lightgbm.Dataset(check_features, check_targets, reference=train, params=parameters)
        curve: dict[str, dict[str, list[float]]] = {}
        steps = progress(range(settings.trees), f"trees of {leaves} leaves")
        started = perf_counter()
        booster = lightgbm.train(
            parameters,
            train,
            num_boost_round=settings.trees,
            valid_sets=[train, check],
            valid_names=["train", "validation"],
            callbacks=[
                lightgbm.record_evaluation(curve),
                lambda _: next(steps, None),
                lightgbm.early_stopping(settings.patience, first_metric_only=True, verbose=False),
            ],
        )
        seconds = (perf_counter() - started) / max(booster.current_iteration(), 1)
        text = booster.model_to_string(num_iteration=booster.best_iteration)
        return float(booster.best_score["validation"]["rmse"]), text, curve_rows(curve, seconds)

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        import lightgbm

        cells, drugs = pairs[:, 0], pairs[:, 1]
        encoded = self._encode(cells, drugs)
        if len(pairs) == 0:
            return np.zeros(0)
        booster = lightgbm.Booster(model_str=self.text)
        raw = booster.predict(self._features(fold, cells, drugs, encoded), num_threads=torch.get_num_threads())
        return self._offset(encoded) + np.asarray(raw, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Booster as LightGBM's text, components, mean effects and which of them are used."""
        return {
            "booster": self.text,
            "components": {
                name: {"centre": torch.from_numpy(centre.copy()), "axes": torch.from_numpy(axes.copy())}
                for name, (centre, axes) in self.components.items()
            },
            "mu": self.effects.mu,
            "cell_effect": torch.from_numpy(self.effects.cell_effect.copy()),
            "drug_effect": torch.from_numpy(self.effects.drug_effect.copy()),
            "use_cell": self.use_cell,
            "use_drug": self.use_drug,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.text = state["booster"]
        self.components = {
            name: (part["centre"].numpy(), part["axes"].numpy()) for name, part in state["components"].items()
        }
        self.effects = effects.MeanEffects(state["mu"], state["cell_effect"].numpy(), state["drug_effect"].numpy())
        self.use_cell, self.use_drug = state["use_cell"], state["use_drug"]
