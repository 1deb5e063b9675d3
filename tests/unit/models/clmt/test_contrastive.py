"""The contrastive terms against NumPy, and fault 10: contrast distinct entities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import clmt.models.clmt.network
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.contrastive import contrastive_loss
from clmt.models.clmt.network import CLMTNetwork, EntityViews
from clmt.models.create import create_model
from tests.helpers.folds import small_fold, small_molecules


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


@pytest.fixture(scope="module")
def fold() -> FoldData:
    return small_fold(small_molecules())


def places(rows: torch.Tensor, among: torch.Tensor) -> list[int]:
    """Which of ``among`` each row is."""
    return [int((among == row).all(1).nonzero()[0, 0]) for row in rows]


def check_distinct_entities_are_contrasted(
    fold: FoldData, sample: int, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> None:
    """Watch a step of training: as many distinct rows as there are entities or as are asked for, of both views."""
    contrasted: list[tuple[torch.Tensor, torch.Tensor]] = []
    sides: list[EntityViews] = []
    terms = CLMTNetwork.contrastive_terms

    def watched_loss(first: torch.Tensor, second: torch.Tensor, *rest: float) -> torch.Tensor:
        contrasted.append((first.detach(), second.detach()))
        return contrastive_loss(first, second, *rest)

    def watched_terms(self: CLMTNetwork, cells: EntityViews, drugs: EntityViews, *rest: Any) -> torch.Tensor:
        sides.extend([cells, drugs])
        return terms(self, cells, drugs, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(clmt.models.clmt.network, "contrastive_loss", watched_loss)
        patch.setattr(CLMTNetwork, "contrastive_terms", watched_terms)
        model = create_model("clmt", {"epochs": 1, "batch_size": 1000, "contrastive_sample": sample, **settings})
        model.fit(fold, seed=0, device="cpu")
    cells, _ = sides
    assert len(contrasted) == 4  # two terms of two sides: structure of cells and drugs, then their text
    for number, (first, second) in enumerate(contrasted):
        assert len(first) == len(second) == min((24, 8)[number % 2], sample)
        assert len(torch.unique(first, dim=0)) == len(torch.unique(second, dim=0)) == len(first)
    for (first, second), view in zip(contrasted[::2], ("structure", "text"), strict=True):
        assert places(first, cells.expression) == places(second, cells.blocks[view])


@pytest.mark.parametrize("sample", [256, 24, 6])
def test_training_contrasts_distinct_entities(fold: FoldData, sample: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 10: a drug of many pairs of a batch would be its own negative."""
    assert fold.graph.train_pairs[:, 1].bincount().min() > 1
    check_distinct_entities_are_contrasted(fold, sample, monkeypatch)


@pytest.mark.parametrize("sample", [256, 6])
@pytest.mark.parametrize("wrong", ["a row for each pair's cell line", "a row for each pair's drug", "another's text"])
def test_contrast_check_catches_repeated_and_mismatched_entities(
    fold: FoldData, wrong: str, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = CLMTNetwork.contrastive_terms
    pairs = fold.graph.train_pairs[:16]

    def chosen(side: EntityViews, rows: torch.Tensor) -> EntityViews:
        expression = None if side.expression is None else side.expression[rows]
        return EntityViews({view: block[rows] for view, block in side.blocks.items()}, expression)

    def variant(self: CLMTNetwork, cells: EntityViews, drugs: EntityViews, *rest: Any) -> torch.Tensor:
        if wrong.endswith("cell line"):
            cells = chosen(cells, pairs[:, 0])
        elif wrong.endswith("drug"):
            drugs = chosen(drugs, pairs[:, 1])
        else:
            cells = EntityViews({**cells.blocks, "text": cells.blocks["text"].roll(1, 0)}, cells.expression)
        return ours(self, cells, drugs, *rest)

    monkeypatch.setattr(CLMTNetwork, "contrastive_terms", variant)
    with pytest.raises(AssertionError):
        check_distinct_entities_are_contrasted(fold, sample, monkeypatch)


@pytest.mark.parametrize("sample", [256, 24, 6])
def test_contrast_check_catches_the_published_fault(
    fold: FoldData, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError):
        check_distinct_entities_are_contrasted(fold, sample, monkeypatch, faults=["repeated_entities"])
