"""What is kept of a training: the first epoch of the lowest value, and nothing of one that diverged."""

from __future__ import annotations

import math

import pytest

from clmt.errors import ClmtError
from clmt.models.best_epoch import BestEpoch


def kept(values: list[float], patience: float = math.inf) -> tuple[int, list[bool], int]:
    """Best epoch, which epochs were improvements, and the last epoch."""
    best, improved = BestEpoch[int](patience), []
    for epoch, value in enumerate(values, 1):
        improved.append(best.offer(epoch, value, lambda epoch=epoch: epoch))
        if best.out_of_patience(epoch):
            break
    return best.weights("mlp"), improved, epoch


def test_first_epoch_of_the_lowest_value() -> None:
    assert kept([1.0, 0.8, 0.9, 0.8]) == (2, [True, True, False, False], 4)
    assert kept([math.nan, 0.8, math.nan]) == (2, [False, True, False], 3)


def test_stops_when_patience_is_over() -> None:
    assert kept([1.0, 0.9, 0.95, 0.96, 0.1], patience=2) == (2, [True, True, False, False], 4)
    assert kept([1.0, 0.9, 0.95, 0.96, 0.1], patience=3)[0] == 5


def test_a_training_that_diverged_is_named() -> None:
    with pytest.raises(ClmtError, match="training of mlp diverged: no epoch has a finite validation RMSE! Lower"):
        kept([math.nan, math.inf])
