from __future__ import annotations

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.graph import neighbours
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours


def brute_force(similarity: np.ndarray, sources: np.ndarray, count: int, positive: bool) -> list[tuple[int, int]]:
    edges = []
    for target in range(len(similarity)):
        others = [row for row in np.flatnonzero(sources) if row != target]
        if positive:
            others = [row for row in others if similarity[target, row] > 0]
        others.sort(key=lambda row: (-round(similarity[target, row], 6), row))
        edges += [(int(row), target) for row in others[:count]]
    return edges


@pytest.mark.parametrize("count", [1, 3, 50])
def test_pearson_agrees_with_numpy(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 7)  # several blocks, the last one short
    random = np.random.default_rng(0)
    features = random.normal(size=(30, 12))
    sources = random.random(30) < 0.6
    edges, similarity = pearson_neighbours(features, sources, count)
    correlation = np.corrcoef(features)
    assert list(map(tuple, edges.T.tolist())) == brute_force(correlation, sources, count, positive=True)
    np.testing.assert_allclose(similarity, correlation[edges[1], edges[0]], atol=1e-6)
    assert (similarity > 0).all()
    assert sources[edges[0]].all()


def test_neighbours_of_some_rows_are_those_that_they_have_among_all() -> None:
    random = np.random.default_rng(2)
    features, sources = random.normal(size=(30, 12)), np.arange(30) < 20
    bits = (random.random((30, 64)) < 0.2).astype(np.uint8)
    for targets in (np.array([3, 21, 29]), np.array([], dtype=np.int64)):
        for find, rows in ((pearson_neighbours, features), (dice_neighbours, bits)):
            edges, similarity = find(rows, sources, 4)
            own = np.isin(edges[1], targets)
            found = find(rows, sources, 4, targets=targets)
            np.testing.assert_array_equal(found[0], edges[:, own])
            np.testing.assert_array_equal(found[1], similarity[own])


def test_dice_agrees_with_its_formula() -> None:
    random = np.random.default_rng(1)
    bits = (random.random((20, 64)) < 0.2).astype(np.uint8)
    sources = np.ones(20, dtype=bool)
    edges, similarity = dice_neighbours(bits, sources, 5)
    shared = bits.astype(float) @ bits.T
    dice = 2 * shared / (bits.sum(1)[:, None] + bits.sum(1)[None, :])
    assert list(map(tuple, edges.T.tolist())) == brute_force(dice, sources, 5, positive=False)
    np.testing.assert_allclose(similarity, dice[edges[1], edges[0]], atol=1e-6)
    assert np.bincount(edges[1]).tolist() == [5] * 20


def test_ties_go_to_the_first_row_and_no_row_is_its_own_neighbour() -> None:
    bits = np.ones((6, 8), dtype=np.uint8)
    edges, _ = dice_neighbours(bits, np.ones(6, dtype=bool), 2)
    assert edges[0].reshape(6, 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 1]]


def test_constant_and_empty_rows_do_no_harm() -> None:
    features = np.array([[1.0, 1, 1], [1, 2, 3], [2, 4, 6]])
    edges, similarity = pearson_neighbours(features, np.ones(3, dtype=bool), 2)
    assert edges.T.tolist() == [[2, 1], [1, 2]]
    np.testing.assert_allclose(similarity, 1.0)
    _, dice = dice_neighbours(np.zeros((2, 4), dtype=np.uint8), np.ones(2, dtype=bool), 1)
    assert dice.tolist() == [0.0, 0.0]


def test_no_source_gives_no_edge_and_a_bad_count_is_refused() -> None:
    edges, similarity = pearson_neighbours(np.eye(3), np.zeros(3, dtype=bool), 2)
    assert edges.shape == (2, 0)
    assert similarity.shape == (0,)
    with pytest.raises(ClmtError, match="got: 0"):
        dice_neighbours(np.eye(3), np.ones(3, dtype=bool), 0)
