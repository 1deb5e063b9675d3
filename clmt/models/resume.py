"""A training that was interrupted goes on behind its last saved epoch, with the result of one that was not.

A loop names everything that its next epoch depends on (`Interruptible`). Where and how often that is kept is the
caller's matter: a model knows nothing of files and is handed a `Saver`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch

__all__ = ["Interruptible", "Saver", "Stateful"]

logger = logging.getLogger(__name__)
Rows = list[dict[str, Any]]


class Stateful(Protocol):
    """What has a state of tensors, numbers, strings, lists and dicts: networks, optimizers, schedules."""

    def state_dict(self) -> dict[str, Any]:
        """The state, to be copied or written before the next step."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any:
        """Go on from what `state_dict` returned."""


class Saver(Protocol):
    """Keeps the state of a training on its way."""

    def load(self) -> dict[str, Any] | None:
        """What an interrupted training of the same settings and inputs kept last; None without one."""

    def save(self, state: Callable[[], dict[str, Any]]) -> None:
        """Keep the state if the last one is long enough ago."""


class Interruptible:
    """The state of a training between two epochs.

    Parameters
    ----------
    saver
        None: nothing is kept, and nothing is gone on from.
    device
        Whose random generator the loop draws from, beside the CPU's.
    parts
        What the loop changes, by name.
    generators
        Random generators of the loop's own.
    """

    def __init__(
        self,
        saver: Saver | None,
        device: str,
        parts: Mapping[str, Stateful],
        generators: Sequence[torch.Generator] = (),
    ) -> None:
        self.saver, self.parts, self.generators = saver, parts, generators
        self.device = device if device.startswith("cuda") else None

    def restore(self) -> Rows:
        """Set everything as it was behind the last saved epoch; returns the learning curve so far, empty at a start."""
        saved = self.saver.load() if self.saver else None
        if saved is None:
            return []
        for name, part in self.parts.items():
            part.load_state_dict(saved["parts"][name])
        for generator, state in zip(self.generators, saved["generators"], strict=True):
            generator.set_state(state)
        torch.set_rng_state(saved["cpu"])
        if self.device:
            torch.cuda.set_rng_state(saved["cuda"], self.device)
        rows: Rows = saved["history"]
        logger.info("going on behind epoch %d of a training that was interrupted", len(rows))
        return rows

    def keep(self, history: Rows) -> None:
        """Offer the state behind the last epoch of ``history`` to the saver."""
        if self.saver:
            self.saver.save(lambda: self._state(history))

    def _state(self, history: Rows) -> dict[str, Any]:
        state: dict[str, Any] = {name: part.state_dict() for name, part in self.parts.items()}
        return {
            "parts": state,
            "generators": [generator.get_state() for generator in self.generators],
            "cpu": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(self.device) if self.device else None,
            "history": history,
        }
