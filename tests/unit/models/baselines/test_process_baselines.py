"""Gaussian processes as baselines: what each of them reads, and what an entity gets of which little is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from clmt.graph.fold_data import FoldData
from clmt.models.base import Model
from clmt.models.baselines.drug_gp import target_family
from clmt.models.create import create_model
from tests.helpers.folds import N_CELLS, N_DRUGS, every_pair, planted_fold, rmse, with_graph

SETTINGS: dict[str, dict[str, Any]] = {
    "omics_gp": {"blocks": [1, 3], "components": 4},
    "drug_gp": {"blocks": [1, 3]},
    "drug_gp_no_text": {"blocks": [1, 3]},
}


def fitted(arch: str, fold: FoldData) -> Model:
    model = create_model(arch, SETTINGS[arch])
    model.fit(fold, seed=0, device="cpu")
    return model


def table(arch: str, fold: FoldData) -> np.ndarray:
    return fitted(arch, fold).predict(fold, every_pair()).reshape(N_CELLS, N_DRUGS)


def with_text(fold: FoldData, order: np.ndarray) -> FoldData:
    """Vectors that name the chemical family of a drug, of the drugs in this order."""
    family = torch.eye(6)[torch.from_numpy(order) % 6]
    return replace(fold, drug_text=family + 0.05 * torch.from_numpy(np.random.default_rng(0).normal(size=(24, 6))))


def with_other_prints(fold: FoldData) -> FoldData:
    """Fingerprints and targets that say nothing."""
    prints = torch.from_numpy((np.random.default_rng(1).random((N_DRUGS, 64)) < 0.3).astype(np.uint8))
    return replace(
        with_graph(fold, drug_targets=[""] * N_DRUGS, drug_pathways=[""] * N_DRUGS), molecules={"morgan2": prints}
    )


def test_text_tells_what_structure_does_not() -> None:
    """And shuffled, it tells nothing more than no text."""
    fold, observed = planted_fold("drug_blind")
    fold, pairs = with_other_prints(fold), fold.graph.test_pairs.numpy()
    own, shuffled = (with_text(fold, order) for order in (np.arange(24), np.random.default_rng(3).permutation(24)))
    scores = {
        "text": rmse(fitted("drug_gp", own).predict(own, pairs), observed),
        "shuffled": rmse(fitted("drug_gp", shuffled).predict(shuffled, pairs), observed),
        "none": rmse(fitted("drug_gp_no_text", own).predict(own, pairs), observed),
    }
    assert scores["text"] < 0.9 * scores["none"]
    assert scores["shuffled"] > 0.95 * scores["none"]


def test_the_variant_without_text_reads_none() -> None:
    fold, _ = planted_fold("drug_blind")
    first, second = table("drug_gp_no_text", fold), table("drug_gp_no_text", with_text(fold, np.arange(24)))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("arch", ["drug_gp", "drug_gp_no_text"])
def test_targets_are_read(arch: str) -> None:
    fold, _ = planted_fold("drug_blind")
    bare = with_graph(fold, drug_targets=[""] * N_DRUGS, drug_pathways=["Other"] * N_DRUGS)
    assert not np.array_equal(table(arch, fold), table(arch, bare))


@pytest.mark.parametrize("source", ["structure", "targets", "text"])
def test_what_is_not_read_changes_nothing(source: str) -> None:
    """One source alone tells a level and a pattern; the others may be what they like."""
    fold, _ = planted_fold("drug_blind")
    fold = with_text(fold, np.arange(24))
    changed = {
        "structure": with_other_prints(fold).molecules,
        "targets": with_graph(fold, drug_targets=[""] * N_DRUGS, drug_pathways=[""] * N_DRUGS).graph,
        "text": torch.flip(fold.drug_text, [0]),
    }
    part = {"structure": "molecules", "targets": "graph", "text": "drug_text"}

    def predicted(seen: FoldData) -> np.ndarray:
        model = create_model("drug_gp", {**SETTINGS["drug_gp"], "reads": [source]})
        model.fit(seen, seed=0, device="cpu")
        return model.predict(seen, every_pair())

    own = predicted(fold)
    for name, value in changed.items():
        other = predicted(replace(fold, **{part[name]: value}))
        assert np.array_equal(own, other) == (name != source), name


@pytest.mark.parametrize("name", ["expression", "mutation", "copy_number", "cell_tissue", "cell_histology"])
def test_omics_tissue_and_histology_are_read(name: str) -> None:
    fold, _ = planted_fold("cell_blind")
    values = getattr(fold.graph, name)
    order = np.random.default_rng(0).permutation(N_CELLS)
    dealt = [values[row] for row in order] if isinstance(values, list) else values[order]
    assert not np.array_equal(table("omics_gp", fold), table("omics_gp", with_graph(fold, **{name: dealt})))


@pytest.mark.parametrize("arch", SETTINGS)
def test_an_entity_of_which_nothing_is_known_gets_a_number(arch: str) -> None:
    fold, _ = planted_fold("drug_blind")
    held = int(np.flatnonzero(~fold.graph.train_drugs)[0])
    fold.molecules["morgan2"][held] = 0
    text = fold.drug_text.clone()
    text[:, 0], text[held] = torch.arange(24.0), 0.0
    fold = replace(fold, drug_text=text)
    tissue, histology = fold.graph.cell_tissue.clone(), list(fold.graph.cell_histology)
    tissue[5], histology[5] = -1, ""
    names = {name: list(getattr(fold.graph, name)) for name in ("drug_targets", "drug_pathways")}
    for labels in names.values():
        labels[held] = ""
    fold = with_graph(fold, cell_tissue=tissue, cell_histology=histology, **names)
    assert np.isfinite(table(arch, fold)).all()


@pytest.mark.parametrize("arch", SETTINGS)
def test_constant_and_absent_features_are_no_fault(arch: str) -> None:
    fold, _ = planted_fold("cell_blind")
    graph = replace(
        fold.graph,
        expression=torch.ones_like(fold.graph.expression),
        mutation=torch.zeros(N_CELLS, 0, dtype=torch.uint8),
        mutation_genes=[],
        copy_number=torch.zeros_like(fold.graph.copy_number),
        cell_tissue=torch.full((N_CELLS,), -1),
        cell_histology=[""] * N_CELLS,
    )
    bare = replace(fold, graph=graph, drug_text=torch.zeros(N_DRUGS, 0))
    assert np.isfinite(table(arch, bare)).all()


def test_a_drug_with_training_pairs_keeps_its_own_level() -> None:
    fold, _ = planted_fold("cell_blind")
    model: Any = fitted("drug_gp", fold)
    effects = model.means.effects
    stranger = int(np.flatnonzero(~fold.graph.train_cells)[0])
    pairs = np.array([(stranger, drug) for drug in range(N_DRUGS)])
    np.testing.assert_allclose(model.predict(fold, pairs), effects.mu + effects.drug_effect, atol=1e-9)


def test_an_unseen_drug_of_omics_gets_the_mean_of_the_profile() -> None:
    fold, _ = planted_fold("drug_blind")
    found, seen = table("omics_gp", fold), fold.graph.train_drugs.numpy()
    np.testing.assert_allclose(found[:, ~seen], np.tile(found[:, seen].mean(axis=1), (int((~seen).sum()), 1)).T)


@pytest.mark.parametrize("arch", SETTINGS)
def test_threads_change_no_bit(arch: str) -> None:
    fold, _ = planted_fold()
    tables = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            tables.append(table(arch, fold))
    np.testing.assert_array_equal(tables[0], tables[1])


@pytest.mark.parametrize(
    ("label", "family"),
    [
        ("AKT1", "AKT"),
        ("PI3KGAMMA", "PI3K"),
        ("PI3K (class 1)", "PI3K"),
        ("MTORC1", "MTOR"),
        ("VEGFR2", "VEGFR"),
        ("PDGFRA", "PDGFR"),
        ("EGFR", "EGFR"),
        ("HSP90", "HSP"),
        ("p38alpha", "P38"),
        ("53", "53"),
    ],
)
def test_family_of_a_target(label: str, family: str) -> None:
    assert target_family(label) == family
