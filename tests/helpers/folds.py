"""Made-up folds, small enough to train on in a second: one with real molecules, one with a planted truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from clmt.features.molecules import concatenate, featurise_drugs
from clmt.graph.fold_data import FoldData
from clmt.graph.fold_graph import FoldGraph
from clmt.planning.settings.features import MoleculeSettings
from tests.helpers.molecule_parts import fingerprints_only

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
N_CELLS, N_DRUGS, N_GENES, N_BITS = 60, 24, 30, 64


def fold_graph(values: np.ndarray, pairs: Mapping[str, np.ndarray], **parts: Any) -> FoldGraph:
    """Graph of a fold of the responses (C, D) at ``pairs`` (n, 2) of each role.

    ``parts`` are expression, mutation, copy_number and cell_tissue, and what differs from: no similar entities, no
    thresholds, no pathways, no histology, no targets.
    """
    cells, drugs = values.shape
    by_role = {role: torch.from_numpy(np.asarray(rows, dtype=np.int64)) for role, rows in pairs.items()}
    train = by_role["train"]
    known = {role: torch.from_numpy(values[tuple(pairs[role].T)]).float() for role in ("train", "validation")}
    train_cells = torch.bincount(train[:, 0], minlength=cells) > 0
    given = {
        "train_cells": train_cells,
        "train_drugs": torch.bincount(train[:, 1], minlength=drugs) > 0,
        "response_edges": train.T.contiguous(),
        "tissue": torch.where(train_cells, parts["cell_tissue"], -1),
        "threshold": torch.full((drugs,), torch.nan),
        "pathway": torch.zeros(drugs, 0),
        "cell_histology": [""] * cells,
        **{name: [""] * drugs for name in ("drug_targets", "drug_pathways")},
        **{f"{kind}_similar_edges": torch.zeros(2, 0, dtype=torch.int64) for kind in ("cell", "drug")},
        **parts,
    }
    return FoldGraph(
        dataset="made_up",
        split="mixed",
        fold=0,
        cell_line_ids=names("C", cells),
        drug_ids=names("D", drugs),
        genes=names("gene", given["expression"].shape[1]),
        mutation_genes=names("gene", given["mutation"].shape[1]),
        copy_number_genes=names("gene", given["copy_number"].shape[1]),
        tissues=names("tissue", int(given["cell_tissue"].max()) + 1),
        pathways=names("pathway", given["pathway"].shape[1]),
        **given,
        **{f"{kind}_similarity": torch.ones(given[f"{kind}_similar_edges"].shape[1]) for kind in ("cell", "drug")},
        **{f"{role}_pairs": rows for role, rows in by_role.items()},
        **{f"{role}_ln_ic50": rows for role, rows in known.items()},
    )


def names(word: str, count: int) -> list[str]:
    return [f"{word}{row}" for row in range(count)]


def with_graph(fold: FoldData, **changed: Any) -> FoldData:
    """The fold with other parts of its graph."""
    return replace(fold, graph=replace(fold.graph, **changed))


def small_molecules() -> dict[str, Any]:
    """Molecules of `SMILES`, a single atom among them."""
    return concatenate(list(SMILES), featurise_drugs(list(SMILES.values()), MoleculeSettings(conformers=1)))


def neighbour_edges(count: int, k: int) -> Tensor:
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
    graph = fold_graph(
        level,
        {name: pairs[np.sort(rows)] for name, rows in parts.items()},
        expression=torch.from_numpy(expression),
        mutation=torch.from_numpy(rng.integers(0, 2, (cells, 6)).astype(np.uint8)),
        copy_number=torch.from_numpy(rng.integers(0, 2, (cells, 5)).astype(np.uint8)),
        cell_similar_edges=neighbour_edges(cells, 3),
        drug_similar_edges=neighbour_edges(drugs, 2),
        cell_tissue=torch.from_numpy(rng.integers(0, 3, cells)),
        threshold=torch.from_numpy(rng.normal(size=drugs).astype(np.float32)),
        pathway=torch.eye(4)[rng.integers(0, 4, drugs)],
    )
    cell_text, drug_text = (torch.from_numpy(rng.normal(size=(n, 16)).astype(np.float32)) for n in (cells, drugs))
    return FoldData(replace(graph, drug_ids=list(molecules["drug_ids"])), molecules, cell_text, drug_text)


def planted_table(seed: int = 0, noise: float = 0.2) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Responses (C, D) = 1 + cell + drug + sensitivity of the drug x pathway activity of the cell + noise."""
    random = np.random.default_rng(seed)
    expression = random.random((N_CELLS, N_GENES)).astype(np.float32)
    # Six chemical families of four drugs: a family shares most of its bits, and most of its potency.
    family = np.arange(N_DRUGS) % 6
    flipped = random.random((N_DRUGS, N_BITS)) < 0.03
    prints = ((random.random((6, N_BITS)) < 0.3)[family] ^ flipped).astype(np.uint8)
    activity = (expression[:, :3].mean(axis=1) - 0.5) * 6.0
    cell = random.normal(0.0, 0.5, N_CELLS)
    drug = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])[family] + random.normal(0.0, 0.3, N_DRUGS)
    sensitivity = np.where(family % 2 == 1, 1.0, -1.0)
    error = random.normal(0.0, noise, (N_CELLS, N_DRUGS))
    values = 1.0 + cell[:, None] + drug + activity[:, None] * sensitivity + error
    return values, {"expression": expression, "prints": prints}


def planted_fold(protocol: str = "mixed", seed: int = 0, noise: float = 0.2) -> tuple[FoldData, np.ndarray]:
    """One fold of a protocol, and the test responses that no part of the fold holds."""
    values, parts = planted_table(seed, noise)
    random = np.random.default_rng(seed + 1)
    pairs = np.argwhere(random.random(values.shape) < 0.9)
    groups = {"mixed": np.arange(len(pairs)), "cell_blind": pairs[:, 0], "drug_blind": pairs[:, 1]}[protocol]
    order = random.permutation(groups.max() + 1)[groups] / (groups.max() + 1)
    roles = {"train": order < 0.7, "validation": (order >= 0.7) & (order < 0.82), "test": order >= 0.82}
    mutation, copy_number = (torch.from_numpy((random.random((N_CELLS, 12)) < 0.2).astype(np.uint8)) for _ in range(2))
    graph = fold_graph(
        values,
        {role: pairs[marks] for role, marks in roles.items()},
        expression=torch.from_numpy(parts["expression"]),
        mutation=mutation,
        copy_number=copy_number,
        cell_tissue=torch.arange(N_CELLS) % 3,
        cell_histology=[("", "carcinoma", "lymphoma", "glioma")[row % 4] for row in range(N_CELLS)],
        drug_targets=[("", "AKT1; AKT2", "EGFR")[row % 3] for row in range(N_DRUGS)],
        drug_pathways=[("Other", "PI3K signalling", "EGFR signalling")[row % 3] for row in range(N_DRUGS)],
    )
    prints = torch.from_numpy(parts["prints"])
    molecules = fingerprints_only(graph.drug_ids, prints)
    fold = FoldData(graph, molecules, torch.zeros(N_CELLS, 4), torch.zeros(N_DRUGS, 4))
    return fold, values[tuple(pairs[roles["test"]].T)]


def every_pair() -> np.ndarray:
    """All pairs of the planted table, seen or not, int64 (C x D, 2)."""
    return np.argwhere(np.ones((N_CELLS, N_DRUGS), dtype=bool))


def rmse(predicted: np.ndarray, observed: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predicted - observed) ** 2)))
