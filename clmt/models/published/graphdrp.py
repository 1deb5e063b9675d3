"""GraphDRP: graph convolutions on the molecule, 1-D convolutions on the genetic features of the cell line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional as F
from torch_geometric.nn import BatchNorm, GATConv, GINConv, global_add_pool, global_max_pool

from clmt.models.dropout import Dropout
from clmt.models.published.inputs import ATOM_WIDTH, alterations, atom_graphs
from clmt.models.published.model import PublishedModel
from clmt.models.published.network import PairNetwork

if TYPE_CHECKING:
    from torch_geometric.data import Batch, Data

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.published import GraphDRPSettings

__all__ = ["AttentionEncoder", "GeneticEncoder", "GraphDRP", "IsomorphismEncoder"]

WIDTH = 128


class IsomorphismEncoder(nn.Module):
    """Five GIN layers of width 32 with batch norm, sum over the atoms, one linear layer.

    Shapes: Batch of d molecules -> (d, 128).
    """

    def __init__(self, probability: float = 0.2, hidden: int = 32) -> None:
        super().__init__()
        widths = [ATOM_WIDTH] + 4 * [hidden]
        self.layers = nn.ModuleList(
            GINConv(nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, hidden))) for width in widths
        )
        # The first molecule of a fold may be its only one, and a single atom.
        self.norms = nn.ModuleList(BatchNorm(hidden, allow_single_element=True) for _ in widths)
        self.readout = nn.Sequential(nn.Linear(hidden, WIDTH), nn.ReLU(), Dropout(probability))

    def forward(self, drugs: Batch) -> Tensor:
        """Encode molecules."""
        rows = drugs.x.to(next(self.parameters()).dtype)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            rows = norm(F.relu(layer(rows, drugs.edge_index)))
        result: Tensor = self.readout(global_add_pool(rows, drugs.batch, drugs.num_graphs))
        return result


class AttentionEncoder(nn.Module):
    """Two GAT layers, the first of ten heads as wide as its input, maximum over the atoms, one linear layer.

    Shapes: Batch of d molecules -> (d, 128).
    """

    def __init__(self, probability: float = 0.2, heads: int = 10, hidden: int = 78) -> None:
        super().__init__()
        self.dropout = Dropout(probability)
        self.first = GATConv(ATOM_WIDTH, hidden, heads=heads, dropout=probability)
        self.second = GATConv(hidden * heads, WIDTH, dropout=probability)
        self.readout = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU())

    def forward(self, drugs: Batch) -> Tensor:
        """Encode molecules."""
        rows = self.dropout(drugs.x.to(next(self.parameters()).dtype))
        rows = self.dropout(F.elu(self.first(rows, drugs.edge_index)))
        rows = F.relu(self.second(rows, drugs.edge_index))
        result: Tensor = self.readout(global_max_pool(rows, drugs.batch, drugs.num_graphs))
        return result


class GeneticEncoder(nn.Module):
    """Three 1-D convolutions (32, 64, 128 filters, kernel 8, max-pool 3) over the genes, one linear layer.

    Shapes: (c, genes) -> (c, 128). Where there are fewer genes than the convolutions need, zeros follow them.
    """

    SHORTEST = 118

    def __init__(self, genes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        length = max(genes, self.SHORTEST)
        for inputs, filters in ((1, 32), (32, 64), (64, 128)):
            # The paper's ReLU before the maximum gives the same, at three times the cost.
            layers += [nn.Conv1d(inputs, filters, 8), nn.MaxPool1d(3), nn.ReLU()]
            length = (length - 7) // 3
        self.convolutions = nn.Sequential(*layers)
        self.readout = nn.Linear(128 * length, WIDTH)

    def forward(self, genes: Tensor) -> Tensor:
        """Encode cell lines."""
        padded = F.pad(genes, (0, max(0, self.SHORTEST - genes.shape[1])))
        result: Tensor = self.readout(self.convolutions(padded.unsqueeze(1)).flatten(1))
        return result


class GraphDRP(PublishedModel):
    """GraphDRP with GIN or GAT as its graph convolution.

    Notes
    -----
    Nguyen, Nguyen, Nguyen & Le, Graph convolutional networks for drug response prediction (IEEE/ACM TCBB 19, 2022).
    Different from the paper, beside what holds for all published models: the atoms' categories are those of
    `clmt.features.vocabulary` rather than its 78 columns, mutations and copy number are those of the fold's tables
    rather than 735 binary features, the response is ln IC50 and the output linear, where the paper squeezes IC50 into
    0..1 and ends with a sigmoid.
    """

    settings: GraphDRPSettings

    def cell_features(self, fold: FoldData) -> Tensor:
        """Mutations and copy number, (C, M + K)."""
        return alterations(fold)

    def drug_graphs(self, fold: FoldData) -> list[Data]:
        """Molecular graphs."""
        return atom_graphs(fold)

    def build(self, shape: dict[str, int]) -> PairNetwork:
        """The network, with the paper's layers 1,024 and 128 on top."""
        encoders = {"gin": IsomorphismEncoder, "gat": AttentionEncoder}
        cells = GeneticEncoder(shape["mutation"] + shape["copy_number"])
        drugs = encoders[self.settings.convolution]()
        return PairNetwork(cells, drugs, (WIDTH, WIDTH), (1024, 128), self.settings.dropout)
