"""A made-up fold with real molecules: small enough to train on in a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from clmt.features.molecules import concatenate, featurise_drugs
from clmt.graph.fold_data import FoldData

SMILES = {
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "caffeine": "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
    "erlotinib": "COCCOc1cc2ncnc(Nc3cccc(C#C)c3)c2cc1OCCOC",
    "methotrexate": "CN(Cc1cnc2nc(N)nc(N)c2n1)c1ccc(cc1)C(=O)N[C@@H](CCC(=O)O)C(=O)O",
    "tamoxifen": "CC/C(=C(\\c1ccccc1)c1ccc(OCCN(C)C)cc1)c1ccccc1",
    "temozolomide": "Cn1nnc2c(ncn2c1=O)C(N)=O",
    "methane": "C",
    "vorinostat": "ONC(=O)CCCCCCC(=O)Nc1ccccc1",
}


def small_molecules() -> dict[str, Any]:
    """Molecules of `SMILES`, a single atom among them."""
    return concatenate(list(SMILES), featurise_drugs(list(SMILES.values()), {"conformers": 1}))


def neighbour_edges(count: int, k: int) -> torch.Tensor:
    """Each row and its k followers, int64 (2, count * k) [source; target]."""
    pairs = [((row + step) % count, row) for row in range(count) for step in range(1, k + 1)]
    return torch.tensor(pairs, dtype=torch.int64).T.contiguous()


def small_fold(molecules: dict[str, Any], *, cells: int = 24, genes: int = 12, seed: int = 0) -> FoldData:
    """Responses of ``cells`` cell lines to the drugs of `SMILES`: drug level, cell level and one interaction."""
    rng = np.random.default_rng(seed)
    drugs = len(molecules["drug_ids"])
    expression = rng.random((cells, genes)).astype(np.float32)
    level = (
        rng.normal(0, 1.5, drugs)[None] + expression[:, :1] + 2 * np.outer(expression[:, 1], rng.normal(0, 1, drugs))
    )
    pairs = np.stack(np.meshgrid(np.arange(cells), np.arange(drugs), indexing="ij"), axis=-1).reshape(-1, 2)
    order = rng.permutation(len(pairs))
    parts = {"test": order[:30], "validation": order[30:50], "train": order[50:]}
    values = level[pairs[:, 0], pairs[:, 1]].astype(np.float32)
    chosen = {name: torch.from_numpy(pairs[np.sort(rows)].astype(np.int64)) for name, rows in parts.items()}
    graph: dict[str, Any] = {
        "cell_line_ids": [f"C{row}" for row in range(cells)],
        "drug_ids": list(molecules["drug_ids"]),
        "expression": torch.from_numpy(expression),
        "mutation": torch.from_numpy(rng.integers(0, 2, (cells, 6)).astype(np.uint8)),
        "copy_number": torch.from_numpy(rng.integers(0, 2, (cells, 5)).astype(np.uint8)),
        "train_cells": torch.ones(cells, dtype=torch.bool),
        "train_drugs": torch.ones(drugs, dtype=torch.bool),
        "edges": {
            "cell_similar": neighbour_edges(cells, 3),
            "drug_similar": neighbour_edges(drugs, 2),
            "response": chosen["train"].T.contiguous(),
        },
        "tissue": torch.from_numpy(rng.integers(0, 3, cells)),
        "tissues": ["breast", "lung", "skin"],
        "threshold": torch.from_numpy(rng.normal(size=drugs).astype(np.float32)),
        "pathway": torch.eye(4)[rng.integers(0, 4, drugs)],
        "pathways": ["a", "b", "c", "d"],
        **{f"{name}_pairs": rows for name, rows in chosen.items()},
        "train_ln_ic50": torch.from_numpy(values[np.sort(parts["train"])]),
        "validation_ln_ic50": torch.from_numpy(values[np.sort(parts["validation"])]),
    }
    text = {
        "cell_line": torch.from_numpy(rng.normal(size=(cells, 16)).astype(np.float32)),
        "drug": torch.from_numpy(rng.normal(size=(drugs, 16)).astype(np.float32)),
    }
    return FoldData(graph, molecules, text)
