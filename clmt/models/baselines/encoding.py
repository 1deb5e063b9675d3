"""Features of pairs for learners that take one flat row a pair: principal components and out-of-fold mean effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.models import effects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData

__all__ = [
    "curve_rows",
    "encode_out_of_fold",
    "entity_table",
    "folded_prints",
    "mostly",
    "principal_components",
    "standard_scales",
]

FOLDED = 128  # bits


def encode_out_of_fold(
    cells: NDArray[np.int64],
    drugs: NDArray[np.int64],
    values: NDArray[np.float64],
    shape: tuple[int, int],
    parts: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Mean effects of each training pair's cell line and drug, fitted without the part that the pair is in.

    Encoding a pair with means that hold its own response would hand the response to the trees; leaving out the one
    pair alone does too, as its departure from the full mean gives it away. Whole parts are left out instead.

    Parameters
    ----------
    cells, drugs, values
        (n,), rows and ln IC50 (uM) of the training pairs.
    shape
        Numbers of cell lines and of drugs.
    parts
        Random parts of equal size.
    generator
        Draws the parts.

    Returns
    -------
    float64 (n, 2): cell effect and drug effect, ln uM.
    """
    part = generator.permutation(len(values)) % parts
    encoded = np.empty((len(values), 2))
    for left_out in range(parts):
        inside = part == left_out
        fitted = effects.fit_mean_effects(cells[~inside], drugs[~inside], values[~inside], *shape, tolerance=1e-4)
        encoded[inside, 0] = fitted.cell_effect[cells[inside]]
        encoded[inside, 1] = fitted.drug_effect[drugs[inside]] + fitted.mu
    return encoded


def principal_components(
    table: NDArray[np.float64], fitted_on: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre (p,) and axes (k, p), k <= ``count``, of the rows of ``table`` that are marked in ``fitted_on``."""
    from sklearn.decomposition import PCA  # its import takes a second, which a fit alone has to spend

    rows = table[fitted_on]
    # The full decomposition draws nothing, and makes the largest entry of each axis positive.
    fitted = PCA(min(count, *rows.shape), svd_solver="full").fit(rows)
    return fitted.mean_, fitted.components_


def entity_table(fold: FoldData, name: str) -> NDArray[np.float64]:
    """Features of every cell line or drug, float64 (C or D, p), by their name in the graph or the molecules."""
    table = fold.molecules[name] if name == "morgan2" else getattr(fold.graph, name)
    return np.asarray(table, dtype=np.float64)


def folded_prints(fold: FoldData) -> NDArray[np.float64]:
    """Morgan fingerprints of radius 2 folded to 128 bits, float64 (D, 128): set where any folded on it is."""
    bits = entity_table(fold, "morgan2")
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % FOLDED)))
    return padded.reshape(len(bits), -1, FOLDED).max(axis=1)


def standard_scales(fold: FoldData) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (G,) of expression over the training cell lines, and what scales it to a standard deviation of 1.

    A gene that is constant over them is scaled by 0, so that it does not blow up in another cell line.
    """
    known = entity_table(fold, "expression")[fold.graph.train_cells.numpy()]
    spread = known.std(axis=0)
    return known.mean(axis=0), np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-6)


def mostly(marks: NDArray[np.bool_]) -> bool:
    """Whether more than half of ``marks`` hold; true for none."""
    return bool(len(marks) == 0 or marks.mean() > 0.5)


def curve_rows(curve: dict[str, dict[str, list[float]]], seconds: float) -> list[dict[str, Any]]:
    """History rows, one a tree of ``seconds`` each, from LightGBM's record of training and validation RMSE (ln uM)."""
    rows: list[dict[str, Any]] = []
    best = np.inf
    for tree, (train, check) in enumerate(zip(curve["train"]["rmse"], curve["validation"]["rmse"], strict=True)):
        rows.append(
            {
                "epoch": tree + 1,
                "seconds": seconds * (tree + 1),
                "train_rmse": train,
                "validation_rmse": check,
                "best": check < best,
            }
        )
        best = min(best, check)
    return rows
