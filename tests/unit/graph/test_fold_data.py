"""A fold as a model sees it."""

from __future__ import annotations

import torch

from tests.helpers.folds import small_fold, small_molecules


def test_other_training_pairs_say_which_entities_were_seen() -> None:
    fold = small_fold(small_molecules())
    graph = fold.graph
    kept = (graph.train_pairs[:, 1] != 2) & (graph.train_pairs[:, 0] != 5)
    inner = fold.trained_on(graph.train_pairs[kept], graph.train_ln_ic50[kept]).graph
    assert torch.equal(inner.train_ln_ic50, graph.train_ln_ic50[kept])
    assert torch.equal(inner.train_drugs, graph.train_drugs & (torch.arange(graph.n_drugs) != 2))
    assert torch.equal(inner.train_cells, graph.train_cells & (torch.arange(graph.n_cells) != 5))
    assert torch.equal(inner.validation_pairs, graph.validation_pairs)
    assert graph.train_drugs[2]
    assert graph.train_cells[5]
