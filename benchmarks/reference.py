"""Training as the published code does it: a batch of 256 pairs, each pair's molecule and cell line encoded anew.

Molecules go through PyTorch Geometric's layers on every atom, bond and angle (`benchmarks.plain.PublishedGeometry`).
What lies outside the encoders is as in ours, and where a choice had to be made it is the faster one: batches are cut
from tensors on the device rather than collated by a data loader, layer one of the structure view reads stored averages
and no neighbours are sampled. The reference is thus, if anything, faster than the published code.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.harness import clock
from benchmarks.molecules import MoleculeStore
from benchmarks.plain import PublishedGeometry
from clmt.graph.fold_data import FoldData
from clmt.models.clmt.inputs import Labels, NetworkInputs
from clmt.models.clmt.network import CLMTNetwork, EntityViews
from clmt.models.clmt.training import TrainingData
from clmt.models.precision import training_precision

if TYPE_CHECKING:
    from clmt.planning.settings.clmt import CLMTSettings

__all__ = ["ReferenceTrainer", "time_reference"]


@dataclass(frozen=True)
class Batch:
    """Rows of the cell lines and drugs to encode, and the pairs among them, int64 (n, 2)."""

    cells: Tensor
    drugs: Tensor
    pairs: Tensor

    @classmethod
    def of(cls, pairs: Tensor, distinct: bool) -> Batch:
        """Every pair's own two entities, or each distinct one once."""
        if not distinct:
            return cls(pairs[:, 0], pairs[:, 1], torch.arange(len(pairs), device=pairs.device)[:, None].expand(-1, 2))
        cells, cell = pairs[:, 0].unique(return_inverse=True)
        drugs, drug = pairs[:, 1].unique(return_inverse=True)
        return cls(cells, drugs, torch.stack([cell, drug], dim=1))


class ReferenceTrainer:
    """One network and its optimizer; `step` is forward, backward and AdamW on one batch.

    Parameters
    ----------
    network
        Its molecular encoder is replaced by the published one.
    data
        Training entities and pairs.
    store
        The training drugs' molecules, in the order of ``data``.
    settings
        Of the model; views, contrastive and auxiliary terms must be all there.
    distinct
        Encode each distinct entity of a batch once: what that alone saves.
    """

    def __init__(
        self,
        network: CLMTNetwork,
        data: TrainingData,
        store: MoleculeStore,
        settings: CLMTSettings,
        *,
        distinct: bool,
    ) -> None:
        device = data.pairs.device
        network.drug.geometry = PublishedGeometry(settings.geometry_dropout).to(device)
        self.network, self.data, self.store, self.settings = network.train(), data, store, settings
        self.distinct = distinct
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )

    def step(self, rows: Tensor) -> Tensor:
        """Learn from the pairs of these rows; returns the loss."""
        batch = Batch.of(self.data.pairs[rows], self.distinct)
        cells, drugs = self._encode(self.data.inputs, batch)
        error = F.mse_loss(self.network.predict_pairs(cells, drugs, batch.pairs), self.data.ln_ic50[rows])
        contrast = self.network.contrastive_terms(cells, drugs, self.settings.contrastive, len(rows))
        labels = self.data.labels
        own = Labels(labels.tissue[batch.cells], labels.threshold[batch.drugs], labels.pathway[batch.drugs])
        auxiliary = self.network.auxiliary_terms(cells, drugs, own, self.settings.auxiliary)
        loss = error + self.settings.contrastive_weight * contrast + self.settings.auxiliary_weight * auxiliary
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _encode(self, inputs: NetworkInputs, batch: Batch) -> tuple[EntityViews, EntityViews]:
        network, cells, drugs = self.network, batch.cells, batch.drugs
        attribute, expression = network.cell(
            inputs.expression[cells], inputs.mutation[cells], inputs.copy_number[cells]
        )
        molecules = network.drug(self.store.batch(drugs), inputs.fingerprint[drugs])
        structure = network.structure(inputs.structure)
        cell_text, drug_text = network.cell_text(inputs.cell_text[cells]), network.drug_text(inputs.drug_text[drugs])
        return (
            EntityViews({"attribute": attribute, "structure": structure[0][cells], "text": cell_text}, expression),
            EntityViews({"attribute": molecules, "structure": structure[1][drugs], "text": drug_text}),
        )


def training_molecules(fold: FoldData, device: str) -> MoleculeStore:
    """Molecules of the fold's training drugs, in the order of its training data."""
    _, drugs = fold.graph.training_rows()
    return MoleculeStore(MoleculeStore(fold.molecules).batch(torch.from_numpy(drugs)), device)


def time_reference(trainer: ReferenceTrainer, *, batch: int, steps: int, fast: bool, device: str) -> dict[str, Any]:
    """Time ``steps`` steps after one that is not counted; ``fast`` multiplies matrices as our training does."""
    order = torch.randperm(len(trainer.data.pairs), device=trainer.data.pairs.device)
    size = min(batch, len(order))
    starts = [(size * number) % (len(order) - size + 1) for number in range(steps + 1)]
    with training_precision() if fast else contextlib.nullcontext():
        trainer.step(order[starts[0] : starts[0] + size])
        start = clock(device)
        for first in starts[1:]:
            trainer.step(order[first : first + size])
        seconds = clock(device) - start
    return {"batch": size, "updates": steps, "pairs": size * steps, "seconds": seconds}
