"""One bad input for each cause; ``make test-cases`` runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.case import Case, run_case
from tests.cases.child import load_all
from tests.cases.elsewhere import ELSEWHERE, Elsewhere
from tests.cases.every import all_cases
from tests.cases.world import World
from tests.helpers.workflow_help import ROOT

#: A quick case of each cause, by its name.
CHOSEN = {
    "A1": "gdsc Table_S4_header's last cell lost, ids named COSMIC_ID",
    "A4": "ccle Table_S19_one value above 8 uM",
    "A5": "gdsc Table_S1_value 1e30",
    "A6": "graph.pt bit flip 0",
    "A7": "text vectors: another encoder's (train)",
    "A8": "folds: all train (graph)",
    "A9": "metrics.json rmse another than the predictions say (collect)",
    "A10": "gdsc Table_S12_quote not closed",
    "A11": "structures smiles of another drug (InChIKey disagrees)",
    "A12": "gdsc Table_S3_id with a NUL",
    "A13": "gdsc Table_S5_column PRIMARY_SITE twice",
    "A14": "text r.gmt.zip UTF-16 inside",
    "A15": "text vectors: NaN in one (vary)",
    "A19": "overlay with a key twice",
    "A20": "split named newline behind",
    "A22": "molecules polymer",
    "B2": "records of pubchem: 200,000 blanks",
    "B5": "tables archive is fifo",
    "B6": "anchor that holds itself",
    "B7": "clmt: shape absurd",
    "C1": "config features.genes = 400.0",
    "C2": "settings train mlp: dropout 1.0",
    "C3": "settings graph: genes 5.0",
    "C4": "metrics.json half (collect)",
    "C5": "text vectors: kind lost (evaluate)",
    "C6": "model.pt text",
    "C7": "audit.json empty (text page)",
    "C8": "folds: ids as numbers (graph)",
    "C9": "structures null name (tables)",
    "C10": "gdsc Table_S12_row of a drug without a group",
    "C11": "tables lzma byte 0 flipped",
    "C12": "text r.gmt.zip encrypted",
    "C13": "pubchem CIDs: fault a string",
    "C14": "records of chembl: text null",
}


def _chosen() -> list[Case]:
    cases = {(case.cause, case.name): case for case in all_cases()}
    return [cases[chosen] for chosen in CHOSEN.items()]


@pytest.mark.parametrize("each", ELSEWHERE, ids=lambda each: each.what)
def test_what_is_run_elsewhere_is_there(each: Elsewhere) -> None:
    assert each.there, f"no {each.test} in tests/{each.file}"
    assert f"\n{each.target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    load_all()
    return World(tmp_path_factory.mktemp("cases") / "world")


@pytest.mark.parametrize("case", _chosen(), ids=lambda case: case.cause)
def test_a_bad_input_is_refused_or_read_rightly(case: Case, world: World, tmp_path: Path) -> None:
    end = run_case(case, world, tmp_path)
    assert end.good, f"{case.cause}, {case.name}: {end.outcome}: {end.why}"
