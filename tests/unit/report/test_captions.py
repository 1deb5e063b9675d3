"""Captions of Snakemake's report, filled as it fills them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment

from clmt.planning.experiments import experiment_folds

CAPTIONS = Path(__file__).parents[3] / "workflow" / "report"
WITH_FOLDS = [path.name for path in sorted(CAPTIONS.glob("*.rst")) if "split.folds" in path.read_text(encoding="utf-8")]
MIXED = {"protocol": "mixed", "folds": 5, "validation": 0.05}


def config(**experiment: Any) -> dict[str, Any]:
    """A configuration of one experiment, on a split of fifty folds in ten repeats."""
    return {
        "simulated": False,
        "datasets": {"gdsc": {"label": "GDSC", "simulated": False}},
        "splits": {"repeated": {**MIXED, "repeats": 10}, "mixed": MIXED},
        "experiments": {"one": {"dataset": "gdsc", "split": "repeated", "models": ["mlp"], **experiment}},
    }


def filled(name: str, settings: dict[str, Any]) -> str:
    """Text of a caption, its lines joined."""
    snakemake = SimpleNamespace(config=settings, wildcards=SimpleNamespace(experiment="one", dataset="gdsc"))
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    template = environment.from_string((CAPTIONS / name).read_text(encoding="utf-8"))
    return " ".join(template.render(snakemake=snakemake).split())


def test_captions_that_state_folds_are_found() -> None:
    assert {"metrics.rst", "table.rst", "workflow.rst"} <= set(WITH_FOLDS)


@pytest.mark.parametrize("name", WITH_FOLDS)
def test_a_caption_counts_the_folds_of_all_repeats(name: str) -> None:
    assert experiment_folds(config(), "one") == 50
    assert " 50 folds" in filled(name, config())
    assert "the first 3 of 50 folds" in filled(name, config(folds=3))
    assert " 5 folds" in filled(name, config(split="mixed"))


@pytest.mark.parametrize("path", sorted(CAPTIONS.glob("*.rst")), ids=lambda path: path.name)
def test_only_captions_of_clmt_alone_speak_of_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ("CLMT" in text) == (path.name == "cases.rst")
