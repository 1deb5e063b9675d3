"""The file that keeps a training on its way, ``training.pt`` beside ``model.pt``.

No rule declares it, so that Snakemake, which deletes declared outputs before a job starts again, leaves it alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError
from clmt.planning.architectures import ARCHITECTURES
from clmt.planning.digest import code_digest
from clmt.runs.device import Device
from clmt.tensors import load_tensors, save_tensors

__all__ = ["SAVE_SECONDS", "TrainingFile", "training_key"]

logger = logging.getLogger(__name__)
#: Seconds between two saves: what a kill loses at most, and why a training of seconds writes nothing.
SAVE_SECONDS = 40.0


def training_key(settings: Mapping[str, Any], inputs: Mapping[str, Path | None], device: Device, threads: int) -> str:
    """Digest of all that decides a training's result to the last bit.

    That is its settings, the bytes of its inputs, its code, and what computes: device, threads, instruction set and
    torch.
    """
    files = {name: None if path is None else file_sha256(path) for name, path in inputs.items()}
    code = code_digest("clmt.runs.train", ARCHITECTURES[settings["arch"]].path.partition(":")[0])
    machine = [device.name, device.card, threads, torch.backends.cpu.get_cpu_capability(), torch.__version__]
    return hashlib.sha256(json.dumps([settings, files, code, machine], sort_keys=True).encode()).hexdigest()


class TrainingFile:
    """A `clmt.models.resume.Saver` that writes one file.

    Parameters
    ----------
    path
        Written whole or not at all.
    key
        Gives `training_key`, asked for once at the start; a file of another key is left unread.
    interval
        Least number of seconds between two saves.

    Attributes
    ----------
    seconds_before
        What the interrupted training took up to the state that `load` returned.
    """

    def __init__(self, path: Path, key: Callable[[], str], interval: float = SAVE_SECONDS) -> None:
        self.path, self.interval = Path(path), interval
        self.seconds_before = 0.0
        self._find_key, self._key = key, ""
        self._started = self._saved = time.monotonic()
        self._pause = interval

    def load(self) -> dict[str, Any] | None:
        """Read what an interrupted training kept; what cannot be used is a log line, and the training starts anew."""
        self._key = self._find_key()
        if not self.path.exists():
            return None
        try:
            content = load_tensors(self.path)
        except (ClmtError, OSError) as error:
            logger.warning("training starts anew: %s", error)
            return None
        if content.get("key") != self._key:
            logger.warning("%s: of other settings, inputs, code or machine; training starts anew", self.path)
            return None
        self.seconds_before = content["seconds"]
        state: dict[str, Any] = content["state"]
        return state

    def save(self, state: Callable[[], dict[str, Any]]) -> None:
        """Write the state if it is time; a full disk costs the save, not the training."""
        begun = time.monotonic()
        if begun - self._saved < self._pause:
            return
        seconds = self.seconds_before + begun - self._started
        try:
            save_tensors(self.path, {"key": self._key, "seconds": seconds, "state": state()})
        except OSError as error:
            logger.warning("%s: not saved (%s); a kill now loses more", self.path, error.strerror)
        self._saved = time.monotonic()
        self._pause = self.interval * max(1.0, self._saved - begun)  # a slow disk takes a sixtieth of the time at most

    def remove(self) -> None:
        """Remove the file: the training is over and its checkpoint is written."""
        self.path.unlink(missing_ok=True)
