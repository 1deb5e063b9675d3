"""A made-up fold with a planted truth, for tests of the baselines: drug and cell levels, and one factor from genes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from clmt.graph.fold_data import FoldData

N_CELLS, N_DRUGS, N_GENES, N_BITS = 60, 24, 30, 64


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


def make_fold(protocol: str = "mixed", seed: int = 0, noise: float = 0.2) -> tuple[FoldData, np.ndarray]:
    """One fold of a protocol, and the test responses that no part of the fold holds."""
    values, parts = planted_table(seed, noise)
    random = np.random.default_rng(seed + 1)
    pairs = np.argwhere(random.random(values.shape) < 0.9)
    groups = {"mixed": np.arange(len(pairs)), "cell_blind": pairs[:, 0], "drug_blind": pairs[:, 1]}[protocol]
    order = random.permutation(groups.max() + 1)[groups] / (groups.max() + 1)
    roles = {"train": order < 0.7, "validation": (order >= 0.7) & (order < 0.82), "test": order >= 0.82}
    graph: dict[str, Any] = {
        "cell_line_ids": [f"c{row}" for row in range(N_CELLS)],
        "drug_ids": [f"d{row}" for row in range(N_DRUGS)],
        "expression": torch.from_numpy(parts["expression"]),
        "mutation": torch.from_numpy((random.random((N_CELLS, 12)) < 0.2).astype(np.uint8)),
        "copy_number": torch.from_numpy((random.random((N_CELLS, 12)) < 0.2).astype(np.uint8)),
        "tissues": ["bone", "lung", "skin"],
    }
    for role, marks in roles.items():
        graph[f"{role}_pairs"] = torch.from_numpy(pairs[marks])
        if role != "test":
            graph[f"{role}_ln_ic50"] = torch.from_numpy(values[tuple(pairs[marks].T)].astype(np.float32))
    for kind, column, count in (("cells", 0, N_CELLS), ("drugs", 1, N_DRUGS)):
        seen = np.bincount(pairs[roles["train"], column], minlength=count) > 0
        graph[f"train_{kind}"] = torch.from_numpy(seen)
    graph["cell_tissue"] = torch.arange(N_CELLS) % 3
    graph["tissue"] = torch.where(graph["train_cells"], graph["cell_tissue"], -1)
    prints = torch.from_numpy(parts["prints"])
    molecules = {"drug_ids": graph["drug_ids"], "morgan2": prints, "morgan3": prints}
    text = {"cell_line": torch.zeros(N_CELLS, 4), "drug": torch.zeros(N_DRUGS, 4)}
    return FoldData(graph, molecules, text), values[tuple(pairs[roles["test"]].T)]


def every_pair() -> np.ndarray:
    """All pairs, seen or not, int64 (C x D, 2)."""
    return np.argwhere(np.ones((N_CELLS, N_DRUGS), dtype=bool))


def rmse(predicted: np.ndarray, observed: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predicted - observed) ** 2)))
