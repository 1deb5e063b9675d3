"""Labels of the entities: tissue of a cell line, target pathways of a drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clmt.reading.unknown import UNKNOWN_LABELS
from clmt.tables.schema import join_labels, split_labels

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["annotation_texts", "pathway_labels", "tissue_labels"]


def tissue_labels(cell_lines: pd.DataFrame, train_cells: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Number the primary sites of the cell lines by those of the training part.

    A site is an annotation and no response, so that of a test cell line may be known; whether it is a training label
    is for the caller to decide.

    Parameters
    ----------
    cell_lines
        The table (C rows), column ``primary_site``.
    train_cells
        Bool (C,).

    Returns
    -------
    Labels int64 (C,), -1 where unknown or no training cell line has the site, and the sorted names of the sites.
    """
    sites = [str(site).strip() for site in cell_lines["primary_site"].tolist()]
    seen = {site for site, train in zip(sites, train_cells, strict=True) if train}
    names = sorted(site for site in seen if site.lower() not in UNKNOWN_LABELS)
    index = {name: number for number, name in enumerate(names)}
    return np.array([index.get(site, -1) for site in sites], dtype=np.int64), names


def pathway_labels(
    drugs: pd.DataFrame, train_drugs: np.ndarray, most: int | None = None
) -> tuple[np.ndarray, list[str]]:
    """Mark the target pathways of the training drugs; a drug keeps all that it has.

    Parameters
    ----------
    drugs
        The table (D rows), column ``target_pathway``.
    train_drugs
        Bool (D,).
    most
        Pathways that a drug keeps at most; None keeps all, as it should be.

    Returns
    -------
    Float32 (D, P) of 0 and 1, zeros where unknown or not a training drug, and the sorted names of the pathways.
    """
    labels = [
        [label for label in split_labels(str(text)) if train and label.lower() not in UNKNOWN_LABELS][:most]
        for text, train in zip(drugs["target_pathway"].tolist(), train_drugs, strict=True)
    ]
    names = sorted({label for several in labels for label in several})
    index = {name: number for number, name in enumerate(names)}
    hot = np.zeros((len(labels), len(names)), dtype=np.float32)
    for row, several in enumerate(labels):
        hot[row, [index[label] for label in several]] = 1.0
    return hot, names


def annotation_texts(column: pd.Series) -> list[str]:
    """Annotations of every entity as the table has them, without those that say that nothing is known."""
    labels = (split_labels(str(text)) for text in column.tolist())
    return [join_labels(label for label in several if label.lower() not in UNKNOWN_LABELS) for several in labels]
