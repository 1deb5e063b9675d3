"""What holds for every published model: seed, checkpoint, whose inputs it is fitted on, how often it encodes."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from clmt.graph.fold_data import FoldData
from clmt.models.best_epoch import BestEpoch
from clmt.models.create import create_model
from clmt.models.published import deepcdr, deeptta, training
from clmt.models.published.inputs import standard_expression
from clmt.models.published.model import PublishedModel
from clmt.models.published.network import PairNetwork, join_drugs
from tests.helpers.blind_fold import HELD_CELLS, HELD_DRUGS, blind_fold, with_other_entities
from tests.helpers.folds import small_fold, small_molecules, with_graph

QUICK: dict[str, Any] = {"epochs": 1, "cells_per_step": 12, "drugs_per_step": 4}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "gin": ("graphdrp", {}),
    "gat": ("graphdrp", {"convolution": "gat"}),
    "deepcdr": ("deepcdr", {}),
    "deeptta": ("deeptta", {"layers": 1, "frequent": 2}),
}
Weights = dict[str, Tensor]
Fit = Callable[[FoldData], Weights]


@cache
def whole() -> FoldData:
    return small_fold(small_molecules())


@cache
def blind() -> FoldData:
    return blind_fold()


def made(name: str, **settings: Any) -> PublishedModel:
    arch, own = MODELS[name]
    return create_model(arch, {**QUICK, **own, **settings})


def fitted(name: str, fold: FoldData, seed: int = 1, **settings: Any) -> PublishedModel:
    model = made(name, **settings)
    model.fit(fold, seed=seed, device="cpu")
    return model


def every_pair() -> np.ndarray:
    return np.argwhere(np.ones((24, 8), dtype=bool))


@pytest.mark.parametrize("name", MODELS)
def test_seed_checkpoint_and_other_pairs(name: str) -> None:
    """One seed gives one result, the checkpoint gives it again, and a pair's answer is its own, all to the last bit."""
    model, again, other = (fitted(name, whole(), seed) for seed in (1, 1, 2))
    pairs = every_pair()
    predicted = model.predict(whole(), pairs)
    assert np.isfinite(predicted).all()
    np.testing.assert_array_equal(predicted, again.predict(whole(), pairs))
    assert not np.array_equal(predicted, other.predict(whole(), pairs))
    buffer = io.BytesIO()
    torch.save(model.state(), buffer)
    buffer.seek(0)
    restored = made(name)
    restored.load_state(torch.load(buffer, weights_only=True))
    np.testing.assert_array_equal(predicted, restored.predict(whole(), pairs))
    order = np.random.default_rng(0).permutation(len(pairs))[:50]
    np.testing.assert_array_equal(predicted[order], model.predict(whole(), pairs[order]))
    assert model.predict(whole(), pairs[:0]).shape == (0,)


@pytest.mark.parametrize("name", MODELS)
def test_learns(name: str) -> None:
    rows = made(name, epochs=16, dropout=0.0, learning_rate=0.005).fit(whole(), seed=0, device="cpu")
    assert rows[-1]["train_rmse"] < 0.8 * rows[0]["train_rmse"]


def test_without_validation_pairs_the_last_epochs_are_kept() -> None:
    pairs, values = whole().graph.validation_pairs, whole().graph.validation_ln_ic50
    fold = with_graph(whole(), validation_pairs=pairs[:0], validation_ln_ic50=values[:0])
    rows = made("gin", epochs=2).fit(fold, seed=0, device="cpu")
    assert all(np.isnan(row["validation_rmse"]) and np.isfinite(row["train_loss"]) for row in rows)
    assert rows[0]["best"]


def check_lowest_epoch_is_kept(scores: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Score the epochs by a script; the model then has the weights of the epoch that was scored lowest."""
    scored: list[Weights] = []
    model = made("gin", epochs=len(scores), cells_per_step=100, drugs_per_step=100)

    def scripted() -> float:
        scored.append(training.copy_weights(model.network))
        return scores[len(scored) - 1]

    with monkeypatch.context() as patch:
        patch.setattr(PublishedModel, "_validation", lambda *_: scripted)
        model.fit(whole(), seed=0, device="cpu")
    kept = model.state()["network"]
    equal = [all(torch.equal(kept[name], other[name]) for name in kept) for other in scored]
    assert equal == [epoch == int(np.argmin(scores)) for epoch in range(len(scores))]


def test_the_lowest_epoch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    check_lowest_epoch_is_kept([1.0, 0.8, 0.9], monkeypatch)
    check_lowest_epoch_is_kept([0.5, 0.6, 0.5], monkeypatch)
    monkeypatch.setattr(BestEpoch, "weights", lambda self, _: None)
    monkeypatch.setattr(PairNetwork, "load_state_dict", lambda *_: None)
    with pytest.raises(AssertionError):
        check_lowest_epoch_is_kept([1.0, 0.8, 0.9], monkeypatch)


# What is held out sets no weight.


def check_held_out_entities_set_no_weight(fit: Fit) -> None:
    before, after = fit(blind()), fit(with_other_entities(blind()))
    for name in before:
        assert torch.equal(before[name], after[name]), name


@pytest.mark.parametrize("name", MODELS)
def test_held_out_entities_set_no_weight(name: str) -> None:
    check_held_out_entities_set_no_weight(lambda fold: fitted(name, fold).state()["network"])


def with_everyone_known(fold: FoldData) -> FoldData:
    cells, drugs = (torch.ones_like(known) for known in (fold.graph.train_cells, fold.graph.train_drugs))
    return with_graph(fold, train_cells=cells, train_drugs=drugs)


def test_weight_check_catches_scaling_and_substructures_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = deeptta.substructures
    for module, name, wrong in (
        (deepcdr, "standard_expression", lambda fold: standard_expression(with_everyone_known(fold))),
        (deeptta, "substructures", lambda fold, least: ours(with_everyone_known(fold), least)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, wrong)
            arch = module.__name__.rpartition(".")[2]
            with pytest.raises(AssertionError):
                check_held_out_entities_set_no_weight(lambda fold, arch=arch: fitted(arch, fold).state()["network"])


def check_others_change_no_prediction(model: PublishedModel) -> None:
    cell, drug = HELD_CELLS[1], HELD_DRUGS[1]
    known = blind().graph.training_rows()
    asked = np.array([(c, d) for c in (*known[0], cell) for d in (*known[1], drug)])
    before = model.predict(blind(), asked)
    after = model.predict(with_other_entities(blind(), spare=(cell, drug)), asked)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_others_change_no_prediction(name: str) -> None:
    check_others_change_no_prediction(fitted(name, blind()))


def test_prediction_check_catches_statistics_of_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = PairNetwork.in_double

    def live(self: PairNetwork) -> PairNetwork:
        network = ours(self)
        for part in network.modules():
            part.training = isinstance(part, nn.BatchNorm1d)
        return network

    model = fitted("deepcdr", blind())
    monkeypatch.setattr(PairNetwork, "in_double", live)
    with pytest.raises(AssertionError):
        check_others_change_no_prediction(model)


# An entity is encoded once a step, and a step's batch is a block.


def check_each_entity_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the encodings of a step by the cell lines' rows of genes and the drugs' atoms."""
    seen: list[tuple[Counter[Any], Counter[Any]]] = []
    encode = PairNetwork.encode

    def watched(self: PairNetwork, cells: Tensor, drugs: Any) -> tuple[Tensor, Tensor]:
        if self.training:
            molecules = [tuple(drug.x.flatten().tolist()) for drug in drugs.to_data_list()]
            seen.append((Counter(map(tuple, cells.tolist())), Counter(molecules)))
        return encode(self, cells, drugs)

    with monkeypatch.context() as patch:
        patch.setattr(PairNetwork, "encode", watched)
        fitted("gin", whole())
    assert len(seen) == 4
    for sides in seen:
        for counts, most in zip(sides, (12, 4), strict=True):
            assert 0 < len(counts) <= most
            assert max(counts.values()) == 1


def test_each_entity_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    check_each_entity_is_encoded_once(monkeypatch)

    def for_each_pair(network: PairNetwork, data: Any, blocks: Any, update: Any) -> float:
        for rows in blocks:
            pairs = data.pairs[rows]
            joined = join_drugs(data.drugs, pairs[:, 1].tolist())
            own = torch.arange(len(pairs))
            update(network(data.cells[pairs[:, 0]], joined, torch.stack([own, own], dim=1)).square().mean())
        return 1.0

    monkeypatch.setattr(training, "train_epoch", for_each_pair)
    with pytest.raises(AssertionError):
        check_each_entity_is_encoded_once(monkeypatch)


@pytest.mark.parametrize("sizes", [(7, 3), (1, 1), (100, 100), (5, 100)])
def test_blocks_hold_every_pair_once_and_few_entities(sizes: tuple[int, int]) -> None:
    pairs = whole().graph.train_pairs
    generator = torch.Generator().manual_seed(0)
    first, second = (training.draw_blocks(pairs, sizes, generator) for _ in range(2))
    for blocks in (first, second):
        assert torch.equal(torch.cat(blocks).sort().values, torch.arange(len(pairs)))
        for rows in blocks:
            assert len(rows) > 0
            assert all(len(pairs[rows][:, side].unique()) <= size for side, size in enumerate(sizes))
    assert (len(first) == 1) == (sizes == (100, 100))
    assert len(first) == 1 or not all(map(torch.equal, first, second))
