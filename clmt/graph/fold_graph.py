"""The graph of one fold: what a model knows of its cell lines, drugs and pairs, each part with its type and shape.

``graph.pt`` holds the fields of `FoldGraph` under their names. The response of a test pair is in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import numpy as np
import torch
from torch import Tensor

from clmt.errors import ClmtError, choose
from clmt.forms import Array, Names, problems
from clmt.tables.units import LN_IC50_LIMIT
from clmt.tensors import content_digest, load_tensors, save_tensors

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

__all__ = ["FOLD_KEY", "FoldGraph"]

FOLD_KEY = ("dataset", "split", "fold")
"""What tells one fold from another: settings of a graph and of a run that must agree."""


def _edges(source: str, target: str, count: str) -> Array:
    return Array(torch.int64, (2, count), (source, target))


def _pairs(count: str) -> Array:
    return Array(torch.int64, (count, 2), ("C", "D"))


def _responses(count: str) -> Array:
    return Array(torch.float32, (count,), limit=LN_IC50_LIMIT)


@dataclass(frozen=True, eq=False)
class FoldGraph:
    """One fold of C cell lines and D drugs, rows in the order of the dataset's tables.

    A graph whose parts do not fit together is refused when it is made, and so when it is loaded.

    Attributes
    ----------
    dataset, split, fold
        Which fold it is; the number counts from 0.
    cell_line_ids, drug_ids, genes, mutation_genes, copy_number_genes
        Names of the rows (C, D) and of the columns of the three omics (G, M, K).
    tissues, pathways
        Names of the labels (S, P): those of training cell lines and drugs.
    expression
        Scaled to 0..1 over the training cell lines.
    mutation, copy_number
        1 where a gene is altered.
    train_cells, train_drugs
        Which have a training pair.
    cell_similar_edges, drug_similar_edges, response_edges
        [source; target]: from a training cell line to one like it, from a training drug to one like it, and from the
        cell line to the drug of a training pair.
    cell_similarity, drug_similarity
        Pearson correlation of expression and Dice similarity of fingerprints along these edges.
    tissue, threshold, pathway
        Auxiliary labels of training entities: a row of ``tissues`` or -1; sensitivity threshold in ln uM or NaN; 1 for
        each target pathway.
    cell_tissue
        Annotated tissue of every cell line, -1 where unknown or not among ``tissues``.
    cell_histology, drug_targets, drug_pathways
        Annotations of every entity as the tables have them, several parted by "; ", empty where unknown. They are
        inputs, known of held-out entities too.
    train_pairs, validation_pairs, test_pairs
        [cell line row, drug row], in the order of the folds' table.
    train_ln_ic50, validation_ln_ic50
        Their responses, ln uM.
    digests
        What the graph was made of: `clmt.tables.schema.table_digest` of the table of each kind, and
        `clmt.tensors.content_digest` of the ``molecules``; none where it was made of no files. No model reads them.
    variant, faults
        Entry of ``graphs`` that the graph was built with, "" for that of the features; the faults that it repeats.
    """

    dataset: str
    split: str
    fold: int
    cell_line_ids: Annotated[list[str], Names("C")]
    drug_ids: Annotated[list[str], Names("D")]
    genes: Annotated[list[str], Names("G")]
    mutation_genes: Annotated[list[str], Names("M")]
    copy_number_genes: Annotated[list[str], Names("K")]
    tissues: Annotated[list[str], Names("S")]
    pathways: Annotated[list[str], Names("P")]
    cell_histology: Annotated[list[str], Names("C")]
    drug_targets: Annotated[list[str], Names("D")]
    drug_pathways: Annotated[list[str], Names("D")]
    expression: Annotated[Tensor, Array(torch.float32, ("C", "G"))]
    mutation: Annotated[Tensor, Array(torch.uint8, ("C", "M"))]
    copy_number: Annotated[Tensor, Array(torch.uint8, ("C", "K"))]
    train_cells: Annotated[Tensor, Array(torch.bool, ("C",))]
    train_drugs: Annotated[Tensor, Array(torch.bool, ("D",))]
    cell_similar_edges: Annotated[Tensor, _edges("C", "C", "edges between cell lines")]
    cell_similarity: Annotated[Tensor, Array(torch.float32, ("edges between cell lines",))]
    drug_similar_edges: Annotated[Tensor, _edges("D", "D", "edges between drugs")]
    drug_similarity: Annotated[Tensor, Array(torch.float32, ("edges between drugs",))]
    response_edges: Annotated[Tensor, _edges("C", "D", "response edges")]
    tissue: Annotated[Tensor, Array(torch.int64, ("C",))]
    threshold: Annotated[Tensor, Array(torch.float32, ("D",))]
    pathway: Annotated[Tensor, Array(torch.float32, ("D", "P"))]
    cell_tissue: Annotated[Tensor, Array(torch.int64, ("C",))]
    train_pairs: Annotated[Tensor, _pairs("training pairs")]
    train_ln_ic50: Annotated[Tensor, _responses("training pairs")]
    validation_pairs: Annotated[Tensor, _pairs("validation pairs")]
    validation_ln_ic50: Annotated[Tensor, _responses("validation pairs")]
    test_pairs: Annotated[Tensor, _pairs("test pairs")]
    digests: Annotated[dict[str, str], dict] = field(default_factory=dict)
    variant: str = ""
    faults: Annotated[list[str], Names("faults")] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse a part of another type, shape or range than its field says."""
        for problem in _problems(self):
            raise ClmtError(f"graph of a fold: {problem}")

    @property
    def n_cells(self) -> int:
        """C."""
        return len(self.cell_line_ids)

    @property
    def n_drugs(self) -> int:
        """D."""
        return len(self.drug_ids)

    def training_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the cell lines and of the drugs that have a training pair, int64 (c,) and (d,)."""
        return np.flatnonzero(self.train_cells.numpy()), np.flatnonzero(self.train_drugs.numpy())

    def responses(self, role: str) -> tuple[Tensor, Tensor]:
        """Pairs int64 (n, 2) and ln IC50 float32 (n,), uM, of ``train`` or ``validation``; test pairs have none."""
        known = {
            "train": (self.train_pairs, self.train_ln_ic50),
            "validation": (self.validation_pairs, self.validation_ln_ic50),
        }
        pairs, values = choose("no responses of this role", role, known)
        return pairs, values

    def save(self, path: Path) -> None:
        """Write ``graph.pt``; an equal graph gives equal bytes."""
        # A copy, because torch stores what a slice was cut from, too.
        parts = self._parts().items()
        save_tensors(path, {name: part.clone() if isinstance(part, Tensor) else part for name, part in parts})

    def digest(self) -> str:
        """`clmt.tensors.content_digest` of all its parts."""
        return content_digest(self._parts())

    def _parts(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def load(cls, path: Path) -> FoldGraph:
        """Read ``graph.pt``; raises `ClmtError` that names a field that is missing or does not fit."""
        content = load_tensors(path)
        names = [item.name for item in fields(cls)]
        for name in sorted(set(names) ^ set(content)):
            what = "lacks" if name in names else "has an unknown"
            raise ClmtError(f"{path}: {what} field {name!r} of a fold's graph! Delete it and run build_graph")
        try:
            return cls(**content)
        except ClmtError as error:
            raise ClmtError(f"{path}: {error}. Delete it and run build_graph") from None

    def check_fold(self, settings: Mapping[str, Any], path: Path) -> None:
        """Refuse the graph, read from ``path``, of another fold than the ``settings`` of a run say.

        The published splits share one test part between the folds, so no score would betray a fold that was used twice.
        What the settings do not say is not compared.
        """
        for key in FOLD_KEY:
            if key in settings and getattr(self, key) != settings[key]:
                raise ClmtError(
                    f"{path}: not the graph of this run's {key}! got: {getattr(self, key)!r}, "
                    f"expected: {settings[key]!r}. Name the right graph.pt, or delete it and run build_graph"
                )
        wanted = settings.get("graph") or ""
        if self.variant != wanted:
            raise ClmtError(
                f"{path}: not the graph of this run, whose entry of graphs is another! got: {self.variant or 'none'}, "
                f"expected: {wanted or 'none'}. Name the right file, or delete it and run build_graph"
            )

    def to_hetero_data(self, molecules: Mapping[str, Any] | None = None) -> HeteroData:
        """Turn it to PyTorch Geometric's form, see `clmt.graph.hetero_data`."""
        from clmt.graph.hetero_data import hetero_data

        return hetero_data(self, molecules)


def _problems(graph: FoldGraph) -> Iterator[str]:
    """Say what does not fit, one part after the other."""
    hints = get_type_hints(FoldGraph, include_extras=True)
    forms = {name: getattr(hint, "__metadata__", (hint,))[0] for name, hint in hints.items()}
    return problems({name: getattr(graph, name) for name in forms}, forms)
