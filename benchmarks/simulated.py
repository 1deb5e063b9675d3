"""A simulated fold of any size in memory: random omics and responses, molecules drawn from those of real drugs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.molecules import MoleculeStore, vary_copies
from clmt.graph.fold_data import FoldData
from clmt.graph.fold_graph import FoldGraph

__all__ = ["FoldSize", "draw_molecules", "simulated_fold"]

#: Widths that the measured axes leave alone.
MUTATION_GENES, COPY_NUMBER_GENES, TEXT, TISSUES, PATHWAYS, NEIGHBOURS = 636, 694, 768, 20, 24, 20


@dataclass(frozen=True)
class FoldSize:
    """How large a simulated fold is; ``pairs`` are training pairs."""

    pairs: int
    cells: int
    drugs: int
    genes: int


def template_molecules(path: Path | None) -> dict[str, Any]:
    """Molecules to draw from: a ``molecules.pt``, or the demo's drugs with one conformer each."""
    from clmt.tensors import load_tensors

    if path is not None:
        return load_tensors(path)
    from clmt.demo.drugs import DRUGS
    from clmt.features.molecules import concatenate, featurise_drugs
    from clmt.planning.settings.features import MoleculeSettings

    return concatenate(
        [drug.name for drug in DRUGS], featurise_drugs([drug.smiles for drug in DRUGS], MoleculeSettings(conformers=1))
    )


def draw_molecules(templates: dict[str, Any], drugs: int, seed: int = 0) -> dict[str, Any]:
    """The first ``drugs`` templates; where there are fewer, all of them and then draws with replacement.

    Drawn ones get bond angles of their own, see `benchmarks.molecules.vary_copies`.
    """
    known = len(templates["drug_ids"])
    rng = np.random.default_rng(seed)
    rows = np.concatenate([np.arange(min(known, drugs)), rng.integers(0, known, max(0, drugs - known))])
    return vary_copies(MoleculeStore(templates).batch(torch.from_numpy(rows)), known, seed)


def neighbours(count: int, rng: np.random.Generator) -> torch.Tensor:
    """Edges from `NEIGHBOURS` others to each of ``count`` nodes, int64 (2, e) [source; target]."""
    each = min(NEIGHBOURS, count - 1)
    steps = np.stack([rng.choice(count - 1, each, replace=False) + 1 for _ in range(count)])
    target = np.arange(count)[:, None]
    return torch.from_numpy(np.stack([(target + steps).ravel() % count, np.repeat(target, each)]))


def responses(size: FoldSize, expression: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pairs int64 (n, 2) and ln IC50 float32 (n,): level of the drug, one gene's effect that differs by drug, noise.

    Where more pairs are asked for than there are, the rest are replicates.
    """
    every = size.cells * size.drugs
    chosen = rng.permutation(every)[: size.pairs]
    chosen = np.concatenate([chosen, rng.integers(0, every, size.pairs - len(chosen))])
    pairs = np.stack(np.divmod(chosen, size.drugs), axis=1)
    level, slope = rng.normal(0, 2, size.drugs), rng.normal(0, 1, size.drugs)
    values = level[pairs[:, 1]] + slope[pairs[:, 1]] * expression[pairs[:, 0], 0] + rng.normal(0, 0.5, size.pairs)
    return pairs, values.astype(np.float32)


def simulated_fold(molecules: dict[str, Any], size: FoldSize, seed: int = 0) -> FoldData:
    """A fold whose cell lines and drugs are all of training; its few validation pairs repeat training pairs."""
    rng = np.random.default_rng(seed)
    expression = rng.random((size.cells, size.genes), dtype=np.float32)
    pairs, values = responses(size, expression, rng)
    train, ln_ic50 = torch.from_numpy(pairs), torch.from_numpy(values)
    cell_edges, drug_edges = neighbours(size.cells, rng), neighbours(size.drugs, rng)
    tissue = torch.from_numpy(rng.integers(0, TISSUES, size.cells))
    graph = FoldGraph(
        dataset="simulated",
        split="all_known",
        fold=0,
        cell_line_ids=names("simulated cell line", size.cells),
        drug_ids=molecules["drug_ids"],
        genes=names("gene", size.genes),
        mutation_genes=names("gene", MUTATION_GENES),
        copy_number_genes=names("gene", COPY_NUMBER_GENES),
        tissues=names("tissue", TISSUES),
        pathways=names("pathway", PATHWAYS),
        cell_histology=[f"histology {row % TISSUES}" for row in range(size.cells)],
        drug_targets=[f"target {row % PATHWAYS}" for row in range(size.drugs)],
        drug_pathways=[f"pathway {row % PATHWAYS}" for row in range(size.drugs)],
        expression=torch.from_numpy(expression),
        mutation=torch.from_numpy((rng.random((size.cells, MUTATION_GENES)) < 0.05).astype(np.uint8)),
        copy_number=torch.from_numpy((rng.random((size.cells, COPY_NUMBER_GENES)) < 0.1).astype(np.uint8)),
        train_cells=torch.ones(size.cells, dtype=torch.bool),
        train_drugs=torch.ones(size.drugs, dtype=torch.bool),
        cell_similar_edges=cell_edges,
        cell_similarity=torch.ones(cell_edges.shape[1]),
        drug_similar_edges=drug_edges,
        drug_similarity=torch.ones(drug_edges.shape[1]),
        response_edges=train.unique(dim=0).T.contiguous(),
        tissue=tissue,
        threshold=torch.from_numpy(rng.normal(size=size.drugs).astype(np.float32)),
        pathway=torch.eye(PATHWAYS)[torch.from_numpy(rng.integers(0, PATHWAYS, size.drugs))],
        cell_tissue=tissue,
        train_pairs=train,
        train_ln_ic50=ln_ic50,
        validation_pairs=train[:1000],
        validation_ln_ic50=ln_ic50[:1000],
        test_pairs=train[:0],
    )
    cell_text, drug_text = (
        torch.from_numpy(rng.standard_normal((count, TEXT), dtype=np.float32)) for count in (size.cells, size.drugs)
    )
    return FoldData(graph, molecules, cell_text, drug_text)


def names(word: str, count: int) -> list[str]:
    """Number a word."""
    return [f"{word} {row}" for row in range(count)]
