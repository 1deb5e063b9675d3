"""The graph of a fold in PyTorch Geometric's form: counts, directions, and the same encodings from its layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch_geometric.data import HeteroData

from benchmarks.plain import plain_structure
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.inputs import prepare_inputs
from clmt.models.clmt.structure import StructureEncoder
from tests.helpers.folds import planted_fold, small_fold, small_molecules

SIMILAR_CELLS, SIMILAR_DRUGS, RESPONSE = (
    ("cell_line", "similar_to", "cell_line"),
    ("drug", "similar_to", "drug"),
    ("cell_line", "response", "drug"),
)


@pytest.fixture(scope="module")
def fold() -> FoldData:
    return small_fold(small_molecules())


@pytest.fixture
def data(fold: FoldData) -> HeteroData:
    return fold.graph.to_hetero_data(fold.molecules)


def test_counts_and_validity(fold: FoldData, data: HeteroData) -> None:
    assert data.validate()
    assert (data["cell_line"].num_nodes, data["drug"].num_nodes) == (24, 8)
    assert (data["cell_line"].x.shape, data["drug"].x.shape) == ((24, 12), (8, 2048))
    assert data.edge_types == [SIMILAR_CELLS, SIMILAR_DRUGS, RESPONSE]
    assert [data[kind].num_edges for kind in data.edge_types] == [24 * 3, 8 * 2, len(fold.graph.train_pairs)]
    assert data[SIMILAR_CELLS].edge_attr.shape == (72, 1)
    assert data["drug"].ids[2] == "erlotinib"


def test_edges_point_from_the_neighbour_and_from_the_cell_line(fold: FoldData, data: HeteroData) -> None:
    assert data[SIMILAR_CELLS].edge_index[:, :3].tolist() == [[1, 2, 3], [0, 0, 0]]  # the neighbours of row 0
    assert data[RESPONSE].edge_index.T.tolist() == fold.graph.train_pairs.tolist()
    turned = replace(fold.graph, cell_similar_edges=fold.graph.cell_similar_edges.flip(0)).to_hetero_data()
    assert turned[SIMILAR_CELLS].edge_index[:, :3].tolist() == [[0, 0, 0], [1, 2, 3]]


def test_pairs_of_each_role_and_no_test_response(fold: FoldData, data: HeteroData) -> None:
    response = data[RESPONSE]
    for role in ("train", "validation", "test"):
        assert torch.equal(response[f"{role}_edge_label_index"].T, getattr(fold.graph, f"{role}_pairs"))
        assert (f"{role}_edge_label" in response) == (role != "test")
    assert torch.equal(response.validation_edge_label, fold.graph.validation_ln_ic50)


def test_without_molecules_drugs_are_counted_only() -> None:
    data = planted_fold()[0].graph.to_hetero_data()
    assert data.validate()
    assert data["drug"].num_nodes == 24
    assert "x" not in data["drug"]


def check_layers_agree(fold: FoldData, data: HeteroData) -> None:
    """Two SAGEConv layers over the data give what `StructureEncoder` gives, on the network's own node features."""
    torch.manual_seed(0)
    inputs = prepare_inputs(fold, np.arange(24), np.arange(8)).structure
    encoder = StructureEncoder(12, 2048)
    data["cell_line"].x, data["drug"].x = inputs.cells, inputs.drugs
    for ours, plain in zip(encoder(inputs), plain_structure(encoder, data), strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-5)


def test_geometric_layers_give_our_encodings(fold: FoldData, data: HeteroData) -> None:
    check_layers_agree(fold, data)
    data[SIMILAR_CELLS].edge_index = data[SIMILAR_CELLS].edge_index.flip(0)
    with pytest.raises(AssertionError):
        check_layers_agree(fold, data)
