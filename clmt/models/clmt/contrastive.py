"""Contrastive terms that align two views of the same entities (METHOD: loss)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["contrastive_loss"]


def contrastive_loss(first: Tensor, second: Tensor, temperature: float = 0.3) -> Tensor:
    r"""Decoupled contrastive loss between two views of n distinct entities, symmetric in the views.

    .. math:: \ell_i = -s_{ii}/\tau + \log \sum_{j \ne i} \exp(s_{ij}/\tau)

    with the cosine similarity s; the positive is left out of the denominator. Rows must be distinct entities: a
    repeated one would be a negative of itself.

    Parameters
    ----------
    first, second
        float (n, width), row i of both is entity i.
    temperature
        Divides the similarities.

    Returns
    -------
    Tensor
        Scalar mean over entities and both directions; 0 where n < 2 leaves nothing to contrast.
    """
    if len(first) < 2:
        return first.sum() * 0.0
    similarity = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T / temperature
    positive = similarity.diagonal()
    negatives = similarity.masked_fill(torch.eye(len(first), dtype=torch.bool, device=first.device), -torch.inf)
    both = 0.5 * (negatives.logsumexp(1) + negatives.logsumexp(0))
    return (both - positive).mean()
