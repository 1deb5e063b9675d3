"""The runs of one experiment: their metric cards and, in one order for all models, the test pairs behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clmt.errors import choose
from clmt.planning.architectures import ARCHITECTURES, Architecture
from clmt.target import TARGETS

__all__ = ["Experiment", "Pairs", "is_baseline"]


@dataclass(frozen=True)
class Pairs:
    """Test pairs of all folds, in one order for all models.

    Attributes
    ----------
    cell_line_ids, drug_ids
        Names, sorted.
    cell_row, drug_row
        Row of each pair in those lists, int64 (n,).
    fold
        Fold whose test part the pair is in, int64 (n,).
    observed
        ln IC50 (uM), float64 (n,).
    predicted
        Model name -> ln IC50 (uM), float64 (n,).
    """

    cell_line_ids: list[str]
    drug_ids: list[str]
    cell_row: np.ndarray
    drug_row: np.ndarray
    fold: np.ndarray
    observed: np.ndarray
    predicted: dict[str, np.ndarray]


@dataclass(frozen=True)
class Experiment:
    """Runs of one experiment: a model trained on a fold, each with the test pairs that it was scored on.

    Attributes
    ----------
    name
        Of the experiment.
    models
        Model names in the config's order.
    cards, folders
        Metric card of each run and the folder it lies in, by model and fold ascending.
    pairs
        The test pairs behind the cards.
    repeat_of
        Model -> the model that it trains again from another seed.
    """

    name: str
    models: list[str]
    cards: list[dict[str, Any]]
    folders: list[Path]
    pairs: Pairs
    repeat_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def folds(self) -> list[int]:
        """Folds of the experiment, ascending."""
        return sorted({int(card["fold"]) for card in self.cards})

    @property
    def dataset(self) -> str:
        """The dataset of all runs."""
        return str(self.cards[0]["dataset"])

    @property
    def split(self) -> str:
        """The split of all runs."""
        return str(self.cards[0]["split"])

    @property
    def simulated(self) -> bool:
        """Whether the responses are made up."""
        return bool(self.cards[0]["simulated"])

    @property
    def faults(self) -> dict[str, str]:
        """Published faults that each model repeats to measure them, parted by spaces; "" for a sound one."""
        return {card["model"]: card.get("faults", "") for card in self.cards}

    @property
    def target(self) -> str:
        """What is predicted, as axes and tables call it."""
        return TARGETS[self.cards[0]["target"]]

    @property
    def baselines(self) -> list[str]:
        """Models that the others have to beat, in order; none that repeats a fault."""
        of_model = {card["model"]: is_baseline(card) and not card.get("faults") for card in self.cards}
        return [model for model in self.models if of_model[model]]

    @property
    def seeds(self) -> dict[str, list[str]]:
        """Names under which each model was trained from several seeds, its own first."""
        return {model: [model, *(m for m in self.models if self.repeat_of.get(m) == model)] for model in self.models}

    def of(self, model: str) -> list[dict[str, Any]]:
        """Metric cards of one model, folds ascending."""
        return [card for card in self.cards if card["model"] == model]


def is_baseline(card: Mapping[str, Any]) -> bool:
    """Whether a run is of an architecture that the tables count among the baselines."""
    architecture: Architecture = choose("unknown architecture of a run", card["arch"], ARCHITECTURES)
    return architecture.baseline
