"""The graph of a fold as PyTorch Geometric's `HeteroData`, for looking at it and for models of other papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch_geometric.data import HeteroData

if TYPE_CHECKING:
    from clmt.graph.fold_graph import FoldGraph

__all__ = ["hetero_data"]


def hetero_data(graph: FoldGraph, molecules: Mapping[str, Any] | None = None) -> HeteroData:
    """Turn the graph of a fold to a `HeteroData`.

    Node types ``cell_line`` (``x``: expression) and ``drug`` (``x``: Morgan fingerprint of radius 2, where the contents
    of ``molecules.pt`` are given) have the other fields of `FoldGraph` about them under the same names. Edge types are
    (cell_line, similar_to, cell_line) and (drug, similar_to, drug), whose ``edge_attr`` (E, 1) is the similarity, and
    (cell_line, response, drug). The last one also has the pairs to learn and to predict, by role:
    ``<role>_edge_label_index`` (2, n), and ``<role>_edge_label`` (n,), ln IC50 in uM, of train and validation.

    Examples
    --------
    >>> graph = FoldGraph.load(Path("results/demo/demo_mixed/fold0/graph.pt"))
    >>> data = graph.to_hetero_data(load_tensors(Path("results/demo/features/molecules.pt")))
    >>> data.validate()
    True
    >>> data["cell_line"].ids[0], data["drug"].x.shape
    >>> data["cell_line", "response", "drug"].edge_index[:, :5]  # [cell line; drug] of five training pairs
    """
    data = HeteroData()
    cells, drugs = data["cell_line"], data["drug"]
    cells.x, cells.ids = graph.expression, graph.cell_line_ids
    for name in ("mutation", "copy_number", "tissue", "cell_tissue", "cell_histology"):
        cells[name] = getattr(graph, name)
    cells.train_mask, drugs.train_mask = graph.train_cells, graph.train_drugs
    drugs.num_nodes, drugs.ids = graph.n_drugs, graph.drug_ids
    if molecules is not None:
        drugs.x = molecules["morgan2"].float()
    for name in ("threshold", "pathway", "drug_targets", "drug_pathways"):
        drugs[name] = getattr(graph, name)
    for kind, edges, similarity in (
        ("cell_line", graph.cell_similar_edges, graph.cell_similarity),
        ("drug", graph.drug_similar_edges, graph.drug_similarity),
    ):
        similar = data[kind, "similar_to", kind]
        similar.edge_index, similar.edge_attr = edges, similarity[:, None]
    response = data["cell_line", "response", "drug"]
    response.edge_index = graph.response_edges
    for role in ("train", "validation"):
        pairs, values = graph.responses(role)
        response[f"{role}_edge_label_index"], response[f"{role}_edge_label"] = pairs.T, values
    response.test_edge_label_index = graph.test_pairs.T
    return data
