"""New entities on a frozen training part: predicted as the blind test entities of a fold are, alone or in company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from clmt.bundles.attach import NewCellLines, NewDrugs, attach
from clmt.bundles.frozen import freeze, separate
from clmt.features.molecules import concatenate
from clmt.graph.fold_data import FoldData
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import scale_expression
from clmt.models.clmt.exact import double_network, exact_inputs, predict_exactly
from clmt.models.clmt.model import CLMT
from clmt.models.create import create_model
from tests.helpers.blind_fold import HELD_CELLS, HELD_DRUGS, blind_fold
from tests.helpers.folds import with_graph

NEIGHBOURS = 3


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    """Expression before it is scaled, float32 (C, G)."""
    return (blind_fold().graph.expression.numpy() * 7 + 3).astype(np.float32)


@pytest.fixture(scope="module")
def fold(raw: np.ndarray) -> FoldData:
    """The blind fold with edges by the rules of the workflow."""
    fold = blind_fold()
    cells, drugs = fold.graph.train_cells.numpy(), fold.graph.train_drugs.numpy()
    scaled = scale_expression(raw, cells)
    parts: dict[str, Any] = {"expression": torch.from_numpy(scaled)}
    found = {
        "cell": pearson_neighbours(scaled, cells, NEIGHBOURS),
        "drug": dice_neighbours(fold.molecules["morgan2"].numpy(), drugs, NEIGHBOURS),
    }
    for side, (edges, similarity) in found.items():
        parts[f"{side}_similar_edges"] = torch.from_numpy(edges)
        parts[f"{side}_similarity"] = torch.from_numpy(similarity)
    return with_graph(fold, **parts)


@pytest.fixture(scope="module")
def model(fold: FoldData) -> CLMT:
    model = create_model("clmt", {"epochs": 2, "batch_size": 64})
    model.fit(fold, seed=1, device="cpu")
    assert isinstance(model, CLMT)
    return model


def attached(fold: FoldData, raw: np.ndarray, cells: list[int], drugs: list[int]) -> FoldData:
    """The frozen part with these held-out rows of the fold as new entities."""
    graph, known = fold.graph, fold.graph.train_cells.numpy()
    ends = np.stack([raw[known].min(0), raw[known].max(0)])
    every = separate(fold.molecules)
    new_cells = NewCellLines(
        [f"own {row}" for row in cells],
        raw[cells],
        graph.mutation.numpy()[cells],
        graph.copy_number.numpy()[cells],
        fold.cell_text.numpy()[cells],
    )
    new_drugs = NewDrugs([f"own {row}" for row in drugs], [every[row] for row in drugs], fold.drug_text.numpy()[drugs])
    return attach(freeze(fold), ends, new_cells, new_drugs, NEIGHBOURS)


def predicted(model: CLMT, fold: FoldData, raw: np.ndarray, cells: list[int], drugs: list[int]) -> np.ndarray:
    """Predictions of the new entities among themselves and with every training entity, (cells, drugs)."""
    joined = attached(fold, raw, cells, drugs)
    graph = joined.graph
    rows, columns = np.arange(graph.n_cells - len(cells), graph.n_cells), np.arange(graph.n_drugs)
    pairs = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    result = predict_exactly(double_network(model), exact_inputs(joined), pairs)
    return result.reshape(len(rows), len(columns))


def test_new_entities_are_predicted_as_the_blind_ones_of_a_fold(fold: FoldData, raw: np.ndarray, model: CLMT) -> None:
    cells, drugs = list(HELD_CELLS), list(HELD_DRUGS)
    found = predicted(model, fold, raw, cells, drugs)
    known = np.flatnonzero(fold.graph.train_drugs.numpy()).tolist()
    pairs = np.array([(cell, drug) for cell in cells for drug in [*known, *drugs]])
    expected = model.predict(fold, pairs).reshape(found.shape)
    assert np.abs(found - expected).max() < 1e-6
    # The comparison tells: with a training cell line's text in its place it would not hold.
    other = with_graph(fold, mutation=1 - fold.graph.mutation)
    assert np.abs(found - model.predict(other, pairs).reshape(found.shape)).max() > 1e-3


def test_a_prediction_is_the_same_alone_and_in_company(fold: FoldData, raw: np.ndarray, model: CLMT) -> None:
    cells, drugs = list(HELD_CELLS), list(HELD_DRUGS)
    together = predicted(model, fold, raw, cells, drugs)
    count = together.shape[1] - len(drugs)
    turned = predicted(model, fold, raw, cells[::-1], drugs[::-1])[::-1]
    assert np.abs(turned[:, :count] - together[:, :count]).max() < 1e-12
    assert np.abs(turned[:, count:][:, ::-1] - together[:, count:]).max() < 1e-12
    for row, cell in enumerate(cells):
        for column, drug in enumerate(drugs):
            alone = predicted(model, fold, raw, [cell], [drug])
            assert np.abs(alone[0, :count] - together[row, :count]).max() < 1e-12
            assert abs(alone[0, -1] - together[row, count + column]) < 1e-12


def test_a_frozen_part_holds_no_response_and_no_held_out_entity(fold: FoldData) -> None:
    graph = freeze(fold).graph
    assert len(graph.train_ln_ic50) == len(graph.validation_ln_ic50) == len(graph.test_pairs) == 0
    assert torch.isnan(graph.threshold).all()
    held = {fold.graph.cell_line_ids[row] for row in HELD_CELLS} | {fold.graph.drug_ids[row] for row in HELD_DRUGS}
    assert not held & {*graph.cell_line_ids, *graph.drug_ids}


def test_molecules_taken_apart_and_joined_are_the_same() -> None:
    molecules = blind_fold().molecules
    again = concatenate(molecules["drug_ids"], separate(molecules))
    assert again.keys() == molecules.keys()
    for name, part in molecules.items():
        assert torch.equal(part, again[name]) if isinstance(part, torch.Tensor) else part == again[name]


def test_unknown_mutations_stand_at_the_training_mean(fold: FoldData, raw: np.ndarray) -> None:
    joined = attached(fold, raw, [HELD_CELLS[0]], [])
    row = joined.graph.n_cells - 1
    inputs = exact_inputs(joined, {"mutation": np.array([row])})
    assert (inputs.mutation[row] == 0).all()
    assert (exact_inputs(joined).mutation[row] != 0).any()
    assert inputs.mutation[:row].mean(0).abs().max() < 1e-6
