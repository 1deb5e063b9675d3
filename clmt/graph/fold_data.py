"""One fold as a model sees it: the fold's graph, the molecules and the text vectors, in one row order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.errors import ClmtError
from clmt.features.molecule_file import read_molecules
from clmt.graph.fold_graph import FoldGraph
from clmt.graph.given import Given, read_given
from clmt.graph.held_out import HeldOut, read_held_out
from clmt.tensors import content_digest
from clmt.vectors.files import read_vectors

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FoldData", "load_fold"]


@dataclass(frozen=True)
class FoldData:
    """Inputs of training and prediction.

    Attributes
    ----------
    graph
        Scaled omics, edges, auxiliary labels and pairs; no test response is in it.
    molecules
        Contents of ``molecules.pt``, drugs in the order of the graph.
    cell_text, drug_text
        Float32 (C, T) and (D, T), rows in the graph's order; T is 0 without vectors.
    members
        What other models, frozen before, predict of the validation and test pairs, by their names.
    given
        Predictions that somebody else made, for the model that scores them.
    """

    graph: FoldGraph
    molecules: dict[str, Any]
    cell_text: Tensor
    drug_text: Tensor
    members: Mapping[str, HeldOut] = field(default_factory=dict)
    given: Given | None = None

    def digests(self) -> dict[str, str]:
        """`clmt.tensors.content_digest` of the graph, the molecules and the text vectors."""
        text = content_digest([self.cell_text, self.drug_text])
        return {"graph": self.graph.digest(), "molecules": content_digest(self.molecules), "text vectors": text}

    def trained_on(self, pairs: Tensor, ln_ic50: Tensor) -> FoldData:
        """The fold with other training pairs, int64 (n, 2) and float32 (n,), for models that read no edges."""
        graph = replace(
            self.graph,
            train_pairs=pairs,
            train_ln_ic50=ln_ic50,
            train_cells=torch.bincount(pairs[:, 0], minlength=self.graph.n_cells) > 0,
            train_drugs=torch.bincount(pairs[:, 1], minlength=self.graph.n_drugs) > 0,
        )
        return replace(self, graph=graph)


def load_fold(
    graph_path: Path,
    molecules_path: Path,
    text_path: Path | None,
    encoder: str | None = None,
    members: Sequence[Path] = (),
    given: Path | None = None,
) -> FoldData:
    """Load one fold and check that its parts speak of the same molecules; ``text_path`` for models that read text.

    Vectors of another than the ``encoder`` that a run's settings name are refused, and so are ``members``, files of
    `clmt.graph.held_out`, of another fold. ``given`` is a file that `clmt.graph.given` reads.
    """
    if encoder is not None and text_path is None:
        raise ClmtError(f"the run reads text vectors of {encoder!r}, and none are given! Name their file with --text")
    graph = FoldGraph.load(graph_path)
    molecules = read_molecules(molecules_path)
    _check_molecules(molecules, molecules_path, graph, graph_path)
    others = dict(read_held_out(path, graph) for path in members)
    theirs = None if given is None else read_given(given, graph)
    if text_path is None:
        return FoldData(graph, molecules, torch.zeros(graph.n_cells, 0), torch.zeros(graph.n_drugs, 0), others, theirs)
    vectors, facts = read_vectors(text_path, encoder)
    for kind in sorted(facts.keys() & graph.digests.keys()):
        if facts[kind] != graph.digests[kind]:
            raise ClmtError(f"{text_path}: of another {kind} table than {graph_path}! Rerun the text rules")
    cell_text = _rows(vectors, "cell_line", graph.cell_line_ids, text_path)
    drug_text = _rows(vectors, "drug", graph.drug_ids, text_path)
    return FoldData(graph, molecules, cell_text, drug_text, others, theirs)


def _check_molecules(molecules: Mapping[str, Any], path: Path, graph: FoldGraph, graph_path: Path) -> None:
    """Refuse molecules of other drugs than the graph's, or of other structures or conformers than it was made from."""
    if graph.drug_ids != molecules["drug_ids"]:
        raise ClmtError(f"{graph_path} and {path}: the drugs differ. Delete both and rerun")
    found = content_digest(molecules)
    if (expected := graph.digests.get("molecules", found)) != found:
        raise ClmtError(
            f"{path}: not the molecules that {graph_path} was made from! got: digest {found[:12]}, expected: "
            f"{expected[:12]}. Name the right file, or delete both and rerun"
        )


def _rows(vectors: Mapping[str, Mapping[str, np.ndarray]], kind: str, ids: list[str], path: Path) -> Tensor:
    """Vectors of ``ids``, float32 (len(ids), T)."""
    found = vectors[kind]
    missing = [entity for entity in ids if entity not in found]
    if missing:
        raise ClmtError(
            f"{path}: no text vector of {kind} {missing[0]!r} ({len(missing)} missing in all). Rerun the text rules"
        )
    return torch.from_numpy(np.stack([found[entity] for entity in ids]))
