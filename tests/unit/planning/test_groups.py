"""Parts of the paper."""

from __future__ import annotations

from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.planning.experiments import case_model, planned_groups

CONFIG: dict[str, Any] = {
    "simulated": False,
    "datasets": {"real": {"simulated": False}, "made": {"simulated": True}},
    "models": {"mean": {"arch": "drug_mean"}, "net": {"arch": "clmt"}, "narrow": {"arch": "clmt"}},
    "experiments": {
        "real_cv": {"dataset": "real", "models": ["mean", "narrow", "net"]},
        "means": {"dataset": "real", "models": ["mean"]},
        "made_cv": {"dataset": "made", "models": ["net"]},
    },
    "groups": {
        "main": {"title": "Main", "experiments": ["made_cv", "real_cv", "means"]},
        "simulated": {"title": "Made up", "experiments": ["made_cv"]},
        "cases": {"title": "Cases", "experiments": ["means", "real_cv", "made_cv"], "cases": True},
    },
}


def test_a_part_has_the_experiments_that_are_planned_and_one_of_cases_those_with_an_embedding() -> None:
    found = planned_groups(CONFIG)
    assert {name: group["experiments"] for name, group in found.items()} == {
        "main": ["real_cv", "means"],
        "cases": ["real_cv"],
    }


def test_the_cases_are_of_the_first_model_with_an_embedding() -> None:
    assert case_model(CONFIG, "real_cv") == "narrow"
    with pytest.raises(ClmtError, match=r"experiments\.means has no model with an embedding.* got: mean, expected"):
        case_model(CONFIG, "means")
    with pytest.raises(ClmtError, match="unknown entry of experiments"):
        case_model(CONFIG, "none")
