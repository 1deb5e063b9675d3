"""What holds while a model trains: fast matrix multiplication and ordered sums, and afterwards neither."""

from __future__ import annotations

import pytest
import torch

from clmt.models.precision import training_precision


def precisions() -> tuple[str, str]:
    return torch.backends.mkldnn.matmul.fp32_precision, torch.backends.cuda.matmul.fp32_precision


def settings() -> tuple[int, bool, tuple[str, str]]:
    filled = torch.utils.deterministic.fill_uninitialized_memory
    return torch.get_deterministic_debug_mode(), filled, precisions()


@pytest.mark.parametrize("mode", ["default", "warn", "error"])
def test_training_orders_its_sums_and_leaves_no_trace(mode: str) -> None:
    torch.set_deterministic_debug_mode(mode)
    try:
        before = settings()
        with training_precision():
            assert torch.are_deterministic_algorithms_enabled()
            assert precisions() == ("bf16", "tf32")
        assert settings() == before
        with pytest.raises(ZeroDivisionError), training_precision():
            raise ZeroDivisionError
        assert settings() == before
    finally:
        torch.set_deterministic_debug_mode("default")


def gathered_gradient(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Gradient of picking rows of a table many times each, which adds up 400 terms an entry."""
    table = torch.zeros(500, weight.shape[1], requires_grad=True)
    (table[rows] * weight).sum().backward()
    assert table.grad is not None
    return table.grad


def test_gradients_of_picked_rows_repeat_on_two_threads() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(500, (200_000,), generator=generator)
    weight = torch.randn(200_000, 256, generator=generator)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with training_precision():
            first, *others = [gathered_gradient(rows, weight) for _ in range(4)]
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(first, other) for other in others)
