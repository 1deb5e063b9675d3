"""Choice and scaling of genes, fitted on a fold's training cell lines and applied to all."""

from __future__ import annotations

import numpy as np

from clmt.errors import ClmtError

__all__ = ["CLIP", "choose_genes", "scale_expression"]

# A cell line outside the training range keeps its excess, up to one range on either side.
CLIP = (-1.0, 2.0)


def choose_genes(expression: np.ndarray, train: np.ndarray, count: int) -> np.ndarray:
    """Choose the ``count`` genes of highest variance over the training cell lines.

    Parameters
    ----------
    expression
        Float (C, genes).
    train
        Bool (C,): the training cell lines.
    count
        Genes wanted; all are taken where there are fewer.

    Returns
    -------
    Column numbers int64, rising. Of genes with equal variance the first columns are taken.
    """
    if count < 1:
        raise ClmtError(f"genes must be at least 1! got: {count}. Change features: genes in the config")
    if not train.any():
        raise ClmtError("choice of genes: no training cell line! got: 0, expected: at least 1. Change the split")
    variance = np.var(expression[train], axis=0, dtype=np.float64)
    order = np.argsort(-variance, kind="stable")
    return np.sort(order[:count]).astype(np.int64)


def scale_expression(expression: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Scale each gene to [0, 1] over the training cell lines; others are clipped to `CLIP`.

    Parameters
    ----------
    expression
        Float (C, G), of the chosen genes.
    train
        Bool (C,): the training cell lines, which alone set the range.

    Returns
    -------
    Float32 (C, G); 0 is the training minimum of a gene, 1 its maximum.

    Notes
    -----
    A gene that is constant over the training cell lines is 0 in all: its range says nothing about the others.
    """
    values = expression.astype(np.float32)
    minimum = values[train].min(axis=0)
    span = values[train].max(axis=0) - minimum
    scaled = np.divide(values - minimum, span, out=np.zeros_like(values), where=span > 0)
    return np.clip(scaled, *CLIP).astype(np.float32)
