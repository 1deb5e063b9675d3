"""Faults of the published training: torch unseeded, a best epoch that gets worse, a molecule encoded for each pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import clmt.models.clmt.model
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.drug_encoder import DrugEncoder, GeometryEncoder
from clmt.models.clmt.network import CLMTNetwork
from clmt.models.clmt.training import train_network
from clmt.models.create import create_model
from tests.helpers.folds import small_fold, small_molecules

QUICK: dict[str, Any] = {"epochs": 1, "batch_size": 64, "updates_per_encoding": 2}
Weights = dict[str, Tensor]


@pytest.fixture(scope="module")
def fold() -> FoldData:
    return small_fold(small_molecules())


def equal(first: Weights, second: Weights) -> bool:
    assert first.keys() == second.keys()
    return all(torch.equal(first[name], second[name]) for name in first)


# The seed decides everything that is drawn.


def check_fit_follows_the_seed(fit: Callable[[int], Weights]) -> None:
    first = fit(1)
    torch.rand(7)  # what was drawn before has no effect
    assert equal(first, fit(1))
    assert not equal(first, fit(2))


def test_fit_follows_the_seed(fold: FoldData, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 7: the seed reaches torch."""

    def ours(seed: int) -> Weights:
        model = create_model("clmt", QUICK)
        model.fit(fold, seed=seed, device="cpu")
        return model.state()["weights"]

    check_fit_follows_the_seed(ours)
    with pytest.raises(AssertionError):
        check_fit_follows_the_seed(lambda seed: ours(0))
    monkeypatch.setattr(torch, "manual_seed", lambda seed: torch.default_generator)
    with pytest.raises(AssertionError):
        check_fit_follows_the_seed(ours)


# The weights that are kept are those of the lowest validation RMSE.


def check_lowest_is_kept(fold: FoldData, scores: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Score the epochs by a script; the model then has what was scored lowest, the first where two are equal."""
    scored: list[Weights] = []

    def scripted(network: CLMTNetwork, *_: Any) -> float:
        scored.append({name: tensor.detach().clone() for name, tensor in network.state_dict().items()})
        return scores[len(scored) - 1]

    monkeypatch.setattr(clmt.models.clmt.model, "validation_rmse", scripted)
    model = create_model("clmt", {**QUICK, "epochs": len(scores), "batch_size": 1000, "average": 0.5})
    history = model.fit(fold, seed=0, device="cpu")
    assert [row["validation_rmse"] for row in history] == scores
    best = int(np.argmin(scores))
    assert [epoch for epoch, row in enumerate(history) if row["best"]][-1] == best
    kept = model.state()["weights"]
    assert equal(kept, scored[best])
    assert not any(equal(kept, other) for epoch, other in enumerate(scored) if epoch != best)


SCRIPTS = [[1.0, 0.8, 0.9, 1.2], [0.5, 0.6, 0.7], [0.9, 1.1, 0.7, 0.7, 0.8], [1.0, 0.9]]


@pytest.mark.parametrize("scores", SCRIPTS)
def test_lowest_is_kept(fold: FoldData, scores: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 6: one quantity is monitored, and what is kept never gets worse in it."""
    check_lowest_is_kept(fold, scores, monkeypatch)


def test_lowest_check_catches_the_last_epoch_and_the_live_weights(
    fold: FoldData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last(network: CLMTNetwork, data: Any, validate: Any, *rest: Any) -> tuple[Weights, list]:
        averaged: list[Weights] = []

        def watched(scored: CLMTNetwork) -> float:
            averaged.append({name: tensor.clone() for name, tensor in scored.state_dict().items()})
            return validate(scored)

        _, history = train_network(network, data, watched, *rest)
        return averaged[-1], history

    def live(network: CLMTNetwork, *rest: Any) -> tuple[Weights, list]:
        _, history = train_network(network, *rest)
        return network.state_dict(), history

    for wrong, scores in ((last, SCRIPTS[0]), (live, SCRIPTS[3])):
        monkeypatch.setattr(clmt.models.clmt.model, "train_network", wrong)
        with pytest.raises(AssertionError):
            check_lowest_is_kept(fold, scores, monkeypatch)


# A drug is encoded once for a step, however many of its pairs there are.


def check_each_drug_is_encoded_once(fold: FoldData, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Count how often each drug's fingerprint and geometry reach the encoders in training, of one step an epoch."""
    prints = {tuple(bits): drug for drug, bits in enumerate(fold.molecules["morgan3"].float().tolist())}
    seen: list[Counter[int]] = []
    geometries: list[int] = []
    encode, geometry = DrugEncoder.forward, GeometryEncoder.forward

    def watched(self: DrugEncoder, plan: Any, fingerprints: Tensor) -> Tensor:
        if self.training:
            seen.append(Counter(prints[tuple(bits)] for bits in fingerprints.tolist()))
        return encode(self, plan, fingerprints)

    def watched_geometry(self: GeometryEncoder, plan: Any) -> Tensor:
        result = geometry(self, plan)
        if self.training:
            geometries.append(len(result))
        return result

    with monkeypatch.context() as patch:
        patch.setattr(DrugEncoder, "forward", watched)
        patch.setattr(GeometryEncoder, "forward", watched_geometry)
        create_model("clmt", {**QUICK, "epochs": 2, "batch_size": 1000, **settings}).fit(fold, seed=0, device="cpu")
    assert seen == [Counter(range(8))] * 2
    assert geometries == ([8] * 2 if "geometry" in settings["drug_attribute"] else [])


def test_each_drug_is_encoded_once(fold: FoldData, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 14: the published code encodes a molecule for each pair of a batch."""
    pairs = fold.graph.train_pairs
    ours = CLMTNetwork.encode_molecules

    def for_each_pair(self: CLMTNetwork, inputs: Any) -> Tensor:
        if not self.training:
            return ours(self, inputs)
        encoded = self.drug(inputs.molecules, inputs.fingerprint[pairs[:, 1]])
        return torch.stack([encoded[pairs[:, 1] == drug][0] for drug in range(8)])

    def again_and_again(self: CLMTNetwork, inputs: Any) -> Tensor:
        return torch.stack([ours(self, inputs) for _ in range(3)]).mean(0)

    bits_only = {"drug_attribute": ["fingerprint"]}
    check_each_drug_is_encoded_once(fold, {"drug_attribute": ["geometry", "fingerprint"]}, monkeypatch)
    check_each_drug_is_encoded_once(fold, bits_only, monkeypatch)
    for wrong in (for_each_pair, again_and_again):
        monkeypatch.setattr(CLMTNetwork, "encode_molecules", wrong)
        with pytest.raises(AssertionError, match="Counter"):
            check_each_drug_is_encoded_once(fold, bits_only, monkeypatch)
