"""A bundle of two seeds on the blind fold's training part, fitted in a second."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch

from clmt.bundles.conformal import calibrate
from clmt.bundles.file import Bundle, Expression, Known
from clmt.bundles.frozen import freeze
from clmt.bundles.texts import TextReader
from clmt.graph.fold_data import FoldData
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import scale_expression
from clmt.models.clmt.model import CLMT
from clmt.models.create import create_model
from clmt.tables.identity import structure_of
from clmt.vectors.lsa import fit_lsa
from tests.helpers.blind_fold import blind_fold
from tests.helpers.folds import SMILES, with_graph

NEIGHBOURS = 3
SETTINGS = {"epochs": 1, "batch_size": 64}
MOLECULES = {"conformers": 1}
LSA = {"kind": "lsa", "dimensions": 16}
TEXTS = ["This compound inhibits EGFR.", "This cell line comes from the lung.", "This compound comes from a plant."]


@cache
def raw_expression() -> np.ndarray:
    """Expression before it is scaled, float32 (C, G), on a log2 scale."""
    return (blind_fold().graph.expression.numpy() * 2 + np.linspace(4, 9, 12)).astype(np.float32)


@cache
def bundled_fold() -> FoldData:
    """The blind fold with expression and edges by the rules of the workflow."""
    fold = blind_fold()
    cells, drugs = fold.graph.train_cells.numpy(), fold.graph.train_drugs.numpy()
    scaled = scale_expression(raw_expression(), cells)
    parts: dict[str, Any] = {"expression": torch.from_numpy(scaled)}
    found = {
        "cell": pearson_neighbours(scaled, cells, NEIGHBOURS),
        "drug": dice_neighbours(fold.molecules["morgan2"].numpy(), drugs, NEIGHBOURS),
    }
    for side, (edges, similarity) in found.items():
        parts[f"{side}_similar_edges"] = torch.from_numpy(edges)
        parts[f"{side}_similarity"] = torch.from_numpy(similarity)
    return with_graph(fold, **parts)


@cache
def seeds(count: int = 2) -> list[CLMT]:
    """Models of the fold."""
    models: list[Any] = [create_model("clmt", SETTINGS) for _ in range(count)]
    for seed, model in enumerate(models):
        model.fit(bundled_fold(), seed=seed, device="cpu")
    return models


def reference() -> Expression:
    """Expression of the training cell lines."""
    values = raw_expression()[bundled_fold().graph.train_cells.numpy()]
    mean = values.mean(axis=0)
    distance = np.median(np.abs(values - mean), axis=1)
    return Expression(values.min(axis=0), values.max(axis=0), mean, values.std(axis=0), distance)


def made_bundle(count: int = 2) -> Bundle:
    """The first ``count`` seeds; known pairs and new drugs are calibrated, the other kinds are not."""
    frozen = freeze(bundled_fold())
    drugs = frozen.graph.drug_ids
    random = np.random.default_rng(0)
    errors, spread = random.normal(size=400), random.random(400)
    groups = {"known pair": np.arange(400), "new drug": np.arange(400) % 20}
    manifest = {
        **{"dataset": "made_up", "model": "clmt", "models": ["clmt", "clmt_seed_2"], "simulated": True},
        **{"neighbours": NEIGHBOURS, "molecules": MOLECULES, "clmt_version": "0", "split": "final"},
    }
    return Bundle(
        manifest,
        [{"arch": "clmt", "settings": SETTINGS, "state": model.state()} for model in seeds()[:count]],
        frozen,
        reference(),
        Known(
            [f"Line {name}" for name in frozen.graph.cell_line_ids],
            [""] * frozen.graph.n_cells,
            list(drugs),
            [SMILES[name] for name in drugs],
            [structure_of(SMILES[name], name).inchikey for name in drugs],
        ),
        TextReader(
            LSA, {kind: np.zeros(16, dtype=np.float32) for kind in ("cell_line", "drug")}, fit_lsa(TEXTS, LSA)[0]
        ),
        {kind: calibrate(errors, spread, rows.astype(str), kind) for kind, rows in groups.items()},
    )


def with_manifest(bundle: Bundle, **changed: Any) -> Bundle:
    """The bundle with other facts."""
    return replace(bundle, manifest={**bundle.manifest, **changed})
