"""What is held out is not fitted on, and one new cell line or drug does not change another's answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from clmt.graph.fold_data import FoldData
from clmt.models.clmt.inputs import NetworkInputs, prepare_inputs, prepare_labels
from clmt.models.clmt.model import CLMT
from clmt.models.create import create_model
from tests.helpers.blind_fold import HELD_CELLS, HELD_DRUGS, blind_fold, with_other_entities, without
from tests.helpers.folds import with_graph

QUICK: dict[str, Any] = {"epochs": 1, "batch_size": 64, "updates_per_encoding": 2}
Prepare = Callable[[FoldData, np.ndarray, np.ndarray], NetworkInputs]
Fit = Callable[[FoldData], CLMT]
Predict = Callable[[FoldData, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def fold() -> FoldData:
    return blind_fold()


@pytest.fixture(scope="module")
def fitted(fold: FoldData) -> CLMT:
    model = create_model("clmt", QUICK)
    model.fit(fold, seed=0, device="cpu")
    return model


def with_everyone_known(fold: FoldData) -> FoldData:
    """As if all entities were training ones: what is fitted on the known entities then is fitted on all."""
    cells, drugs = (torch.ones_like(known) for known in (fold.graph.train_cells, fold.graph.train_drugs))
    return with_graph(fold, train_cells=cells, train_drugs=drugs)


def tensors(part: Any, name: str = "inputs") -> dict[str, Tensor]:
    """Every tensor inside, by its place."""
    if isinstance(part, Tensor):
        return {name: part}
    if not dataclasses.is_dataclass(part):
        return {}
    fields = [field.name for field in dataclasses.fields(part)]
    return {place: value for f in fields for place, value in tensors(getattr(part, f), f"{name}.{f}").items()}


# Training inputs are those of the training entities, whatever the others are.


def check_held_out_rows_change_no_training_input(prepare: Prepare, fold: FoldData) -> None:
    cells, drugs = fold.graph.training_rows()
    assert (len(cells), len(drugs)) == (24 - len(HELD_CELLS), 8 - len(HELD_DRUGS))
    changed = with_other_entities(fold)
    before, after = tensors(prepare(fold, cells, drugs)), tensors(prepare(changed, cells, drugs))
    assert before.keys() == after.keys()
    for name in before:
        assert torch.equal(before[name], after[name]), name


def test_held_out_rows_change_no_training_input(fold: FoldData) -> None:
    """Fault 4: scaling is fitted on the training part."""
    check_held_out_rows_change_no_training_input(prepare_inputs, fold)
    # The exchange reaches every input: those of the held-out entities are all others afterwards.
    rows = np.array(HELD_CELLS), np.array(HELD_DRUGS)
    before, after = (prepare_inputs(one, *rows) for one in (fold, with_other_entities(fold)))
    for name in ("expression", "mutation", "copy_number", "cell_text", "drug_text", "fingerprint"):
        assert (getattr(before, name) != getattr(after, name)).any(1).all(), name
    assert not torch.equal(before.structure.drugs, after.structure.drugs)
    assert len(before.molecules.atom_to_molecule.source) != len(after.molecules.atom_to_molecule.source)


@pytest.mark.parametrize(
    "name",
    ["expression", "mutation", "copy_number", "cell_text", "drug_text", "structure.cells", "structure.drugs"],
)
def test_input_check_catches_scaling_on_all_entities(fold: FoldData, name: str) -> None:
    def wrong(seen: FoldData, cells: np.ndarray, drugs: np.ndarray) -> NetworkInputs:
        sound, leaky = (prepare_inputs(one, cells, drugs) for one in (seen, with_everyone_known(seen)))
        outer, _, inner = name.partition(".")
        part = getattr(leaky, outer)
        if inner:
            part = dataclasses.replace(sound.structure, **{inner: getattr(part, inner)})
        return dataclasses.replace(sound, **{outer: part})

    with pytest.raises(AssertionError, match=f"inputs.{name}"):
        check_held_out_rows_change_no_training_input(wrong, fold)


def test_held_out_labels_change_no_training_label(fold: FoldData) -> None:
    cells, drugs = fold.graph.training_rows()
    threshold, tissue = fold.graph.threshold.clone(), fold.graph.tissue.clone()
    threshold[list(HELD_DRUGS)], tissue[list(HELD_CELLS)] = 50.0, 1
    changed = with_graph(fold, threshold=threshold, tissue=tissue)
    ours, theirs = (tensors(prepare_labels(one, cells, drugs)) for one in (fold, changed))
    for name in ours:
        assert torch.equal(ours[name], theirs[name]), name
    leaky = tensors(prepare_labels(with_everyone_known(changed), cells, drugs))
    assert not torch.equal(ours["inputs.threshold"], leaky["inputs.threshold"])


# The scale of the responses is that of the training pairs.


def check_validation_responses_set_no_weight(fit: Fit, fold: FoldData) -> None:
    """With one epoch there is nothing to choose, so that validation responses may change no tensor at all."""
    shifted = with_graph(fold, validation_ln_ic50=2.0 * fold.graph.validation_ln_ic50 + 3.0)
    before, after = (fit(one).state()["weights"] for one in (fold, shifted))
    assert before.keys() == after.keys()
    for name in before:
        assert torch.equal(before[name], after[name]), name


def test_validation_responses_set_no_weight(fold: FoldData, fitted: CLMT) -> None:
    """Fault 4: center and scale of the network are those of the training responses."""

    def ours(seen: FoldData) -> CLMT:
        model = create_model("clmt", QUICK)
        model.fit(seen, seed=0, device="cpu")
        return model

    def with_validation(seen: FoldData) -> CLMT:
        model = ours(seen)
        values = torch.cat([seen.graph.train_ln_ic50, seen.graph.validation_ln_ic50])
        weights = {**model.state()["weights"], "center": values.mean(), "scale": values.std()}
        model.load_state({**model.state(), "weights": weights})
        return model

    weights, values = fitted.state()["weights"], fold.graph.train_ln_ic50
    assert float(weights["center"]) == pytest.approx(float(values.mean()))
    assert float(weights["scale"]) == pytest.approx(float(values.std()))
    check_validation_responses_set_no_weight(ours, fold)
    with pytest.raises(AssertionError, match="center"):
        check_validation_responses_set_no_weight(with_validation, fold)


# A drug without a training response is joined to the training cell lines, as the training drugs are.


def check_unseen_drugs_meet_the_training_cells(prepare: Prepare, fold: FoldData) -> None:
    cells, drugs = np.arange(fold.graph.n_cells), np.arange(fold.graph.n_drugs)
    structure = prepare(fold, cells, drugs).structure
    known, held = fold.graph.train_cells, list(HELD_DRUGS)
    expected = (known.float() / known.sum()).expand(len(held), -1)
    torch.testing.assert_close(structure.response[held], expected)
    torch.testing.assert_close(structure.response_mean[held], expected @ structure.cells)
    torch.testing.assert_close(structure.response.sum(1), torch.ones(len(drugs)))
    source, target = fold.graph.response_edges
    assert int((structure.response[~torch.isin(torch.arange(len(drugs)), torch.tensor(held))] > 0).sum()) == len(source)
    assert not np.isin(held, target).any()


def test_unseen_drugs_meet_the_training_cells(fold: FoldData) -> None:
    check_unseen_drugs_meet_the_training_cells(prepare_inputs, fold)


def test_unseen_drug_check_catches_zeros_and_held_out_cells(fold: FoldData) -> None:
    def zeros(seen: FoldData, cells: np.ndarray, drugs: np.ndarray) -> NetworkInputs:
        inputs = prepare_inputs(seen, cells, drugs)
        response = inputs.structure.response * seen.graph.train_drugs[:, None]
        return dataclasses.replace(inputs, structure=dataclasses.replace(inputs.structure, response=response))

    def all_cells(seen: FoldData, cells: np.ndarray, drugs: np.ndarray) -> NetworkInputs:
        return prepare_inputs(with_everyone_known(seen), cells, drugs)

    for wrong in (zeros, all_cells):
        with pytest.raises(AssertionError):
            check_unseen_drugs_meet_the_training_cells(wrong, fold)


# A prediction is about its own pair: other held-out entities may be others, or be absent.


def check_others_change_no_prediction(predict: Predict, fold: FoldData) -> None:
    """One held-out cell line and one held-out drug are asked for, with each other and with the training part."""
    cell, drug = HELD_CELLS[1], HELD_DRUGS[1]
    known = fold.graph.training_rows()
    asked = np.array([(c, d) for c in (*known[0], cell) for d in (*known[1], drug)])
    before = predict(fold, asked)
    changed = with_other_entities(fold, spare=(cell, drug))
    np.testing.assert_allclose(predict(changed, asked), before, rtol=0, atol=1e-6)
    smaller, cells, drugs = without(
        fold, [row for row in HELD_CELLS if row != cell], [row for row in HELD_DRUGS if row != drug]
    )
    moved = np.stack([cells[asked[:, 0]], drugs[asked[:, 1]]], axis=1)
    assert (moved >= 0).all()
    np.testing.assert_allclose(predict(smaller, moved), before, rtol=0, atol=1e-6)


def test_others_change_no_prediction(fold: FoldData, fitted: CLMT) -> None:
    """Fault 2, blind protocols: new entities are attached by edges that point to them."""
    check_others_change_no_prediction(fitted.predict, fold)


def test_prediction_check_catches_scaling_and_messages_of_others(fold: FoldData, fitted: CLMT) -> None:
    def scaled_on_all(seen: FoldData, asked: np.ndarray) -> np.ndarray:
        return fitted.predict(with_everyone_known(seen), asked)

    def with_edges_back(seen: FoldData, asked: np.ndarray) -> np.ndarray:
        changed = {}
        for kind in ("cell", "drug"):
            edges, similarity = (getattr(seen.graph, f"{kind}_{part}") for part in ("similar_edges", "similarity"))
            changed[f"{kind}_similar_edges"] = torch.cat([edges, edges.flip(0)], dim=1)
            changed[f"{kind}_similarity"] = similarity.repeat(2)
        return fitted.predict(with_graph(seen, **changed), asked)

    for wrong in (scaled_on_all, with_edges_back):
        with pytest.raises(AssertionError):
            check_others_change_no_prediction(wrong, fold)
