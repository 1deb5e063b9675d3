"""The plain formulation of the drug encoder and the structure view, with PyTorch Geometric's own layers.

Every atom and bond is a row and every edge a message, as in the published description. The tests hold the network
against it, and the reference mode of ``benchmarks.training`` measures what it costs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import HeteroData
from torch_geometric.nn import GINEConv, GraphNorm, HeteroConv, SAGEConv, global_mean_pool

from clmt.features.vocabulary import BOND_SIZES
from clmt.models.clmt.drug_encoder import CategoryEmbedding, GeometryBlock, GeometryEncoder
from clmt.models.clmt.structure import SageLayer, StructureEncoder

__all__ = ["PublishedGeometry", "gine", "plain_geometry", "plain_sage", "plain_structure"]

EdgeType = tuple[str, str, str]


def gine(block: GeometryBlock, nodes: Tensor, index: Tensor, edges: Tensor, molecule: Tensor) -> Tensor:
    """One block on all rows: GINEConv, layer norm, GraphNorm by molecule, activation, dropout, residual.

    Parameters
    ----------
    block
        Gives the weights and says whether it trains.
    nodes, edges
        float (n, width) and (e, width).
    index
        int64 (2, e) [source; target].
    molecule
        int64 (n,): each node's molecule.
    """
    convolution = GINEConv(torch.nn.Identity()).to(nodes.device)
    convolution.nn = block.mlp  # set afterwards: the constructor would draw new weights
    norm = GraphNorm(nodes.shape[1])
    norm.weight, norm.bias, norm.mean_scale = (
        block.graph_norm.weight,
        block.graph_norm.bias,
        block.graph_norm.mean_scale,
    )
    updated = norm(block.layer_norm(convolution(nodes, index, edges)), molecule)
    if block.activate:
        updated = F.relu(updated)
    return F.dropout(updated, block.dropout, block.training) + nodes


def plain_geometry(encoder: GeometryEncoder, molecules: dict[str, Any]) -> Tensor:
    """`GeometryEncoder` over all of ``molecules`` (as in ``molecules.pt``), (d, 256)."""
    bonds, atoms = molecules["bonds"].long(), encoder.atoms(molecules["atoms"].long())
    index, drug = molecules["bond_index"], molecules["atom_drug"]
    angles = encoder.angles(molecules["angle"].reshape(-1, 1))
    blocks: Any = encoder.atom_blocks  # a ModuleList does not know the type of its modules
    first, second = blocks
    layer_1 = gine(first, atoms, index, encoder.bonds[0](bonds), drug)
    bond_states = gine(
        encoder.bond_block, encoder.bonds[1](bonds), molecules["angle_index"], angles, molecules["bond_drug"]
    )
    layer_2 = gine(second, layer_1, index, bond_states, drug)
    result: Tensor = encoder.readout(global_mean_pool(torch.cat([atoms, layer_1, layer_2], dim=1), drug))
    return result


class PublishedGeometry(GeometryEncoder):
    """The same on every row, with the bond-angle convolution behind the last layer that the published network has.

    Nothing reads what it prepares, so it costs a forward pass and has no gradient.
    """

    def __init__(self, dropout: float = 0.4, width: int = 256) -> None:
        super().__init__(dropout, width)
        self.last_bonds = CategoryEmbedding(BOND_SIZES, width)
        self.last_angles = torch.nn.Sequential(
            torch.nn.Linear(1, width), torch.nn.ReLU(), torch.nn.Linear(width, width)
        )
        self.last_block = GeometryBlock(dropout, activate=False, width=width)

    def forward(self, molecules: dict[str, Any]) -> Tensor:  # type: ignore[override]
        """Encode ``molecules``, (d, 256)."""
        bonds, angles = molecules["bonds"].long(), self.last_angles(molecules["angle"].reshape(-1, 1))
        gine(self.last_block, self.last_bonds(bonds), molecules["angle_index"], angles, molecules["bond_drug"])
        return plain_geometry(self, molecules)


def plain_sage(layer: SageLayer, nodes: dict[str, Tensor], edges: dict[EdgeType, Tensor]) -> dict[str, Tensor]:
    """`SageLayer` as a HeteroConv of SAGEConv with the mean over edge types; types as in `FoldGraph.to_hetero_data`."""
    kinds = {
        ("cell_line", "similar_to", "cell_line"): (layer.cell_similar, layer.cell_root),
        ("drug", "similar_to", "drug"): (layer.drug_similar, layer.drug_root),
        ("cell_line", "response", "drug"): (layer.response, layer.drug_root),
    }
    convolutions = {}
    for kind, (neighbours, root) in kinds.items():
        convolution = SAGEConv((neighbours.in_features, root.in_features), root.out_features)
        convolution.lin_l.weight, convolution.lin_l.bias = neighbours.weight, neighbours.bias
        convolution.lin_r.weight = root.weight
        convolutions[kind] = convolution
    found: dict[str, Tensor] = HeteroConv(convolutions, aggr="mean")(nodes, edges)
    return found


def plain_structure(encoder: StructureEncoder, data: HeteroData) -> tuple[Tensor, Tensor]:
    """`StructureEncoder` over a fold's `HeteroData`: (c, 256), (d, 256)."""
    nodes = data.x_dict
    for layer in (encoder.first, encoder.second):
        nodes = {kind: F.relu(rows) for kind, rows in plain_sage(layer, nodes, data.edge_index_dict).items()}
    return nodes["cell_line"], nodes["drug"]
