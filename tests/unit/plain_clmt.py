"""The plain formulation of the drug encoder and the structure view, with PyTorch Geometric's own layers.

Every atom and bond is a row and every edge a message, as in the published description; ours must give the same.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.nn import GINEConv, GraphNorm, HeteroConv, SAGEConv, global_mean_pool

from clmt.models.drug_encoder import GeometryBlock, GeometryEncoder
from clmt.models.structure import SageLayer


def gine(block: GeometryBlock, nodes: Tensor, index: Tensor, edges: Tensor, molecule: Tensor) -> Tensor:
    """One block on all rows: GINEConv, layer norm, GraphNorm by molecule, activation, residual (no dropout)."""
    convolution = GINEConv(torch.nn.Identity())
    convolution.nn = block.mlp  # set afterwards: the constructor would draw new weights
    norm = GraphNorm(nodes.shape[1])
    norm.weight, norm.bias, norm.mean_scale = (
        block.graph_norm.weight,
        block.graph_norm.bias,
        block.graph_norm.mean_scale,
    )
    updated = norm(block.layer_norm(convolution(nodes, index, edges)), molecule)
    return (F.relu(updated) if block.activate else updated) + nodes


def plain_geometry(encoder: GeometryEncoder, molecules: dict[str, Any]) -> Tensor:
    """`GeometryEncoder` in evaluation mode over all molecules, (d, 256)."""
    bonds, atoms = molecules["bonds"].long(), encoder.atoms(molecules["atoms"].long())
    index, drug = molecules["bond_index"], molecules["atom_drug"]
    angles = encoder.angles(molecules["angle"].reshape(-1, 1))
    first, second = encoder.atom_blocks
    layer_1 = gine(first, atoms, index, encoder.bonds[0](bonds), drug)
    bond_states = gine(
        encoder.bond_block, encoder.bonds[1](bonds), molecules["angle_index"], angles, molecules["bond_drug"]
    )
    layer_2 = gine(second, layer_1, index, bond_states, drug)
    return encoder.readout(global_mean_pool(torch.cat([atoms, layer_1, layer_2], dim=1), drug))


def plain_sage(layer: SageLayer, cells: Tensor, drugs: Tensor, edges: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """`SageLayer` as a HeteroConv of SAGEConv with the mean over edge types."""
    kinds = {
        ("cell", "similar", "cell"): (layer.cell_similar, layer.cell_root, edges["cell_similar"]),
        ("drug", "similar", "drug"): (layer.drug_similar, layer.drug_root, edges["drug_similar"]),
        ("cell", "response", "drug"): (layer.response, layer.drug_root, edges["response"]),
    }
    convolutions = {}
    for kind, (neighbours, root, _) in kinds.items():
        convolution = SAGEConv((neighbours.in_features, root.in_features), root.out_features)
        convolution.lin_l.weight, convolution.lin_l.bias = neighbours.weight, neighbours.bias
        convolution.lin_r.weight = root.weight
        convolutions[kind] = convolution
    out = HeteroConv(convolutions, aggr="mean")(
        {"cell": cells, "drug": drugs}, {kind: index for kind, (_, _, index) in kinds.items()}
    )
    return out["cell"], out["drug"]
