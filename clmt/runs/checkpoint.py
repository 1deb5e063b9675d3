"""Checkpoints: settings, state and record of a fitted model in one ``.pt`` file of tensors and plain containers.

Digests of what it was fitted on stand beside them, so that it is not used with anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from clmt.errors import ClmtError
from clmt.models.create import create_model
from clmt.tensors import load_tensors, save_tensors

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.graph.fold_graph import FoldGraph
    from clmt.models.base import Model

__all__ = ["Checkpoint", "load_checkpoint", "published_faults", "save_checkpoint"]

KEYS = {"settings", "state", "record", "inputs"}
_REMEDY = "Delete it and run the rule train"


class Checkpoint(NamedTuple):
    """A fitted model ready to predict, settings of its run, record of its training and digests of its inputs."""

    model: Model
    settings: dict[str, Any]
    record: dict[str, Any]
    inputs: dict[str, str]

    def check_settings(self, expected: Mapping[str, Any], path: Path) -> None:
        """Refuse a checkpoint ``path`` that was trained with other settings of its run, naming the first one."""
        mine, theirs = (
            {**values, **{f"settings.{key}": value for key, value in values.get("settings", {}).items()}}
            for values in (self.settings, expected)
        )
        for key in sorted(mine.keys() | theirs.keys(), key=lambda key: (key == "settings", key)):
            if key not in mine or key not in theirs or mine[key] != theirs[key]:
                got, wanted = (repr(values[key]) if key in values else "none" for values in (mine, theirs))
                raise ClmtError(
                    f"{path}: trained with other settings! {key}: got: {got}, expected: {wanted}. "
                    f"{_REMEDY}; end any training of an earlier start first"
                )

    def check_inputs(self, fold: FoldData, path: Path) -> None:
        """Refuse a fold whose graph, molecules or text vectors are not those that the model of ``path`` was fitted on.

        They may be of the same shape, such as a graph of other genes or vectors of an earlier corpus.
        """
        for name, found in fold.digests().items():
            if found != self.inputs.get(name):
                raise ClmtError(
                    f"{path}: trained on another {name}! got: digest {found[:12]}, expected: "
                    f"{str(self.inputs.get(name))[:12]}. Name the graph.pt, molecules.pt and text vectors of its "
                    "training, or delete it and run the rule train"
                )


def save_checkpoint(path: Path, model: Model, settings: dict[str, Any], record: dict[str, Any], fold: FoldData) -> None:
    """Write a model with the settings of its run, the record of its training and digests of what it was fitted on."""
    save_tensors(path, {"settings": settings, "state": model.state(), "record": record, "inputs": fold.digests()})


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; nothing is unpickled."""
    content = load_tensors(path)
    if set(content) != KEYS:
        raise ClmtError(
            f"{path}: not a checkpoint! got the entries: {', '.join(content)}, expected: {', '.join(sorted(KEYS))}"
        )
    for name in sorted(KEYS):
        if not isinstance(content[name], dict):
            raise ClmtError(f"{path}: {name} is no dictionary! got: {type(content[name]).__name__}. {_REMEDY}")
    settings = content["settings"]
    for name in ("arch", "settings"):
        if name not in settings:
            raise ClmtError(f"{path}: its settings lack {name!r}! got: {', '.join(map(str, settings))}. {_REMEDY}")
    model = create_model(settings["arch"], settings["settings"])
    try:
        model.load_state(content["state"])
    except ClmtError:
        raise
    except Exception as error:  # noqa: BLE001 - each library has its own for a state that does not fit
        reason = " ".join(str(error).split())[:200]
        raise ClmtError(
            f"{path}: its state does not fit its settings ({type(error).__name__}: {reason})! {_REMEDY}"
        ) from None
    return Checkpoint(model, settings, content["record"], content["inputs"])


def published_faults(settings: Mapping[str, Any], graph: FoldGraph) -> list[str]:
    """Faults of the published implementation that a run repeats, those of its graph and of its model; none if sound."""
    return [*graph.faults, *(settings["settings"].get("faults") or ())]
