"""Gaussian processes from a cell line's omics to its response profile: a baseline for new cell lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.baselines.means import training_arrays
from clmt.models.gaussian_process import Process, fit_process, predict_table
from clmt.models.kernels import agreement_kernel, cosine_kernel, gaussian_kernel, linear_kernel
from clmt.models.profiles import complete_profiles, component_blocks
from clmt.models.refitted import Refitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import OmicsGPSettings

__all__ = ["OmicsGP", "omics_kernels"]


class OmicsGP(Refitted):
    """Response profiles of cell lines by Gaussian processes over expression, mutations, copy number and tissue.

    The table of training responses is completed, centred by drug and decomposed; the scores of the cell lines on blocks
    of principal components are processes with a sum of kernels each. Two ways to part the components (a few blocks
    with weights of their own, and one block) are averaged, unless they are one and the same. Every cell line is
    predicted from its omics, also one with training pairs; an unseen drug gets the mean of the profile.
    """

    settings: OmicsGPSettings

    def fit_once(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the training pairs; there is no learning curve and nothing to choose on the validation pairs."""
        train = fold.graph.train_cells.numpy()
        mean, scores, axes = self._components(fold)
        gram = {name: kernel[train] for name, kernel in omics_kernels(fold).items()}
        parts = dict.fromkeys([tuple(self.settings.blocks), (self.settings.components,)])
        self.mean, self.processes = mean, []
        for sizes in parts:
            for block in component_blocks(sizes, scores.shape[1]):
                fitted = fit_process(gram, tuple(gram), scores[:, block], axes[block] / len(parts))
                self.processes.append(fitted)
        return []

    def _components(self, fold: FoldData) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Mean profile (D,), scores of the training cell lines (n, k), and axes (k, D)."""
        cells, drugs, values = training_arrays(fold)
        shape = (fold.graph.n_cells, fold.graph.n_drugs)
        effects, departures = complete_profiles(
            np.stack([cells, drugs], axis=1), values, shape, shrinkage=self.settings.shrinkage
        )
        train, seen = fold.graph.train_cells.numpy(), fold.graph.train_drugs.numpy()
        level = effects.mu + effects.cell_effect[train]
        profiles = (level[:, None] + effects.drug_effect + departures[train])[:, seen]
        mean = np.full(len(seen), profiles.mean())
        mean[seen] = profiles.mean(axis=0)
        left, length, right = np.linalg.svd(profiles - mean[seen], full_matrices=False)
        axes = np.tile(right.mean(axis=1, keepdims=True), len(seen))  # an unseen drug follows the level of the others
        axes[:, seen] = right
        return mean, left * length, axes

    def predict_once(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        # All cell lines at once, so that a prediction does not depend on which other pairs are asked for.
        return self.predict_all(fold)[pairs[:, 0], pairs[:, 1]]

    def predict_all(self, fold: FoldData) -> NDArray[np.float64]:
        """Predict ln IC50 (uM) of every pair, float64 (C, D)."""
        return self.mean + predict_table(self.processes, omics_kernels(fold))

    def state_once(self) -> dict[str, Any]:
        """Mean profile float64 (D,), and the processes."""
        return {"mean": torch.from_numpy(self.mean.copy()), "processes": [one.state() for one in self.processes]}

    def load_once(self, state: dict[str, Any]) -> None:
        """Restore what `state_once` returned."""
        self.mean = state["mean"].numpy()
        self.processes = [Process.of_state(one) for one in state["processes"]]


def omics_kernels(fold: FoldData) -> dict[str, NDArray[np.float64]]:
    """Similarities of every cell line to those of training, float64 (C, n), by name.

    Mutations count twice: the linear kernel weighs a gene by how often it is altered, the cosine by how many others.
    """
    graph = fold.graph
    train = graph.train_cells.numpy()
    expression, mutation, copy_number = (
        part.numpy().astype(np.float64) for part in (graph.expression, graph.mutation, graph.copy_number)
    )
    common = mutation[:, mutation[train].sum(axis=0) >= _COMMON]
    tissue = [graph.tissues[label] if label >= 0 else "" for label in graph.cell_tissue.tolist()]
    return {
        "expression": linear_kernel(expression, train),
        "expression_gaussian": gaussian_kernel(expression, train),
        "mutation": linear_kernel(mutation, train, common=True),
        "mutation_cosine": cosine_kernel(common, train, centred=False),
        "copy_number": linear_kernel(copy_number, train, common=True),
        "tissue": agreement_kernel(tissue, train),
        "histology": agreement_kernel(graph.cell_histology, train),
    }


#: Training cell lines in which a gene of the cosine is altered at least: one alteration alone is like nothing.
_COMMON = 8
