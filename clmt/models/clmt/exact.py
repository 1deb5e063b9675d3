"""Predictions of CLMT in float64 throughout, so that no pair's depends on which others are asked for with it.

The sums over entities of a fold are matrix multiplications, whose rounding changes with the number of rows. In float32
that shows in the sixth decimal; in float64 it is below 1e-12.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from clmt.errors import ClmtError
from clmt.models.clmt.inputs import NetworkInputs, prepare_inputs
from clmt.models.segments import sum_rows

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.models.clmt.model import CLMT
    from clmt.models.clmt.network import CLMTNetwork

__all__ = ["double_network", "exact_inputs", "predict_exactly"]


def exact_inputs(fold: FoldData, unknown: Mapping[str, np.ndarray] | None = None) -> NetworkInputs:
    """Inputs of every cell line and drug of a fold, float64.

    Parameters
    ----------
    fold
        All edges start at training entities.
    unknown
        ``mutation`` and ``copy_number``: rows, int64 (n,), of cell lines of which nothing is known there. They get the
        mean over the training cell lines.
    """
    everyone = np.arange(fold.graph.n_cells), np.arange(fold.graph.n_drugs)
    inputs = prepare_inputs(fold, *everyone)
    structure, molecules = inputs.structure, inputs.molecules
    cells, drugs, response = structure.cells.double(), structure.drugs.double(), structure.response.double()
    blank = {name: getattr(inputs, name).double() for name in ("mutation", "copy_number")}
    for name, rows in (unknown or {}).items():
        blank[name][torch.from_numpy(rows)] = 0.0  # inputs are centred on the training cell lines
    return replace(
        inputs,
        **blank,
        **{name: getattr(inputs, name).double() for name in ("cell_text", "drug_text", "fingerprint")},
        expression=cells,
        molecules=replace(molecules, angles=molecules.angles.double()),
        structure=replace(
            structure,
            cells=cells,
            drugs=drugs,
            response=response,
            cell_similar_mean=sum_rows(cells, structure.cell_similar),
            drug_similar_mean=sum_rows(drugs, structure.drug_similar),
            response_mean=response @ cells,
        ),
    )


def double_network(model: CLMT) -> CLMTNetwork:
    """The network of a fitted model in float64 and evaluation mode, a copy."""
    if model.network is None:
        raise ClmtError("CLMT has no weights yet! Fit it or load a checkpoint first")
    return copy.deepcopy(model.network).double().eval()


@torch.no_grad()
def predict_exactly(network: CLMTNetwork, inputs: NetworkInputs, pairs: np.ndarray) -> np.ndarray:
    """Predict ln IC50 (uM) of ``pairs``, int64 (n, 2) of [cell line row, drug row], with `double_network`; (n,)."""
    cells, drugs = network.encode(inputs, network.encode_molecules(inputs))
    asked: Tensor = torch.from_numpy(np.array(pairs, dtype=np.int64).reshape(-1, 2))
    predicted: np.ndarray = network.predict_in_double(cells, drugs, asked).numpy()
    return predicted
