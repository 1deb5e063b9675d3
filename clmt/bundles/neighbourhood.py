"""How like the training part the cell lines and drugs of a request are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from clmt.graph.fold_graph import FoldGraph

__all__ = ["Nearest", "nearest_known", "nearest_training"]

#: Share of the training entities that are as far from the rest as what is called out of the domain.
_FAR = 0.05


@dataclass(frozen=True)
class Nearest:
    """Nearest training entity of each entity of one side of a graph.

    Attributes
    ----------
    names
        Of the nearest, object (n,): itself where it is known, "" where none is like it at all.
    similarity
        Float64 (n,).
    far
        Bool (n,): new, and less like its nearest than 95 % of the training entities are like theirs.
    """

    names: np.ndarray
    similarity: np.ndarray
    far: np.ndarray

    def take(self, rows: np.ndarray) -> Nearest:
        """These rows alone."""
        return Nearest(self.names[rows], self.similarity[rows], self.far[rows])


def nearest_known(graph: FoldGraph, known: FoldGraph) -> dict[str, Nearest]:
    """Nearest training ``cell`` and ``drug`` of every entity of ``graph``, of which those of ``known`` come first."""
    sides = {
        "cell": (graph.cell_similar_edges, graph.cell_similarity, known.cell_line_ids, graph.n_cells),
        "drug": (graph.drug_similar_edges, graph.drug_similarity, known.drug_ids, graph.n_drugs),
    }
    return {side: _nearest(*parts) for side, parts in sides.items()}


def nearest_training(graph: FoldGraph, side: str) -> np.ndarray:
    """Similarity of every ``cell`` or ``drug`` of a fold to its nearest training one, float64 (n,); 0 without one."""
    edges, similarity = getattr(graph, f"{side}_similar_edges"), getattr(graph, f"{side}_similarity")
    best = np.zeros(graph.n_cells if side == "cell" else graph.n_drugs)
    np.maximum.at(best, edges[1].numpy(), similarity.double().numpy())
    return best


def _nearest(edges: Tensor, similarity: Tensor, names: list[str], count: int) -> Nearest:
    best, source = np.zeros(count), np.full(count, -1)
    values = similarity.double().numpy()
    # The strongest edge of a target comes last and stays; of equals the first source does.
    order = np.lexsort((-np.arange(len(values)), values))
    best[edges[1].numpy()[order]] = values[order]
    source[edges[1].numpy()[order]] = edges[0].numpy()[order]
    ids = np.array([*names, ""], dtype=object)
    new = np.arange(count) >= len(names)
    bound = float(np.quantile(best[~new], _FAR))
    return Nearest(
        np.where(new, ids[source], np.append(ids[:-1], [""] * int(new.sum()))),
        np.where(new, best, 1.0),
        new & (best < bound),
    )
