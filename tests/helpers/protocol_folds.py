"""One fold of every protocol, from tables to what a model sees, and the same with another test part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import torch

from clmt.features.molecules import concatenate, featurise_drugs
from clmt.folds.make import make_folds
from clmt.graph.build import build_graph
from clmt.graph.fold_data import FoldData
from clmt.graph.held_out import HeldOut, held_out_pairs
from clmt.planning.settings.features import GraphSettings, MoleculeSettings
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.small_world import SMILES, make_tables

GRAPH = GraphSettings(genes=12, neighbours=3, threshold_draws=5, seed=1, dataset="", split="", fold=0)


@dataclass(frozen=True)
class World:
    """Tables, structures and text vectors float32 (C or D, 8) of a dataset, and the roles of its pairs."""

    tables: dict[str, pd.DataFrame]
    smiles: list[str]
    text: dict[str, np.ndarray]
    folds: pd.DataFrame
    member_shift: float = 0.0

    def fold(self) -> FoldData:
        """What a model sees; two members are near to the responses of the held-out pairs."""
        molecules = concatenate(self.tables["drugs"]["drug_id"].tolist(), [featurised(text) for text in self.smiles])
        graph = build_graph(self.tables, molecules, self.folds, GRAPH)
        cell_text, drug_text = (torch.from_numpy(self.text[side]) for side in ("cell_line_id", "drug_id"))
        at = tuple(held_out_pairs(graph).T)
        members = {}
        for row, name in enumerate(("first", "second")):
            table = np.full((graph.n_cells, graph.n_drugs), np.nan)
            table[at] = np.random.default_rng(row).normal(1.0, 2.0, len(at[0]))
            table[tuple(graph.test_pairs.numpy().T)] += self.member_shift
            members[name] = HeldOut(table, name)
        return FoldData(graph, molecules, cell_text, drug_text, members)


@cache
def featurised(smiles: str) -> dict[str, Any]:
    (molecule,) = featurise_drugs([smiles], MoleculeSettings(conformers=1))
    return molecule


def make_world(protocol: str) -> World:
    """24 cell lines and 15 drugs, some of whose responses follow a gene, in the first of four folds of ``protocol``."""
    tables = make_tables()
    random = np.random.default_rng(7)
    drugs, cells = tables["drugs"], tables["cell_lines"]
    drugs["targets"] = [("", "AKT1; AKT2", "EGFR")[row % 3] for row in range(len(drugs))]
    cells["histology"] = [("carcinoma", "lymphoma", "glioma")[row % 3] for row in range(len(cells))]
    text = {"cell_line_id": random.normal(size=(len(cells), 8)), "drug_id": random.normal(size=(len(drugs), 8))}
    settings = FoldSettings(protocol=protocol, folds=4, validation=0.2, seed=0)
    folds = make_folds(tables["response"], cells, drugs, settings).astype({"role": object})
    first = folds[folds["fold"] == 0].reset_index(drop=True)
    return World(tables, list(SMILES), {side: part.astype(np.float32) for side, part in text.items()}, first)


def held_out(world: World, side: str) -> np.ndarray:
    """Which cell lines (``cell_line_id``) or drugs (``drug_id``) have neither training nor validation pairs."""
    table = world.tables["drugs" if side == "drug_id" else "cell_lines"]
    used = world.folds.loc[world.folds["role"].isin(["train", "validation"]), side]
    return ~table[side].isin(set(used)).to_numpy()


def with_another_test_part(world: World) -> World:
    """Other responses of the pairs outside training and validation, other rows of what is held out, other members."""
    random = np.random.default_rng(9)
    tables = {name: table.copy() for name, table in world.tables.items()}
    outside = ~world.folds["role"].isin(["train", "validation"]).to_numpy()
    response = tables["response"]
    response.loc[outside, "ln_ic50"] = random.permutation(response.loc[outside, "ln_ic50"]) * 2 + 3
    response.loc[outside, "censored"] = ~response.loc[outside, "censored"]
    cells, drugs = (held_out(world, side) for side in ("cell_line_id", "drug_id"))
    for name in ("expression", "mutation", "copy_number"):
        numbers = tables[name].columns[1:]
        tables[name].loc[cells, numbers] = 1 - tables[name].loc[cells, numbers]
    tables["cell_lines"].loc[cells, ["primary_site", "histology"]] = "elsewhere"
    tables["drugs"].loc[drugs, ["targets", "target_pathway"]] = "another"
    smiles = ["OCC1CCCO1" if held else own for held, own in zip(drugs, world.smiles, strict=True)]
    tables["drugs"]["smiles"] = smiles
    text = {side: part.copy() for side, part in world.text.items()}
    text["cell_line_id"][cells], text["drug_id"][drugs] = 9.0, -9.0
    return replace(world, tables=tables, smiles=smiles, text=text, member_shift=3.0)
