"""The auxiliary losses by hand, and fault 11: all labels of a drug count."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from clmt.models.clmt.network import pathway_loss, threshold_loss, tissue_loss

Loss = Callable[[Tensor, Tensor], Tensor]


def check_both_pathways_count(loss: Loss) -> None:
    """A drug of two pathways, one of one, and one of none, which is left out of the mean."""
    logits = torch.tensor([[0.0, 1.0, 3.0], [2.0, 0.0, 0.0], [9.0, 9.0, -9.0]])
    pathway = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    two = math.log(1 + math.e + math.e**3) - (0.0 + 3.0) / 2
    one = math.log(math.e**2 + 2) - 0.0
    assert float(loss(logits, pathway)) == pytest.approx((two + one) / 2, rel=1e-6)
    # The second label pulls as hard as the first: its gradient is its probability less a half.
    free = logits.clone().requires_grad_()
    loss(free, pathway[:1].expand(3, 3)).backward()
    shares = (logits.softmax(1) - torch.tensor([0.5, 0.0, 0.5])) / 3
    torch.testing.assert_close(free.grad, shares)


def test_both_pathways_count() -> None:
    def first_label(logits: Tensor, pathway: Tensor) -> Tensor:
        known = pathway.sum(1) > 0
        return F.cross_entropy(logits[known], pathway[known].argmax(1))

    def unequal_drugs(logits: Tensor, pathway: Tensor) -> Tensor:
        """A drug of two pathways weighs twice."""
        known = pathway.sum(1) > 0
        return F.cross_entropy(logits[known], pathway[known])

    def with_unknown(logits: Tensor, pathway: Tensor) -> Tensor:
        return F.cross_entropy(logits, pathway / pathway.sum(1, keepdim=True).clamp_min(1.0))

    check_both_pathways_count(pathway_loss)
    for wrong in (first_label, unequal_drugs, with_unknown):
        with pytest.raises(AssertionError):
            check_both_pathways_count(wrong)


def test_unknown_labels_are_left_out_of_the_mean() -> None:
    logits, tissue = torch.tensor([[0.0, 1.0], [5.0, 0.0]]), torch.tensor([1, -1])
    assert float(tissue_loss(logits, tissue)) == pytest.approx(math.log(1 + math.exp(-1)), rel=1e-6)
    predicted, threshold = torch.tensor([1.0, 2.0, 5.0]), torch.tensor([3.0, math.nan, 4.0])
    assert float(threshold_loss(predicted, threshold)) == pytest.approx((4.0 + 1.0) / 2)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        (tissue_loss, torch.full((2,), -1)),
        (threshold_loss, torch.full((2,), math.nan)),
        (pathway_loss, torch.zeros(2, 3)),
    ],
)
def test_without_any_label_the_loss_is_zero_and_has_a_gradient(loss: Loss, labels: Tensor) -> None:
    shape = (2,) if loss is threshold_loss else (2, 3)
    predicted = torch.ones(shape, requires_grad=True)
    value = loss(predicted, labels)
    value.backward()
    assert float(value.detach()) == 0.0
    assert predicted.grad is not None
    assert (predicted.grad == 0).all()
