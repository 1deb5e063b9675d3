"""Dropout zeroes as many elements as asked for and keeps the mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from clmt.models.dropout import Dropout, dropout

COUNT = 400_000


def check_rate_and_mean(drop: Callable[[Tensor, float], Tensor], probability: float) -> None:
    torch.manual_seed(0)
    dropped = drop(torch.ones(COUNT), probability)
    rate = float((dropped == 0).double().mean())
    assert rate == pytest.approx(probability, abs=1 / 512 + 4 * (probability / COUNT) ** 0.5)  # rounded to 1/256
    # What is left makes up for what is gone, exactly: the scale is that of the rounded probability.
    scale = float(dropped.max())
    assert scale == pytest.approx(256 / (256 - round(256 * probability)), rel=1e-6)
    assert float(dropped.double().mean()) == pytest.approx(1.0, abs=5 * (scale - 1) ** 0.5 / COUNT**0.5)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.4, 0.5, 0.9])
def test_rate_and_mean(probability: float) -> None:
    check_rate_and_mean(lambda values, p: dropout(values, p, training=True), probability)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.4, 0.9])
def test_check_catches_a_wrong_scale_and_a_wrong_rate(probability: float) -> None:
    def unscaled(values: Tensor, p: float) -> Tensor:
        return (dropout(values, p, training=True) != 0).float()

    def scaled_by_what_was_asked_for(values: Tensor, p: float) -> Tensor:
        return (dropout(values, p, training=True) != 0).float() / (1 - p)

    def keeps_what_it_should_drop(values: Tensor, p: float) -> Tensor:
        return dropout(values, 1 - p, training=True)

    for wrong in (unscaled, scaled_by_what_was_asked_for, keeps_what_it_should_drop):
        with pytest.raises(AssertionError):
            check_rate_and_mean(wrong, probability)


def test_elements_are_dropped_one_by_one() -> None:
    """One draw serves eight elements; each of them has bits of its own."""
    torch.manual_seed(0)
    zero = (dropout(torch.ones(COUNT), 0.5, training=True) == 0).reshape(-1, 8).double()
    correlation = torch.corrcoef(zero.T) - torch.eye(8)
    assert correlation.abs().max() < 0.03
    whole = zero[:, :1].expand(-1, 8)  # the wrong variant: a draw decides about all eight
    assert (torch.corrcoef(whole.T) - torch.eye(8)).abs().max() > 0.9


def test_evaluation_and_probability_zero_change_nothing() -> None:
    values = torch.rand(7, 3)
    assert dropout(values, 0.5, training=False) is values
    assert dropout(values, 0.0, training=True) is values
    assert torch.equal(Dropout(0.5).eval()(values), values)
    assert not torch.equal(Dropout(0.5).train()(values), values)
