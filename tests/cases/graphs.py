"""Damaged or foreign graphs and molecules (C6), and bits that rot in them (A6)."""

from __future__ import annotations

from typing import Any

import torch

from tests.cases import world as of
from tests.cases.case import Act, Case, Place
from tests.cases.checkpoints import (
    BROKEN,
    GRAPH,
    MODEL,
    MOLECULES,
    edited,
    evaluating,
    first,
    graphing,
    half,
    setting,
    training,
    without,
)
from tests.cases.damage import rotten_cases, whole_cases
from tests.cases.same import same_graph, same_scores


def graph_cases() -> list[Case]:
    cases = []
    evaluated = {
        "train_pairs lost": without("train_pairs"),
        "drug_ids lost": without("drug_ids"),
        "cell_line_ids lost": without("cell_line_ids"),
        "test_pairs lost": without("test_pairs"),
        "train_ln_ic50 lost": without("train_ln_ic50"),
        "train_ln_ic50 NaN": setting(first(float("nan")), "train_ln_ic50"),
        "an empty dict": lambda content: {},
        "cell line ids too few": setting(lambda old: old[:5], "cell_line_ids"),
        "cell line ids of another order": setting(lambda old: old[::-1], "cell_line_ids"),
        "cell line ids twice": setting(lambda old: [old[0], *old[:-1]], "cell_line_ids"),
        "test pairs empty": setting(lambda old: old[:0], "test_pairs"),
        "test pairs are floats": setting(lambda old: old.float(), "test_pairs"),
        "test pairs negative": setting(first(-1), "test_pairs"),
        "test pairs out of range": setting(first(1000), "test_pairs"),
        "test pairs twice": setting(lambda old: torch.cat([old, old[:1]]), "test_pairs"),
    }
    for name, edit in evaluated.items():
        suffix = " (evaluate)" if name.endswith(("lost", "NaN")) else ""
        act = edited(GRAPH, edit, evaluating("drug_mean"))
        cases.append(Case("C6", f"graph: {name}{suffix}", act, ("graph.pt",), stages=("model:drug_mean",)))
    trained = {
        ("train_pairs lost", "drug_mean"): without("train_pairs"),
        ("train pairs out of range", "drug_mean"): setting(first(1000), "train_pairs"),
        ("train pairs negative", "drug_mean"): setting(first(-1), "train_pairs"),
        ("no train pairs", "drug_mean"): _no_training,
        ("expression NaN", "mlp"): setting(first(float("nan")), "expression"),
        ("expression NaN", "ridge"): setting(first(float("nan")), "expression"),
        ("expression inf in one cell", "ridge"): setting(first(float("inf")), "expression"),
        ("train responses 1e30", "drug_mean"): setting(first(1e30), "train_ln_ic50"),
        ("mutation of 7", "mlp"): setting(first(7), "mutation"),
    }
    for (name, model), edit in trained.items():
        act = edited(GRAPH, edit, training({"ridge": "drug_ridge"}.get(model, model)))
        cause = "A4" if "1e30" in name else "C6"
        suffix = f" (train {model})" if model != "drug_mean" else " (train)"
        cases.append(Case(cause, f"graph: {name}{suffix}", act, ("graph.pt",), stages=("graph",)))
    swapped = Case(
        "C6", "graph: a checkpoint in its place", _checkpoint_for_graph, ("graph.pt",), stages=("model:drug_mean",)
    )
    return [*cases, swapped]


def _no_training(content: Any) -> None:
    content["train_pairs"], content["train_ln_ic50"] = content["train_pairs"][:0], content["train_ln_ic50"][:0]


def _checkpoint_for_graph(place: Place) -> Act:
    place.put(GRAPH, place.get(MODEL.format("drug_mean")))
    return of.evaluate(place.world, "drug_mean")


def molecule_cases() -> list[Case]:
    cases = []
    for key in ("bond_index", "bonds", "morgan2", "atom_drug", "atoms", "angle", "bond_drug"):
        for name, edit in (("halved", setting(half, key)), ("lost", without(key))):
            act = edited(MOLECULES, edit, evaluating("clmt"))
            cases.append(
                Case("C6", f"molecules: {key} {name} (evaluate clmt)", act, ("molecules.pt",), stages=("model:clmt",))
            )
    evaluated = {
        "index out of range": setting(first(100_000), "bond_index"),
        "category out of range": setting(first(120), "atoms"),
        "index negative": setting(first(-1), "bond_index"),
        "angle NaN": setting(first(float("nan")), "angle"),
    }
    for name, edit in evaluated.items():
        act = edited(MOLECULES, edit, evaluating("clmt"))
        cases.append(Case("C6", f"molecules: {name} (evaluate clmt)", act, ("molecules.pt",), stages=("model:clmt",)))
    graphed = {
        "morgan2 lost": without("morgan2"),
        "drug_ids lost": without("drug_ids"),
        "fingerprints of 5 bits": setting(lambda old: old[:, :5], "morgan2"),
        "fingerprints NaN": setting(lambda old: first(float("nan"))(old.float()), "morgan2"),
        "fingerprints of 7": setting(first(7), "morgan2"),
        "fewer fingerprints": setting(lambda old: old[:3], "morgan2"),
    }
    for name, edit in graphed.items():
        act = edited(MOLECULES, edit, graphing)
        cases.append(Case("C6", f"molecules: {name} (graph)", act, ("molecules.pt",), stages=("graph",)))
    for name, edit in (
        ("keys that are numbers", lambda content: dict(enumerate(content.values()))),
        ("an empty dict", lambda content: {}),
    ):
        act = edited(MOLECULES, edit, evaluating("drug_mean"))
        cases.append(Case("C6", f"molecules: {name}", act, ("molecules.pt",), stages=("model:drug_mean",)))
    return cases


def cases() -> list[Case]:
    act, stages, same = evaluating("drug_mean"), ("model:drug_mean",), same_scores("drug_mean")
    made = [*graph_cases(), *molecule_cases()]
    made += whole_cases("C6", "graph.pt", GRAPH, act, BROKEN[:-1], ("graph.pt",), stages)
    made += whole_cases("C6", "molecules.pt", MOLECULES, graphing, BROKEN[:-1], ("molecules.pt",), ("graph",))
    made += rotten_cases("A6", "graph.pt", GRAPH, act, same, ("graph.pt",), stages, flips=16, wipes=8)
    made += rotten_cases(
        "A6", "molecules.pt", MOLECULES, graphing, same_graph, ("molecules.pt",), ("graph",), flips=12, wipes=4
    )
    return made
