"""Attribute view of a drug: its molecular geometry and its fingerprint (METHOD: drug attribute view)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clmt.features.vocabulary import ATOM_SIZES, BOND_SIZES
from clmt.models.clmt.molecule_plan import Environments, MoleculePlan
from clmt.models.dropout import Dropout, dropout
from clmt.models.segments import RowMap, gather_rows, message_sum, sum_rows

__all__ = ["DRUG_PARTS", "CategoryEmbedding", "DrugEncoder", "FingerprintEncoder", "GeometryEncoder", "MoleculeNorm"]

WIDTH = 256
#: What makes up a drug's attribute block.
DRUG_PARTS = ("geometry", "fingerprint")


class CategoryEmbedding(nn.Module):
    """Sum of one embedding per categorical feature.

    Shapes: int64 (n, f) -> float (n, width).
    """

    def __init__(self, sizes: tuple[int, ...], width: int = WIDTH) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, width) for size in sizes)
        for table in self.tables:
            nn.init.xavier_uniform_(table.weight)

    def forward(self, categories: Tensor) -> Tensor:
        """Embed rows of categories."""
        parts = [table(categories[:, column]) for column, table in enumerate(self.tables)]
        return torch.stack(parts).sum(0)


class MoleculeNorm(nn.Module):
    r"""GraphNorm (Cai et al. 2021) over the nodes of each molecule, never over the batch.

    .. math:: y = \gamma \frac{x - \alpha \mu_m}{\sqrt{\mathrm{mean}_m (x - \alpha \mu_m)^2 + \epsilon}} + \beta

    """

    def __init__(self, width: int = WIDTH, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))
        self.mean_scale = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, rows: Tensor, share: RowMap, molecule: RowMap) -> Tensor:
        """Normalise ``rows`` (n, width) that make up ``share`` of their molecules; ``molecule`` maps back to rows."""
        centred = rows - gather_rows(self.mean_scale * sum_rows(rows, share), molecule)
        variance = sum_rows(centred.square(), share)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return torch.addcmul(self.bias, centred, gather_rows(scale, molecule))


class GeometryBlock(nn.Module):
    """GINE update (MLP 256-512-256), layer norm, graph norm, dropout, residual."""

    def __init__(self, dropout: float, activate: bool, width: int = WIDTH) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.layer_norm = nn.LayerNorm(width)
        self.graph_norm = MoleculeNorm(width)
        self.dropout, self.activate = dropout, activate

    def update(self, own: Tensor, messages: Tensor) -> Tensor:
        """``LayerNorm(MLP(own + messages))``, both (u, width)."""
        result: Tensor = self.layer_norm(self.mlp(own + messages))
        return result

    def finish(self, normed: Tensor, residual: Tensor) -> Tensor:
        """Activation (not in the last layer), dropout and residual, (instances, width)."""
        if self.activate:
            normed = F.relu(normed)
        return dropout(normed, self.dropout, self.training) + residual

    def first_layer(self, kinds: Tensor, edges: Tensor, graph: Environments) -> Tensor:
        """Update equal neighbourhoods once.

        Equal nodes of one molecule share a dropout mask; without dropout this is the plain GINE layer.

        Parameters
        ----------
        kinds
            (k, width): embeddings of the distinct nodes.
        edges
            (l, width): embeddings of the distinct edge labels.
        graph
            Which neighbourhoods there are and in which molecules.
        """
        messages = F.relu(gather_rows(kinds, graph.kind_to_message) + gather_rows(edges, graph.label_to_message))
        rows = self.update(
            gather_rows(kinds, graph.kind_to_environment), sum_rows(messages, graph.message_to_environment)
        )
        normed = self.graph_norm(
            gather_rows(rows, graph.environment_to_instance), graph.instance_to_molecule, graph.molecule_to_instance
        )
        return self.finish(normed, gather_rows(kinds, graph.kind_to_instance))


class GeometryEncoder(nn.Module):
    """Two layers on the atom graph; the bond-angle graph supplies the bond embeddings of the second.

    In each layer of the published network a bond-angle convolution prepares the bonds of the next one. What it would
    prepare behind the last layer is read by nothing, so it is not built.

    Shapes: MoleculePlan of d molecules -> (d, 256).
    """

    def __init__(self, dropout: float = 0.4, width: int = WIDTH) -> None:
        super().__init__()
        self.atoms = CategoryEmbedding(ATOM_SIZES, width)
        self.bonds = nn.ModuleList(CategoryEmbedding(BOND_SIZES, width) for _ in range(2))
        self.angles = nn.Sequential(nn.Linear(1, width), nn.ReLU(), nn.Linear(width, width))
        self.bond_block = GeometryBlock(dropout, activate=True, width=width)
        self.atom_blocks = nn.ModuleList(GeometryBlock(dropout, activate, width) for activate in (True, False))
        self.readout = nn.Sequential(
            nn.Linear(3 * width, 1024),
            nn.BatchNorm1d(1024),
            nn.ReLU(),
            nn.Linear(1024, width),
            nn.BatchNorm1d(width),
            nn.ReLU(),
        )

    def forward(self, plan: MoleculePlan) -> Tensor:
        """Encode the plan's molecules."""
        first, second = self.atom_blocks
        atoms = self.atoms(plan.atoms.kinds)
        layer_1 = first.first_layer(atoms, self.bonds[0](plan.bonds.kinds), plan.atoms)
        bonds = self.bond_block.first_layer(self.bonds[1](plan.bonds.kinds), self.angles(plan.angles), plan.bonds)
        own = gather_rows(layer_1, plan.instance_to_atom)
        rows = second.update(own, message_sum(layer_1, bonds, plan.source_to_atom, plan.bond_to_edge))
        normed = second.graph_norm(rows, plan.atom_to_molecule, plan.molecule_to_atom)
        layer_2 = second.finish(normed, own)
        means = (
            sum_rows(gather_rows(atoms, plan.atoms.kind_to_instance), plan.atoms.instance_to_molecule),
            sum_rows(layer_1, plan.atoms.instance_to_molecule),
            sum_rows(layer_2, plan.atom_to_molecule),
        )
        result: Tensor = self.readout(torch.cat(means, dim=1))
        return result


class FingerprintEncoder(nn.Module):
    """Three 1-D convolutions (4, 8, 16 filters, kernel 8, max-pool 3), then 1152-512-256.

    Shapes: float (d, 2048) of 0 and 1 -> (d, 256).
    """

    def __init__(self, probability: float = 0.3, width: int = WIDTH) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, filters in ((1, 4), (4, 8), (8, 16)):
            layers += [nn.Conv1d(inputs, filters, 8), nn.ReLU(), nn.MaxPool1d(3)]
        self.convolutions = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(1152, 512), nn.ReLU(), Dropout(probability), nn.Linear(512, width), nn.ReLU()
        )

    def forward(self, fingerprints: Tensor) -> Tensor:
        """Encode fingerprints."""
        result: Tensor = self.head(self.convolutions(fingerprints.unsqueeze(1)).flatten(1))
        return result


class DrugEncoder(nn.Module):
    """Geometry (256) and fingerprint (256), concatenated: the drug's attribute block of 512.

    Parameters
    ----------
    geometry_dropout, dropout
        Of the blocks of the geometry; of the head of the fingerprint.
    parts
        Which of `DRUG_PARTS` are encoded; the columns of the other one are zero.
    live_dropout
        Whether dropout stays on in evaluation mode, a fault of the published implementation.
    width
        In place of 256.
    """

    def __init__(
        self,
        geometry_dropout: float = 0.4,
        dropout: float = 0.3,
        parts: tuple[str, ...] = DRUG_PARTS,
        live_dropout: bool = False,
        width: int = WIDTH,
    ) -> None:
        super().__init__()
        self.live_dropout, self.width = live_dropout, width
        self.geometry = GeometryEncoder(geometry_dropout, width) if "geometry" in parts else None
        self.fingerprint = FingerprintEncoder(dropout, width) if "fingerprint" in parts else None

    def train(self, mode: bool = True) -> DrugEncoder:
        """Set the mode of all layers but of dropout that is to stay on."""
        super().train(mode)
        for layer in self.modules() if self.live_dropout else ():
            if isinstance(layer, Dropout | GeometryBlock):
                layer.training = True
        return self

    def forward(self, plan: MoleculePlan, fingerprints: Tensor) -> Tensor:
        """Encode d drugs, (d, 512)."""
        absent = fingerprints.new_zeros(len(fingerprints), self.width)
        geometry = absent if self.geometry is None else self.geometry(plan)
        fingerprint = absent if self.fingerprint is None else self.fingerprint(fingerprints)
        return torch.cat([geometry, fingerprint], dim=1)
