"""A source of text, an architecture and a protocol are each added with one file and one line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.e2e_help import explain
from tests.helpers.workflow_help import ROOT, Workspace

SOURCE = '''"""A toy source: the length of every drug's name."""

from clmt.text.facts import NAME, Facts, Part, TextSource, state


class Toy(TextSource):
    name = "toy"
    files = ("gdsc_compounds",)

    def about_drugs(self, inputs):
        text = NAME + " has a name of {} letters."
        return Facts(
            [
                state(drug, Part.INDICATION, text.format(len(drug.name)), self.name, drug.drug_id)
                for drug in inputs.drugs
            ]
        )


SOURCE = Toy()
'''
ARCHITECTURE = '''"""A toy architecture: one number for all."""

import numpy as np

from clmt.models.base import Model


class Toy(Model):
    def fit(self, fold, *, seed, device):
        self.median = float(fold.graph.train_ln_ic50.median())
        return []

    def predict(self, fold, pairs):
        return np.full(len(pairs), self.median)

    def state(self):
        return {"median": self.median}

    def load_state(self, state):
        self.median = state["median"]
'''
PROTOCOL = '''"""A toy protocol: drugs of one first letter are held out together."""

import numpy as np


def letters(pairs, cell_lines, drugs):
    return np.array([drug[0] for drug in pairs["drug_id"]], dtype=object)
'''
PLANNING = "clmt/planning"
#: File to add and its content; registry, the entry behind which its line comes, and the line.
ADDITIONS = (
    (
        ("clmt/text/sources/toy.py", SOURCE),
        (f"{PLANNING}/text_sources.py", '"kegg": ', '"toy": "clmt.text.sources.toy:SOURCE",'),
    ),
    (
        ("clmt/models/baselines/toy.py", ARCHITECTURE),
        (f"{PLANNING}/architectures.py", '"global_mean": ', '"toy": Architecture(f"{_B}.toy:Toy"),'),
    ),
    (
        ("clmt/folds/toy.py", PROTOCOL),
        (f"{PLANNING}/protocols.py", '"mixed": ', '"first_letter_blind": ("clmt.folds.toy:letters",),'),
    ),
)
OVERLAY = {
    "text": {"sources": ["gdsc_compounds", "toy"]},
    "splits": {"letters": {"protocol": "first_letter_blind", "folds": 2, "validation": 0.2}},
    "models": {"toy": {"arch": "toy"}},
    "experiments": {"demo_toy": {"dataset": "demo", "split": "letters", "models": ["drug_mean", "toy"]}},
}
TARGETS = ("results/demo_toy.tsv", "results/demo/text/drugs.parquet")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The project with the three additions, and the demo run with them."""
    space = Workspace.copy(ROOT, tmp_path_factory.mktemp("additions") / "project")
    space.copy_package()
    for (name, content), (registry, after, line) in ADDITIONS:
        (space.folder / name).write_text(content, encoding="utf-8")
        add_line(space.folder / registry, after, line)
    overlay = space.overlay(OVERLAY)
    done = space.snakemake("--cores", "2", "--configfile", "config/demo.yaml", overlay, "--", *TARGETS, timeout=900)
    assert done.returncode == 0, explain(done)
    return space


def add_line(path: Path, after: str, line: str) -> None:
    """Add one line behind the one entry that begins so."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (place,) = (number for number, text in enumerate(lines) if text.strip().startswith(after))
    lines.insert(place + 1, f"    {line}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_toy_source_speaks_of_every_drug(extended: Workspace) -> None:
    corpus = pd.read_parquet(extended.folder / "results/demo/text/drugs.parquet")
    told = corpus.loc[corpus["source"] == "toy", ["entity_id", "sentence"]]
    assert set(told["entity_id"]) == set(corpus["entity_id"])
    assert "Afatinib has a name of 8 letters." in set(told["sentence"])


def test_the_toy_model_is_a_baseline_of_the_table(extended: Workspace) -> None:
    table = pd.read_csv(extended.folder / "results/demo_toy.tsv", sep="\t")
    assert table.groupby("model").size().to_dict() == {"drug_mean": 2, "toy": 2}
    summary = pd.read_csv(extended.folder / "results/demo_toy_summary.tsv", sep="\t")
    assert set(summary.loc[summary["model"] == "toy", "baseline"]) == {"yes"}
    card = json.loads((extended.folder / "results/demo/letters/toy/fold0/metrics.json").read_text(encoding="utf-8"))
    assert card["arch"] == "toy"


def test_the_toy_protocol_holds_letters_out(extended: Workspace) -> None:
    folds = pd.read_parquet(extended.folder / "results/demo/letters/folds.parquet").astype(str)
    letter = folds["drug_id"].str[0]
    for _, fold in folds.groupby("fold"):
        parts = {role: set(letter[rows.index]) for role, rows in fold.groupby("role")}
        assert not parts["train"] & parts["test"]
        assert not parts["train"] & parts["validation"]
