"""The inputs and encoders of the published models: each drug's own atoms, substructures of several training drugs."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from rdkit import Chem
from torch import nn

from clmt.graph.fold_data import FoldData
from clmt.models.published.deepcdr import ConvolutionEncoder, OmicsEncoder
from clmt.models.published.deeptta import SubstructureEncoder, substructures
from clmt.models.published.graphdrp import AttentionEncoder, GeneticEncoder, IsomorphismEncoder
from clmt.models.published.inputs import alterations, atom_graphs, standard_expression
from clmt.models.published.network import join_drugs
from tests.helpers.folds import SMILES, small_fold, small_molecules, with_graph

ATOM_ENCODERS = [IsomorphismEncoder, AttentionEncoder, ConvolutionEncoder]


@cache
def fold() -> FoldData:
    return small_fold(small_molecules())


def test_a_drug_has_its_own_atoms_and_bonds() -> None:
    graphs = atom_graphs(fold())
    for graph, smiles in zip(graphs, SMILES.values(), strict=True):
        molecule = Chem.MolFromSmiles(smiles)
        bonds = {(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in molecule.GetBonds()}
        assert set(map(tuple, graph.edge_index.T.tolist())) == bonds | {(j, i) for i, j in bonds}
        elements = [atom.GetAtomicNum() for atom in molecule.GetAtoms()]
        assert graph.x[:, :119].argmax(1).tolist() == elements
        assert graph.x.sum(1).tolist() == [9] * len(elements)


@pytest.mark.parametrize("encoder", ATOM_ENCODERS)
def test_a_molecule_is_encoded_alike_alone_and_among_others(encoder: type[nn.Module]) -> None:
    torch.manual_seed(0)
    network, graphs = encoder(0.1).eval(), atom_graphs(fold())
    together = network(join_drugs(graphs))
    assert together.shape[0] == 8
    for row in (2, 6):  # erlotinib, and methane of one atom
        torch.testing.assert_close(network(join_drugs(graphs, [row]))[0], together[row])
    assert not torch.allclose(together[2], together[6])


@pytest.mark.parametrize("encoder", ATOM_ENCODERS)
def test_a_single_atom_can_be_trained_on(encoder: type[nn.Module]) -> None:
    assert torch.isfinite(encoder(0.1).train()(join_drugs(atom_graphs(fold()), [6]))).all()


def test_bonds_matter() -> None:
    graph = atom_graphs(fold())[2]
    apart = graph.clone()
    apart.edge_index = apart.edge_index[:, :0]
    for encoder in ATOM_ENCODERS:
        network = encoder(0.1).eval()
        assert not torch.allclose(*(network(join_drugs([one])) for one in (graph, apart)))


def test_substructures_are_those_of_several_training_drugs() -> None:
    prints = fold().molecules["morgan2"]
    known = torch.tensor([True, True, True, True, False, True, False, True])
    seen = with_graph(fold(), train_drugs=known)
    sets = substructures(seen, 2)
    for row, drug in enumerate(sets):
        bits = set((drug.x[1:] - 1).tolist())
        assert drug.x[0] == 0
        assert bits == {int(bit) for bit in prints[row].nonzero() if int(prints[known][:, bit].sum()) >= 2}
    # Of those that only a held-out drug shares nothing is left.
    of_all = substructures(with_graph(fold(), train_drugs=torch.ones(8, dtype=torch.bool)), 2)
    assert sum(len(drug.x) for drug in sets) < sum(len(drug.x) for drug in of_all)
    assert sets[6].x.tolist() == [0]  # methane


def test_substructures_have_no_order_and_no_neighbours() -> None:
    torch.manual_seed(0)
    network = SubstructureEncoder(2048, 2, 0.1).eval()
    sets = substructures(fold(), 1)
    together = network(join_drugs(sets))
    turned = sets[3].clone()
    turned.x = torch.cat([turned.x[:1], turned.x[1:].flip(0)])
    torch.testing.assert_close(network(join_drugs([turned]))[0], together[3], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(network(join_drugs(sets, [6]))[0], together[6], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("genes", [1, 11, 118, 300])
def test_any_number_of_genes_is_convolved(genes: int) -> None:
    assert GeneticEncoder(genes)(torch.rand(3, genes)).shape == (3, 128)


def test_each_layer_of_omics_has_a_branch_of_its_own() -> None:
    torch.manual_seed(0)
    network = OmicsEncoder((4, 3, 2), 0.1).eval()
    omics = torch.rand(5, 9)
    before = network(omics)
    omics[:, 4:7] += 1.0
    changed = (network(omics) != before).any(0)
    assert not changed[:100].any()
    assert changed[100:200].any()
    assert not changed[200:].any()


def test_expression_is_scaled_by_the_training_cell_lines() -> None:
    known = torch.arange(24) < 20
    expression = fold().graph.expression.clone()
    expression[:20, 3] = 0.5
    scaled = standard_expression(with_graph(fold(), train_cells=known, expression=expression))
    torch.testing.assert_close(scaled[known].mean(0), torch.zeros(12), rtol=0, atol=1e-6)
    torch.testing.assert_close(scaled[known].std(0, correction=0), (torch.arange(12) != 3).float())
    assert scaled[~known, 3].abs().max() == 0


def test_alterations_stand_side_by_side() -> None:
    graph = fold().graph
    assert torch.equal(alterations(fold())[:, :6], graph.mutation.float())
    assert torch.equal(alterations(fold())[:, 6:], graph.copy_number.float())
