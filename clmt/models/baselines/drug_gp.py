"""Gaussian processes from what is known of a drug to its responses: baselines for new drugs, with text and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.baselines.means import MeanEffects, training_arrays
from clmt.models.gaussian_process import Process, fit_process, predict_table
from clmt.models.kernels import cosine_kernel, sets_kernel, tanimoto
from clmt.models.profiles import complete_profiles, component_blocks
from clmt.models.refitted import Refitted
from clmt.reading.unknown import VAGUE_LABELS
from clmt.tables.schema import split_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import DrugGPNoTextSettings, DrugGPSettings

__all__ = ["DrugGP", "drug_kernels", "target_family"]

#: Kernels of what `DrugGPSettings.reads` may name.
_KERNELS = {"structure": ("structure",), "targets": ("targets", "families", "pathways"), "text": ("text",)}


class DrugGP(Refitted):
    """Level and pattern of a drug's responses by Gaussian processes over structure, targets and text, or some of them.

    A response is ``mu + cell effect + level + pattern``: the level of a drug is one number, its pattern the scores on
    the principal components, over cell lines, of what mean effects leave. The level is the mean of a process for each
    source of knowledge rather than one with all kernels: from a hundred drugs the marginal likelihood prefers large
    sums, which say less of new drugs than their parts do. Structure tells little of the pattern and is read for it
    only where it is all there is. A drug with training pairs keeps its own effect as level; an unseen cell line has no
    effect and no pattern.
    """

    settings: DrugGPSettings | DrugGPNoTextSettings

    def fit_once(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit on the training pairs; there is no learning curve and nothing to choose on the validation pairs."""
        cells, drugs, values = training_arrays(fold)
        self.means = MeanEffects(self.settings)
        self.means.effects, departures = complete_profiles(
            np.stack([cells, drugs], axis=1),
            values,
            (fold.graph.n_cells, fold.graph.n_drugs),
            shrinkage=self.settings.shrinkage,
        )
        self.seen = fold.graph.train_drugs.numpy()
        gram = {name: kernel[self.seen] for name, kernel in drug_kernels(fold).items()}
        level = self.means.effects.drug_effect[self.seen, None]
        reads = self.settings.reads
        share = np.full((1, 1), 1.0 / len(reads))
        self.level_processes = [fit_process(gram, _KERNELS[source], level, share) for source in reads]
        told: list[str] = [source for source in reads if source != "structure"] or ["structure"]
        patterns = [name for source in told for name in _KERNELS[source]]
        scores, length, axes = np.linalg.svd(departures[:, self.seen].T, full_matrices=False)
        self.pattern_processes = [
            fit_process(gram, patterns, scores[:, block] * length[block], axes[block])
            for block in component_blocks(self.settings.blocks, len(length))
        ]
        return []

    def predict_once(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        kernels = drug_kernels(fold)
        effects = self.means.effects
        level = predict_table(self.level_processes, kernels)[:, 0]
        pattern = predict_table(self.pattern_processes, kernels)
        cells, drugs = pairs[:, 0], pairs[:, 1]
        own = np.where(self.seen, effects.drug_effect, level)
        return effects.mu + effects.cell_effect[cells] + own[drugs] + pattern[drugs, cells]

    def state_once(self) -> dict[str, Any]:
        """Mean effects, which drugs have training pairs (D,), and the processes of level and pattern."""
        return {
            "means": self.means.state(),
            "seen": torch.from_numpy(self.seen.copy()),
            "levels": [process.state() for process in self.level_processes],
            "patterns": [process.state() for process in self.pattern_processes],
        }

    def load_once(self, state: dict[str, Any]) -> None:
        """Restore what `state_once` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        self.seen = state["seen"].numpy()
        self.level_processes = [Process.of_state(one) for one in state["levels"]]
        self.pattern_processes = [Process.of_state(one) for one in state["patterns"]]


def drug_kernels(fold: FoldData) -> dict[str, NDArray[np.float64]]:
    """Similarities of every drug to those of training, float64 (D, n), by name."""
    train = fold.graph.train_drugs.numpy()
    prints = fold.molecules["morgan2"].numpy()
    targets = [_named(text) for text in fold.graph.drug_targets]
    return {
        "structure": tanimoto(prints, prints[train]),
        "targets": sets_kernel(targets, train),
        "families": sets_kernel([{target_family(label) for label in labels} for labels in targets], train),
        "pathways": sets_kernel([_named(text) for text in fold.graph.drug_pathways], train),
        "text": cosine_kernel(fold.drug_text.numpy().astype(np.float64), train),
    }


def _named(text: str) -> set[str]:
    """Labels that say something, in upper case; "Other" and "Other, kinases" are no pathway."""
    labels = {label.upper() for label in split_labels(text)}
    return {label for label in labels if label.split(",")[0].lower() not in VAGUE_LABELS}


def target_family(label: str) -> str:
    """Family of a target as GDSC writes it: ``PI3K (class 1)`` and ``PI3Kgamma`` are PI3K, ``MTORC1`` is MTOR.

    What follows the stem tells members apart: brackets, Greek letters, numbers behind two letters or more, and the last
    letter of some receptors.
    """
    stem = re.sub(r"\(.*?\)", "", label.upper()).strip()
    stem = re.sub(r"[-\s]*(ALPHA|BETA|GAMMA|DELTA)$", "", stem)
    stem = re.sub(r"(?<=[A-Z]{2})[-\s]*\d+$", "", stem)
    receptor = re.fullmatch(r"(PDGFR|VEGFR|FGFR|MTOR)[A-Z]", stem)
    return receptor.group(1) if receptor else stem or label.upper()
