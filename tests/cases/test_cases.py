"""One bad input for each cause; ``make test-cases`` runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.case import Case, run_case
from tests.cases.child import load_all
from tests.cases.every import all_cases
from tests.cases.world import World

#: A quick case of each cause, by its name.
CHOSEN = {
    "A6": "graph.pt bit flip 0",
    "B7": "clmt: shape absurd",
    "C6": "model.pt text",
}


def _chosen() -> list[Case]:
    cases = {(case.cause, case.name): case for case in all_cases()}
    return [cases[chosen] for chosen in CHOSEN.items()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    load_all()
    return World(tmp_path_factory.mktemp("cases") / "world")


@pytest.mark.parametrize("case", _chosen(), ids=lambda case: case.cause)
def test_a_bad_input_is_refused_or_read_rightly(case: Case, world: World, tmp_path: Path) -> None:
    end = run_case(case, world, tmp_path)
    assert end.good, f"{case.cause}, {case.name}: {end.outcome}: {end.why}"
