from __future__ import annotations

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.graph.omics import choose_genes, scale_expression

TRAIN = np.array([True, True, True, False])


def test_genes_of_highest_training_variance_in_table_order() -> None:
    expression = np.array([[0, 1, 5, 0], [0, 2, 5, 9], [0, 3, 5, 0], [50, 2, 5, 0]], dtype=np.float32)
    assert choose_genes(expression, TRAIN, 2).tolist() == [1, 3]
    assert choose_genes(expression, np.ones(4, dtype=bool), 1).tolist() == [0]


def test_all_genes_where_there_are_fewer_and_first_ones_in_ties() -> None:
    expression = np.array([[1, 1, 1], [2, 2, 2], [3, 3, 3], [0, 0, 9]], dtype=np.float32)
    assert choose_genes(expression, TRAIN, 8000).tolist() == [0, 1, 2]
    assert choose_genes(expression, TRAIN, 2).tolist() == [0, 1]


def test_scaling_is_fitted_on_training_cell_lines_and_clipped_beyond() -> None:
    expression = np.array([[2, 7, 0], [4, 7, 10], [3, 7, 5], [100, 9, -3]], dtype=np.float32)
    scaled = scale_expression(expression, TRAIN)
    expected = [[0, 0, 0], [1, 0, 1], [0.5, 0, 0.5], [2, 0, -0.3]]
    np.testing.assert_allclose(scaled, expected, atol=1e-6)
    assert scaled.dtype == np.float32
    assert expression[3, 0] == 100


def test_bad_counts_are_refused() -> None:
    expression = np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(ClmtError, match="got: 0"):
        choose_genes(expression, TRAIN, 0)
    with pytest.raises(ClmtError, match="no training cell line"):
        choose_genes(expression, np.zeros(4, dtype=bool), 2)
