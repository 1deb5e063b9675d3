"""Maps of an embedding."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.cases.maps import draw_map, label_share, map_data


@pytest.fixture(scope="module")
def blocks() -> tuple[np.ndarray, list[str]]:
    """Three groups far from each other, and their names."""
    random = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 20)
    centres = 10 * np.eye(3, 12)[np.repeat([0, 1, 2], 20)]
    return centres + random.normal(size=(60, 12)), labels.tolist()


def test_the_same_seed_draws_the_same_map_and_groups_stay_together(blocks: tuple[np.ndarray, list[str]]) -> None:
    block, labels = blocks
    found, again = draw_map(block, 3), draw_map(block, 3)
    assert found is not None
    assert again is not None
    assert np.array_equal(found, again)
    assert found.min() >= 0
    assert found.max() <= 1
    assert label_share(found, labels) == (1.0, pytest.approx(19 / 59))


@pytest.mark.parametrize("block", [np.ones((30, 4)), np.random.default_rng(0).normal(size=(5, 4))])
def test_rows_that_are_few_or_all_alike_have_no_map(block: np.ndarray) -> None:
    assert draw_map(block, 0) is None


def test_the_share_of_neighbours_agrees_with_a_loop() -> None:
    random = np.random.default_rng(1)
    block, labels = random.normal(size=(40, 5)), [*random.choice(["a", "b", ""], 39).tolist(), "alone"]
    same, chance = [], []
    for row, label in enumerate(labels):
        if label in ("", "alone"):
            continue
        distance = ((block - block[row]) ** 2).sum(1)
        distance[row] = np.inf
        same.append(np.mean([labels[other] == label for other in np.argsort(distance)[:10]]))
        chance.append((labels.count(label) - 1) / 39)
    assert label_share(block, labels) == (pytest.approx(np.mean(same)), pytest.approx(np.mean(chance)))


def test_without_labels_there_is_no_share(blocks: tuple[np.ndarray, list[str]]) -> None:
    assert label_share(blocks[0], [""] * 60) is None
    assert label_share(blocks[0], [str(row) for row in range(60)]) is None


def test_every_view_has_its_own_map(blocks: tuple[np.ndarray, list[str]]) -> None:
    block, labels = blocks
    side = map_data({"text": block, "structure": np.ones((60, 2))}, labels, labels, [False] * 60, 0)
    assert [view["name"] for view in side["views"]] == ["text", "structure"]
    assert side["views"][1]["points"] is None
    assert np.shape(side["views"][0]["points"]) == (60, 2)
    assert side["views"][0]["share"] == ["100\N{NO-BREAK SPACE}%", "32\N{NO-BREAK SPACE}%"]
