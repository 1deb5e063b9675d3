"""A model's seed decides what it draws, and nothing outside."""

from __future__ import annotations

import torch

from clmt.models.randomness import torch_seed


def test_seed_holds_inside_only() -> None:
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    drawn = []
    for seed in (1, 1, 2):
        with torch_seed(seed, "cpu"):
            drawn.append(torch.rand(3))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(torch.rand(4), expected)
