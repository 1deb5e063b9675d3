"""What a prediction of one pair rests on: its views exchanged, and the gradients of its genes.

A pair is a function of the blocks of its two entities, one for each view. What is asked here changes some of them and
leaves the others as they are; of the graph around the pair nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from clmt.models.clmt.molecule_plan import MoleculePlan
from clmt.models.segments import sum_rows

if TYPE_CHECKING:
    from clmt.models.clmt.inputs import NetworkInputs
    from clmt.models.clmt.network import CLMTNetwork, EntityViews

__all__ = ["PairBlocks"]

#: Steps of the path from the training mean.
STEPS = 64


@dataclass
class PairBlocks:
    """The blocks of one cell line and one drug, and what the predictor makes of others in their place.

    Parameters
    ----------
    network
        In float64, of `clmt.models.clmt.exact.double_network`.
    inputs
        Of `clmt.models.clmt.exact.exact_inputs`.
    cell, drug
        Rows of the pair.
    """

    network: CLMTNetwork
    inputs: NetworkInputs
    cell: int
    drug: int
    cells: EntityViews = field(init=False)
    drugs: EntityViews = field(init=False)

    def __post_init__(self) -> None:
        """Encode every entity once."""
        with torch.no_grad():
            self.cells, self.drugs = self.network.encode(self.inputs, self.network.encode_molecules(self.inputs))

    def value(self, cell: Mapping[str, Tensor] | None = None, drug: Mapping[str, Tensor] | None = None) -> Tensor:
        """ln IC50 (uM) with blocks (k, width) in the place of the pair's own, float64 (k,); (1,) without any."""
        sides = []
        for views, row, other in ((self.cells, self.cell, cell or {}), (self.drugs, self.drug, drug or {})):
            sides.append([other.get(view, views.blocks[view][row][None]) for view in self.network.views])
        count = max(len(block) for side in sides for block in side)
        joined = (torch.cat([block.expand(count, -1) for block in side], dim=1) for side in sides)
        pairs = torch.arange(count).repeat(2, 1).T
        return self.network.center + self.network.scale * self.network.predictor(*joined, pairs)

    @torch.no_grad()
    def without_views(self, known_cells: Tensor, known_drugs: Tensor) -> dict[tuple[str, str], float]:
        """What each view of each side adds to ln IC50, against its mean over the training entities of these marks."""
        full = self.value()
        found = {}
        for view in self.network.views:
            mean_cell = self.cells.blocks[view][known_cells].mean(0, keepdim=True)
            mean_drug = self.drugs.blocks[view][known_drugs].mean(0, keepdim=True)
            found["cell line", view] = float(full - self.value(cell={view: mean_cell}))
            found["drug", view] = float(full - self.value(drug={view: mean_drug}))
        return found

    @torch.no_grad()
    def with_texts(self, side: str, vectors: Tensor) -> Tensor:
        """ln IC50 (k,) with standardised text vectors (k, T) in the place of that of the ``cell`` or the ``drug``."""
        encoder = self.network.cell_text if side == "cell" else self.network.drug_text
        return self.value(**{side: {"text": encoder(vectors)}})

    @torch.no_grad()
    def with_molecules(self, plan: MoleculePlan, fingerprints: Tensor) -> Tensor:
        """ln IC50 (k,) with molecules in the attribute view of the drug; its structure view stays."""
        return self.value(drug={"attribute": self.network.drug(plan, fingerprints)})

    def genes(self) -> dict[str, Tensor]:
        r"""Integrated gradients (Sundararajan et al. 2017) of the cell line's genes against the training mean.

        .. math:: a_g = x_g \int_0^1 \frac{\partial f(\alpha x)}{\partial x_g} d\alpha

        by the midpoint rule; inputs are centred, so that 0 is the mean. They add up to what the prediction differs from
        that of a cell line at the mean.

        Returns
        -------
        dict
            ``expression``, ``mutation`` and ``copy_number``: float64 (G,), (M,) and (K,), in ln IC50.
        """
        own = {name: getattr(self.inputs, name)[self.cell] for name in ("expression", "mutation", "copy_number")}
        steps = ((torch.arange(STEPS, dtype=torch.float64) + 0.5) / STEPS)[:, None]
        paths = {name: (steps * values).requires_grad_() for name, values in own.items()}
        total = self.value(cell=self._cell_blocks(**paths)).sum()
        gradients = torch.autograd.grad(total, list(paths.values()), allow_unused=True)
        return {
            name: torch.zeros_like(own[name]) if gradient is None else own[name] * gradient.mean(0)
            for name, gradient in zip(paths, gradients, strict=True)
        }

    def _cell_blocks(self, expression: Tensor, mutation: Tensor, copy_number: Tensor) -> dict[str, Tensor]:
        """Blocks of the cell line with other omics (k, ...); its neighbours stay."""
        blocks = {}
        if "attribute" in self.network.views:
            blocks["attribute"], _ = self.network.cell(expression, mutation, copy_number)
        if "structure" in self.network.views:
            structure, first = self.inputs.structure, self.network.structure.first
            second, row = self.network.structure.second, self.cell
            with torch.no_grad():
                everyone = F.relu(first.cell_similar(structure.cell_similar_mean) + first.cell_root(structure.cells))
                neighbours = sum_rows(everyone, structure.cell_similar)[row]
            layer = F.relu(first.cell_similar(structure.cell_similar_mean[row]) + first.cell_root(expression))
            blocks["structure"] = F.relu(second.cell_similar(neighbours) + second.cell_root(layer))
        return blocks
