"""The contrastive terms against NumPy, and fault 10: contrast distinct entities."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clmt.models.contrastive import contrastive_loss


def by_hand(first: np.ndarray, second: np.ndarray, temperature: float) -> float:
    first = first / np.linalg.norm(first, axis=1, keepdims=True)
    second = second / np.linalg.norm(second, axis=1, keepdims=True)
    similarity = first @ second.T / temperature
    total = 0.0
    for one, matrix in ((0, similarity), (1, similarity.T)):
        for row in range(len(matrix)):
            others = [matrix[row, column] for column in range(len(matrix)) if column != row]
            total += 0.5 * (-matrix[row, row] + np.log(np.exp(others).sum()))
        assert one in (0, 1)
    return total / len(similarity)


def test_equals_numpy() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    ours = contrastive_loss(torch.from_numpy(first), torch.from_numpy(second), 0.3)
    assert float(ours) == pytest.approx(by_hand(first, second, 0.3), rel=1e-6)


def test_aligned_views_cost_less() -> None:
    torch.manual_seed(0)
    views = torch.randn(8, 4)
    assert contrastive_loss(views, views) < contrastive_loss(views, views.roll(1, 0))


def test_a_single_entity_has_nothing_to_contrast() -> None:
    assert float(contrastive_loss(torch.ones(1, 3), torch.ones(1, 3))) == 0.0


def test_a_repeated_entity_would_be_its_own_negative() -> None:
    """Why the network contrasts each entity once: repeating one raises the loss of a perfect alignment."""
    views = torch.eye(4)
    repeated = views[[0, 0, 1, 2, 3]]
    assert contrastive_loss(repeated, repeated) > contrastive_loss(views, views) + 0.1
