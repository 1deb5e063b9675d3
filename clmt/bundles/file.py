"""A bundle as one file of tensors and plain containers, ``.clmt``: never unpickled, checked by a digest of its content.

Its ``manifest`` says format and version, whose it is and from what, and under which terms the data inside stand. What a
bundle of this version holds beside is what `Bundle` has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from clmt.bundles.conformal import Calibration
from clmt.bundles.texts import TextReader
from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.graph.fold_graph import FoldGraph
from clmt.models.create import create_model
from clmt.target import LN_IC50
from clmt.tensors import load_tensors, save_tensors

if TYPE_CHECKING:
    from clmt.models.clmt.model import CLMT

__all__ = ["FORMAT", "VERSION", "Bundle", "Expression", "Known", "read_bundle", "write_bundle"]

FORMAT = "clmt bundle"
VERSION = 1
_REMEDY = "Make it again with 'clmt fit'"


@dataclass(frozen=True)
class Expression:
    """Expression of the training cell lines before it is brought to 0..1, by gene.

    Attributes
    ----------
    lowest, highest, mean, deviation
        Float32 (G,).
    distance
        Float32 (c,): median over the genes of how far each training cell line lies from their means.
    """

    lowest: np.ndarray
    highest: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    distance: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """Lowest and highest, float32 (2, G)."""
        return np.stack([self.lowest, self.highest])


@dataclass(frozen=True)
class Known:
    """Names of the training entities, in the order of the frozen graph; several are joined by "; "."""

    cell_line_names: list[str]
    cell_line_synonyms: list[str]
    drug_names: list[str]
    drug_smiles: list[str]
    drug_inchikeys: list[str]


@dataclass(frozen=True)
class Bundle:
    """A final model and all that a prediction needs.

    Attributes
    ----------
    manifest
        Plain values: format, version, dataset, model, models, simulated, neighbours, molecules (settings), target,
        inputs (digests), terms and more.
    members
        Settings and state of the model of each seed; their mean predicts.
    frozen
        See `clmt.bundles.frozen.freeze`.
    expression, known, texts
        What new entities are scaled, matched and read by.
    calibration
        By kind of pair; of a kind that is not there no interval is known.
    """

    manifest: dict[str, Any]
    members: list[dict[str, Any]]
    frozen: FoldData
    expression: Expression
    known: Known
    texts: TextReader
    calibration: Mapping[str, Calibration]

    @property
    def target(self) -> str:
        """Which of `clmt.target.TARGETS` is predicted."""
        found: str = self.manifest.get("target", LN_IC50)
        return found

    def models(self) -> list[CLMT]:
        """The models, ready to predict."""
        return [_model(member) for member in self.members]


def write_bundle(path: Path, bundle: Bundle) -> None:
    """Write a bundle; an equal one gives equal bytes."""
    frozen = bundle.frozen
    graph = {item.name: getattr(frozen.graph, item.name) for item in fields(frozen.graph)}
    expression = {item.name: torch.from_numpy(getattr(bundle.expression, item.name)) for item in fields(Expression)}
    save_tensors(
        path,
        {
            "manifest": {"format": FORMAT, "version": VERSION, **bundle.manifest},
            "members": bundle.members,
            # Copies, because torch stores what a slice was cut from, too.
            "graph": _copies(graph),
            "molecules": _copies(frozen.molecules),
            "cell_text": frozen.cell_text.clone(),
            "drug_text": frozen.drug_text.clone(),
            "expression": expression,
            "known": {item.name: getattr(bundle.known, item.name) for item in fields(Known)},
            "texts": bundle.texts.state(),
            "calibration": {kind: each.state() for kind, each in bundle.calibration.items()},
        },
    )


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Raises
    ------
    ClmtError
        In one line: for a file that is none, is damaged, was changed since it was written or is of another version.
    """
    content = load_tensors(path)
    manifest = content.get("manifest")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ClmtError(f"{path}: not a bundle! got: the entries {', '.join(map(str, content))[:100]}. {_REMEDY}")
    if manifest.get("version") != VERSION:
        raise ClmtError(
            f"{path}: a bundle of another version! got: {manifest.get('version')!r}, expected: {VERSION}. {_REMEDY}, "
            f"or use it with the clmt that wrote it ({manifest.get('clmt_version')})"
        )
    try:
        return _bundle(content)
    except ClmtError as error:
        raise ClmtError(f"{path}: {error}. {_REMEDY}") from None
    except Exception as error:  # noqa: BLE001 - what another program wrote fails in any way
        reason = " ".join(str(error).split())[:150]
        raise ClmtError(f"{path}: not a whole bundle ({type(error).__name__}: {reason})! {_REMEDY}") from None


def _bundle(content: dict[str, Any]) -> Bundle:
    graph = FoldGraph(**content["graph"])
    expression = Expression(**{name: part.numpy() for name, part in content["expression"].items()})
    for member in content["members"]:
        _model(member)
    return Bundle(
        content["manifest"],
        content["members"],
        FoldData(graph, content["molecules"], content["cell_text"], content["drug_text"]),
        expression,
        Known(**content["known"]),
        TextReader.of_state(content["texts"]),
        {kind: Calibration.of_state(state) for kind, state in content["calibration"].items()},
    )


def _model(member: Mapping[str, Any]) -> CLMT:
    model = cast("CLMT", create_model(member["arch"], member["settings"]))
    model.load_state(member["state"])
    return model


def _copies(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part.clone() if isinstance(part, torch.Tensor) else part for name, part in parts.items()}
