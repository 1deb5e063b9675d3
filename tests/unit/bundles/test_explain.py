"""What a prediction rests on: planted genes are found by a network that learnt them, and by no shuffled one."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from clmt.bundles.drawing import bits_without_atoms, draw_atoms
from clmt.bundles.explain import explain
from clmt.bundles.file import write_bundle
from clmt.bundles.predict import Predictor
from clmt.cli import main
from clmt.demo.drugs import DRUGS
from clmt.demo.genes import PROGRAMS
from clmt.demo.world import simulate
from clmt.features.fingerprints import morgan_bits
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.attribution import PairBlocks
from clmt.models.clmt.exact import double_network, exact_inputs
from clmt.models.create import create_model
from clmt.tables.identity import parse_smiles
from tests.helpers.folds import SMILES, fold_graph, small_fold, small_molecules
from tests.helpers.made_bundle import made_bundle, raw_expression
from tests.helpers.molecule_parts import fingerprints_only

PLANTED = {0, 1}


@pytest.fixture(scope="module")
def fold() -> FoldData:
    """Responses that rest on two of twelve genes."""
    return small_fold(small_molecules(), cells=40)


@pytest.fixture(scope="module")
def learnt(fold: FoldData) -> Any:
    settings = {"epochs": 40, "batch_size": 128, "dropout": 0.0, "geometry_dropout": 0.0, "auxiliary": []}
    model: Any = create_model("clmt", {**settings, "views": ["attribute", "structure"]})
    model.fit(fold, seed=0, device="cpu")
    return double_network(model)


def strength(network: Any, fold: FoldData) -> np.ndarray:
    """Mean absolute attribution of each gene over some pairs, (G,)."""
    inputs = exact_inputs(fold)
    pairs = [(cell, drug) for cell in range(0, 40, 8) for drug in range(8)]
    found = [PairBlocks(network, inputs, *pair).genes()["expression"].abs() for pair in pairs]
    return np.asarray(torch.stack(found).mean(0))


def test_planted_genes_are_found_and_by_shuffled_weights_they_are_not(fold: FoldData, learnt: Any) -> None:
    found = strength(learnt, fold)
    assert set(np.argsort(-found)[:2].tolist()) == PLANTED
    assert found[list(PLANTED)].mean() > 3 * np.delete(found, list(PLANTED)).mean()
    hits = 0
    for seed in range(6):
        other = strength(shuffled(learnt, seed), fold)
        assert other.min() > 0
        hits += len(PLANTED & set(np.argsort(-other)[:2].tolist()))
    assert hits <= 6  # of 12; chance is 2


def shuffled(network: Any, seed: int) -> Any:
    """The network with the weights of every unit in another order; whole layers in another order would be silent."""
    other, generator = copy.deepcopy(network), torch.Generator().manual_seed(seed)
    for parameter in other.parameters():
        if parameter.dim() > 1:
            rows = parameter.data.flatten(1)
            order = torch.rand(rows.shape, generator=generator).argsort(1)
            parameter.data = rows.gather(1, order).view_as(parameter)
    return other


@pytest.mark.slow
def test_genes_of_a_drugs_own_pathway_stand_out_in_the_simulated_world() -> None:
    """By little, and their mutations not at all: 60 cell lines do not tell more (docs/predict.md, Why)."""
    fold, own = simulated_world()
    settings = {"views": ["attribute"], "drug_attribute": ["fingerprint"], "auxiliary": [], "contrastive": []}
    more = {"epochs": 30, "batch_size": 64, "average": 0.98, "dropout": 0.1}
    model: Any = create_model("clmt", {**settings, **more})
    model.fit(fold, seed=0, device="cpu")
    network = double_network(model)
    assert own_genes_rank(network, fold, own) > 0.54
    assert all(own_genes_rank(shuffled(network, seed), fold, own) < 0.52 for seed in range(2))


def simulated_world() -> tuple[FoldData, np.ndarray]:
    """A fold of the demo's world, and which genes belong to the pathways of each drug, bool (D, G)."""
    world = simulate()
    known = np.random.default_rng(0).permutation(np.argwhere(np.isfinite(world.observed)))
    low, high = world.expression.min(0), world.expression.max(0)
    sites = sorted({line.site for line in world.cell_lines})
    names = [drug.name for drug in DRUGS]
    graph = fold_graph(
        world.observed,
        {"test": known[:50], "validation": known[50:150], "train": known[150:]},
        expression=torch.from_numpy(((world.expression - low) / (high - low)).astype(np.float32)),
        mutation=torch.from_numpy(world.mutation.astype(np.uint8)),
        copy_number=torch.from_numpy(world.copy_number.astype(np.uint8)),
        cell_tissue=torch.tensor([sites.index(line.site) for line in world.cell_lines]),
    )
    bits = np.stack([morgan_bits(parse_smiles(drug.smiles, drug.name), 2) for drug in DRUGS])
    molecules = fingerprints_only(names, torch.from_numpy(bits.astype(np.uint8)))
    genes = {program.pathway: set(program.genes) for program in PROGRAMS}
    own = [set().union(*(genes.get(pathway, set()) for pathway in drug.pathways)) for drug in DRUGS]
    text = torch.zeros(len(world.cell_lines), 4), torch.zeros(len(DRUGS), 4)
    fold = FoldData(replace(graph, drug_ids=names), molecules, *text)
    return fold, np.array([[gene in each for gene in world.genes] for each in own])


def own_genes_rank(network: Any, fold: FoldData, own: np.ndarray) -> float:
    """Mean over the drugs of how often a gene of the drug's pathways outranks another gene; 0.5 is chance."""
    inputs, shares = exact_inputs(fold), []
    for drug, mine in enumerate(own):
        pairs = [PairBlocks(network, inputs, cell, drug) for cell in range(0, 60, 12)]
        found = np.mean([pair.genes()["expression"].abs().numpy() for pair in pairs], axis=0)
        shares.append((found[mine][:, None] > found[~mine]).mean())
    return float(np.mean(shares))


def test_gradients_add_up_to_the_difference_from_the_mean(fold: FoldData, learnt: Any) -> None:
    pair = PairBlocks(learnt, exact_inputs(fold), 3, 2)
    total = sum(float(part.sum()) for part in pair.genes().values())
    own = {name: getattr(pair.inputs, name)[3][None] for name in ("expression", "mutation", "copy_number")}
    with torch.no_grad():
        here = pair.value(cell=pair._cell_blocks(**own))
        mean = pair.value(cell=pair._cell_blocks(**{name: torch.zeros_like(part) for name, part in own.items()}))
        assert abs(float(here - pair.value())) < 1e-9
    assert total == pytest.approx(float(here - mean), rel=0.02, abs=1e-3)


def test_an_explanation_of_a_new_pair_names_everything(tmp_path: Path) -> None:
    predictor = Predictor(made_bundle())
    name, smiles = "methotrexate", SMILES["methotrexate"]
    frame = predictor.predict({name: smiles}, ["C0"])
    found = explain(predictor, {name: smiles}, "C0")
    assert found.predicted == pytest.approx(frame["ln_ic50"][0], abs=1e-9)
    assert list(found.genes["expression"]) == [f"gene{row}" for row in range(12)]
    assert len(found.atoms) == len(bits_without_atoms(found.smiles, 3)) == 33
    assert set(found.views) == {(s, v) for s in ("cell line", "drug") for v in ("attribute", "structure", "text")}
    assert any(abs(value) > 1e-9 for value in found.atoms)
    svg = draw_atoms(found.smiles, found.atoms)
    assert svg.startswith("<?xml")
    assert "</svg>" in svg


def test_sentences_are_left_out_one_by_one() -> None:
    predictor = Predictor(made_bundle())
    told = {"drug": ["This compound inhibits EGFR.", "It comes from a plant."]}
    found = explain(predictor, "aspirin", "C0", sentences=told)
    assert [sentence for sentence, _ in found.sentences["drug"]] == told["drug"]
    assert all(value != 0 for _, value in found.sentences["drug"])
    assert found.sentences["cell_line"] == []


def test_the_command_writes_a_folder_and_refuses_more_than_a_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path / "clmt.clmt", made_bundle())
    options = ["explain", "--bundle", str(tmp_path / "clmt.clmt"), "--out", str(tmp_path / "why")]
    assert main([*options, "--drug", "mine=CCOC(=O)C", "--cell-line", "C0"]) == 0
    content = json.loads((tmp_path / "why" / "explanation.json").read_text())
    assert content["drug"] == "mine"
    assert len(content["atoms"]) == 6
    assert (tmp_path / "why" / "atoms.svg").read_text().count("</svg>") == 1
    table = tmp_path / "cells.csv"
    rows = [",".join(["", *(f"gene{g}" for g in range(12))])]
    rows += [f"own{row}," + ",".join(map(str, raw_expression()[row])) for row in range(2)]
    table.write_text("\n".join(rows) + "\n")
    assert main([*options, "--drug", "aspirin", "--cell-line", str(table)]) == 2
    assert "explain is for one pair! got: 2 cell lines and 1 drugs" in capsys.readouterr().err
