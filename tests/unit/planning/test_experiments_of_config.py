"""What the shipped configuration plans: the runs of each part of the paper, and of all of it."""

from __future__ import annotations

from typing import Any

import pytest

from clmt.paths import packaged
from clmt.planning.experiments import experiment_runs, planned_groups
from clmt.planning.overlays import read_config
from clmt.planning.runs import Run, graph_file, model_faults

#: Runs of each target of ``snakemake``, each counted once.
RUNS = {
    "tables_main": 245,
    "protocols": 443,
    "published": 205,
    "repeated": 700,
    "releases": 120,
    "cross_study": 54,
    "ablation": 30,
    "seeds": 35,
    "text": 205,
    "shots": 150,
    "mechanism": 130,
    "cases": 195,
    "sensitivity": 5 * 15,
    "fidelity": 5 * 10,
}
#: The same with config/light.yaml, whose parts take the place of these.
LIGHT = {"sensitivity": 2 * 15, "fidelity": 2 * 10}


@pytest.fixture(scope="module")
def config() -> Any:
    return read_config([])


def runs_of(config: Any) -> dict[str, set[Run]]:
    """Distinct runs of every group."""
    return {
        name: {run for experiment in group["experiments"] for run in experiment_runs(config, experiment)}
        for name, group in planned_groups(config).items()
    }


def test_every_part_of_the_paper_has_as_many_runs_as_are_stated(config: Any) -> None:
    runs = runs_of(config)
    assert {name: len(found) for name, found in runs.items()} == RUNS
    assert len(set().union(*runs.values())) == 2302  # of 2637, so that parts share 335


def test_the_light_parts_take_the_place_of_the_others() -> None:
    light = read_config([packaged("config/light.yaml")])
    runs = runs_of(light)
    assert {name: len(runs[name]) for name in LIGHT} == LIGHT
    assert {name: len(found) for name, found in runs.items()} == {**RUNS, **LIGHT}
    assert len({graph_file(light, run) for run in runs["fidelity"]}) == 2 * 7
    assert len({graph_file(light, run) for run in runs["sensitivity"]}) == 2 * 4


def test_no_part_but_the_one_on_faults_has_a_run_with_one(config: Any) -> None:
    faulty = {name for name, runs in runs_of(config).items() if any(model_faults(config, run.model) for run in runs)}
    assert faulty == {"fidelity"}
