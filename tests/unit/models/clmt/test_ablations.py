"""An ablation leaves out what it says: the modules are gone, and what they read changes no prediction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import clmt.models.clmt.model
import clmt.models.clmt.network
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.model import CLMT
from clmt.models.clmt.network import VIEWS, CLMTNetwork
from clmt.models.create import create_model
from tests.helpers.folds import small_fold, small_molecules, with_graph

QUICK: dict[str, Any] = {"epochs": 1, "batch_size": 64, "updates_per_encoding": 2}
#: Modules of each view, by the first part of their tensors' names.
MODULES = {
    "attribute": {"cell", "drug", "drug_projection", "tissue_head", "threshold_head", "pathway_head"},
    "structure": {"structure"},
    "text": {"cell_text", "drug_text"},
}
SHARED = {"predictor", "center", "scale"}
Fit = Callable[[dict[str, Any]], CLMT]


@pytest.fixture(scope="module")
def fold() -> FoldData:
    return small_fold(small_molecules())


@pytest.fixture
def pairs(fold: FoldData) -> np.ndarray:
    return fold.graph.test_pairs.numpy()


@pytest.fixture
def fit(fold: FoldData) -> Fit:
    def fitted(settings: dict[str, Any]) -> CLMT:
        model = create_model("clmt", {**QUICK, **settings})
        model.fit(fold, seed=1, device="cpu")
        return model

    return fitted


def modules(model: CLMT, depth: int = 1) -> set[str]:
    return {".".join(name.split(".")[:depth]) for name in model.state()["weights"]}


def with_noise(fold: FoldData, view: str) -> FoldData:
    """Exchange what only this view reads; expression and the graph's nodes are read by two of them."""
    graph, molecules = fold.graph, fold.molecules
    if view == "attribute":
        changed = {name: molecules[name].flip(0) for name in ("morgan3", "atoms")}
        fold = dataclasses.replace(fold, molecules={**molecules, **changed})
        return with_graph(fold, mutation=1 - graph.mutation, copy_number=1 - graph.copy_number)
    if view == "structure":
        edges = ("cell_similar_edges", "cell_similarity", "drug_similar_edges", "drug_similarity", "response_edges")
        return with_graph(fold, **{name: getattr(graph, name)[..., ::3] for name in edges})
    return dataclasses.replace(fold, cell_text=fold.cell_text.flip(0), drug_text=fold.drug_text.flip(0))


def check_view_is_gone(fit: Fit, fold: FoldData, pairs: np.ndarray, left_out: str) -> None:
    views = [view for view in VIEWS if view != left_out]
    model = fit({"views": views})
    assert modules(model) == SHARED.union(*(MODULES[view] for view in views))
    predicted = model.predict(fold, pairs)
    assert np.isfinite(predicted).all()
    for view in VIEWS:
        same = np.array_equal(model.predict(with_noise(fold, view), pairs), predicted)
        assert same == (view == left_out), view


@pytest.mark.parametrize("left_out", VIEWS)
def test_ablation_of_a_view(
    fit: Fit, fold: FoldData, pairs: np.ndarray, left_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_all_views(shape: Any, views: tuple[str, ...], *rest: Any) -> CLMTNetwork:
        return CLMTNetwork(shape, VIEWS, *rest)

    check_view_is_gone(fit, fold, pairs, left_out)
    monkeypatch.setattr(clmt.models.clmt.model, "CLMTNetwork", with_all_views)
    with pytest.raises(AssertionError):
        check_view_is_gone(fit, fold, pairs, left_out)


def check_part_is_gone(fit: Fit, fold: FoldData, pairs: np.ndarray, part: str) -> None:
    """Only ``part`` of a drug's attributes is left: geometry reads atoms and bonds, the fingerprint its bits."""
    model = fit({"drug_attribute": [part]})
    assert {name for name in modules(model, 2) if name.startswith("drug.")} == {f"drug.{part}"}
    predicted = model.predict(fold, pairs)
    for reader, name in (("geometry", "atoms"), ("fingerprint", "morgan3")):
        changed = {**fold.molecules, name: fold.molecules[name].flip(0)}
        other = model.predict(dataclasses.replace(fold, molecules=changed), pairs)
        assert np.array_equal(other, predicted) == (reader != part), reader


@pytest.mark.parametrize("part", ["geometry", "fingerprint"])
def test_ablation_of_a_part_of_the_drug(fit: Fit, fold: FoldData, pairs: np.ndarray, part: str) -> None:
    def with_both(settings: dict[str, Any]) -> CLMT:
        return fit({**settings, "drug_attribute": ["geometry", "fingerprint"]})

    check_part_is_gone(fit, fold, pairs, part)
    with pytest.raises(AssertionError):
        check_part_is_gone(with_both, fold, pairs, part)


@pytest.fixture(scope="module")
def whole(fold: FoldData) -> dict[str, torch.Tensor]:
    """Weights trained with every term of the loss."""
    model = create_model("clmt", QUICK)
    model.fit(fold, seed=1, device="cpu")
    return model.state()["weights"]


def check_loss_counts(fit: Fit, whole: dict[str, torch.Tensor], key: str, value: list[str]) -> None:
    """With a term left out of the loss the same network is trained to other weights."""
    less = fit({key: value}).state()["weights"]
    assert whole.keys() == less.keys()
    assert not torch.equal(whole["cell.expression.0.weight"], less["cell.expression.0.weight"])


LOSSES = [
    ("contrastive", ["intra"]),
    ("contrastive", ["cross"]),
    ("auxiliary", ["threshold", "pathway"]),
    ("auxiliary", ["tissue"]),
]


@pytest.mark.parametrize(("key", "value"), LOSSES)
def test_ablation_of_a_loss(fit: Fit, whole: dict[str, torch.Tensor], key: str, value: list[str]) -> None:
    def ignoring_it(settings: dict[str, Any]) -> CLMT:
        return fit({})

    check_loss_counts(fit, whole, key, value)
    with pytest.raises(AssertionError):
        check_loss_counts(ignoring_it, whole, key, value)


@pytest.mark.parametrize("key", ["contrastive", "auxiliary"])
def test_a_loss_without_weight_is_as_good_as_left_out(fit: Fit, whole: dict[str, torch.Tensor], key: str) -> None:
    name = "cell.expression.0.weight"
    weightless, absent = (fit(settings).state()["weights"][name] for settings in ({f"{key}_weight": 0.0}, {key: []}))
    torch.testing.assert_close(weightless, absent, rtol=0, atol=1e-6)
    assert not torch.allclose(weightless, whole[name], rtol=0, atol=1e-6)


@pytest.mark.parametrize("width", [None, 31])
def test_every_view_is_as_wide_as_asked_for(fold: FoldData, fit: Fit, pairs: np.ndarray, width: int | None) -> None:
    model = fit({"width": width})
    assert model.network is not None
    inputs = clmt.models.clmt.model.all_inputs(fold)
    sides = model.network.encode(inputs, model.network.encode_molecules(inputs))
    expected = width or 256
    for side in sides:
        widths = {view: block.shape[1] for view, block in side.blocks.items()}
        assert widths == {"attribute": 2 * expected, "structure": expected, "text": expected}
    assert np.isfinite(model.predict(fold, pairs)).all()


@pytest.mark.parametrize(("stated", "used"), [({}, 0.3), ({"temperature": 0.1}, 0.1)])
def test_the_contrast_has_the_temperature_that_is_asked_for(
    fit: Fit, stated: dict[str, float], used: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    loss = clmt.models.clmt.network.contrastive_loss

    def watched(first: torch.Tensor, second: torch.Tensor, temperature: float) -> torch.Tensor:
        seen.add(temperature)
        return loss(first, second, temperature)

    monkeypatch.setattr(clmt.models.clmt.network, "contrastive_loss", watched)
    fit(stated)
    assert seen == {used}
