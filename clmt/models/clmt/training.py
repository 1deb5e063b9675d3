"""The training loop of the CLMT network: everything stays on the device, each entity is encoded once a step.

The drugs' geometry is by far the most expensive part of a step. The molecules are encoded once for several updates of
all other parameters; the gradients that these updates give the encoded molecules are added up, and their mean is then
propagated back through the molecular encoder once.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from clmt.logs import progress
from clmt.models.best_epoch import BestEpoch
from clmt.models.clmt.inputs import Labels, NetworkInputs
from clmt.models.clmt.network import CLMTNetwork
from clmt.models.resume import Interruptible, Saver

if TYPE_CHECKING:
    from clmt.planning.settings.clmt import CLMTSettings

__all__ = ["TrainingData", "learning_rate", "train_network"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingData:
    """What one fold trains on, resident on the device.

    Attributes
    ----------
    inputs, labels
        The training entities.
    pairs
        int64 (n, 2), rows of ``inputs``.
    ln_ic50
        float32 (n,), uM.
    """

    inputs: NetworkInputs
    labels: Labels
    pairs: Tensor
    ln_ic50: Tensor


def learning_rate(step: int, total: int, peak: float, warm_up: float) -> float:
    """Linear warm-up over a share of all steps, then half a cosine down to a thousandth of the peak."""
    warm = max(1, round(warm_up * total))
    if step < warm:
        return peak * (step + 1) / warm
    return peak * max(1e-3, 0.5 * (1.0 + math.cos(math.pi * (step - warm) / max(1, total - warm))))


class Averager:
    """Exponential moving average of the weights: what is validated, kept and used to predict."""

    def __init__(self, network: CLMTNetwork, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.live, self.kept = list(network.parameters()), list(self.network.parameters())
        self.buffers = list(zip(network.buffers(), self.network.buffers(), strict=True))

    @torch.no_grad()
    def update(self) -> None:
        """Take one step towards the live weights; early on the average is short, so that it forgets the start."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        torch._foreach_lerp_(self.kept, self.live, 1.0 - decay)

    def snapshot(self) -> CLMTNetwork:
        """The averaged network, with the live network's running statistics, in evaluation mode."""
        for live, kept in self.buffers:
            kept.copy_(live)
        return self.network.eval()

    def state_dict(self) -> dict[str, Any]:
        """Averaged weights and how many steps went into them."""
        return {"network": self.network.state_dict(), "steps": self.steps}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.network.load_state_dict(state_dict["network"])
        self.steps = state_dict["steps"]


class Trainer:
    """State of one training; `epoch` runs one pass over the pairs."""

    def __init__(self, network: CLMTNetwork, data: TrainingData, settings: CLMTSettings) -> None:
        self.network, self.data, self.settings = network, data, settings
        batches = math.ceil(len(data.pairs) / settings.batch_size)
        self.total, self.step = batches * settings.epochs, 0
        molecule = [p for name, p in network.named_parameters() if name.startswith("drug.")]
        others = [p for name, p in network.named_parameters() if not name.startswith("drug.")]
        self.encoder_optimizer = self._optimizer(others)
        self.molecule_optimizer = self._optimizer(molecule) if molecule else None
        self.average = Averager(network, settings.average)

    def _parts(self) -> dict[str, Any]:
        parts = {"network": self.network, "average": self.average, "encoder_optimizer": self.encoder_optimizer}
        return parts | ({"molecule_optimizer": self.molecule_optimizer} if self.molecule_optimizer else {})

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next epoch depends on, beside the random generators; rates follow from the step."""
        return {"step": self.step, **{name: part.state_dict() for name, part in self._parts().items()}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.step = state_dict["step"]
        for name, part in self._parts().items():
            part.load_state_dict(state_dict[name])

    def _optimizer(self, parameters: list[torch.nn.Parameter]) -> torch.optim.AdamW:
        return torch.optim.AdamW(
            parameters, lr=self.settings.learning_rate, weight_decay=self.settings.weight_decay, fused=True
        )

    def epoch(self) -> tuple[float, float]:
        """One pass over the training pairs; returns mean loss and training RMSE."""
        self.network.train()
        order = torch.randperm(len(self.data.pairs), device=self.data.pairs.device)
        batches = order.split(self.settings.batch_size)
        losses, errors = [], []
        size = self.settings.updates_per_encoding
        for start in range(0, len(batches), size):
            loss, error = self._round(batches[start : start + size])
            losses.append(loss)
            errors.append(error)
        pairs = len(order)
        return float(torch.stack(losses).sum()) / pairs, math.sqrt(float(torch.stack(errors).sum()) / pairs)

    def _round(self, batches: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Encode the molecules once, update the rest with each batch, then update the molecular encoder."""
        molecules = self.network.encode_molecules(self.data.inputs)
        leaf = None if molecules is None else molecules.detach().requires_grad_()
        total_loss = total_error = self.data.ln_ic50.new_zeros(())
        for batch in batches:
            self._set_rate(self.encoder_optimizer)
            self.encoder_optimizer.zero_grad()
            loss, error = self._loss(leaf, batch)
            loss.backward()
            self.encoder_optimizer.step()
            self.average.update()
            self.step += 1
            total_loss = total_loss + loss.detach() * len(batch)
            total_error = total_error + error.detach() * len(batch)
        if molecules is not None and leaf is not None and leaf.grad is not None and self.molecule_optimizer is not None:
            self._set_rate(self.molecule_optimizer)
            self.molecule_optimizer.zero_grad()
            molecules.backward(leaf.grad / len(batches))
            self.molecule_optimizer.step()
        return total_loss, total_error

    def _set_rate(self, optimizer: torch.optim.Optimizer) -> None:
        rate = learning_rate(self.step, self.total, self.settings.learning_rate, self.settings.warm_up)
        for group in optimizer.param_groups:
            group["lr"] = rate

    def _loss(self, molecules: Tensor | None, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Loss of a batch and its mean squared error, scalars."""
        data, settings = self.data, self.settings
        cells, drugs = self.network.encode(data.inputs, molecules)
        error = F.mse_loss(self.network.predict_pairs(cells, drugs, data.pairs[batch]), data.ln_ic50[batch])
        repeated = data.pairs[batch] if "repeated_entities" in (settings.faults or ()) else None
        contrast = self.network.contrastive_terms(
            cells, drugs, settings.contrastive, settings.contrastive_sample, repeated
        )
        auxiliary = self.network.auxiliary_terms(cells, drugs, data.labels, settings.auxiliary)
        return error + settings.contrastive_weight * contrast + settings.auxiliary_weight * auxiliary, error


def train_network(
    network: CLMTNetwork,
    data: TrainingData,
    validate: Callable[[CLMTNetwork], float],
    settings: CLMTSettings,
    saver: Saver | None = None,
) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """Train to the last epoch, or until the validation RMSE has not improved for ``patience`` epochs.

    One quantity decides: the validation RMSE of the averaged weights. The best epoch's weights are returned. Each
    epoch is offered to ``saver``, and a training that it kept is gone on with.

    Returns
    -------
    state
        ``state_dict`` of the best epoch, on the CPU.
    history
        One row an epoch: epoch, seconds, train_loss, train_rmse, validation_rmse, learning_rate, best.

    Raises
    ------
    ClmtError
        Where the validation RMSE is not finite in any epoch.
    """
    trainer = Trainer(network, data, settings)
    best = BestEpoch[dict[str, Tensor]](settings.patience)
    interruptible = Interruptible(saver, str(data.pairs.device), {"trainer": trainer, "best": best})
    history = interruptible.restore()
    start = time.perf_counter() - (history[-1]["seconds"] if history else 0.0)
    for epoch in progress(range(len(history) + 1, settings.epochs + 1), "epochs"):
        loss, train_rmse = trainer.epoch()
        averaged = trainer.average.snapshot()
        validation = validate(averaged)
        improved = best.offer(epoch, validation, partial(copy_state, averaged))
        rate = learning_rate(trainer.step, trainer.total, settings.learning_rate, settings.warm_up)
        row = {"epoch": epoch, "seconds": time.perf_counter() - start, "train_loss": loss, "train_rmse": train_rmse}
        history.append({**row, "validation_rmse": validation, "learning_rate": rate, "best": int(improved)})
        logger.info("epoch %d: training RMSE %.4f, validation RMSE %.4f", epoch, train_rmse, validation)
        if best.out_of_patience(epoch):
            logger.info("no improvement for %d epochs: stopped, best epoch %d", settings.patience, best.epoch)
            break
        interruptible.keep(history)
    return best.weights("clmt"), history


def copy_state(network: CLMTNetwork) -> dict[str, Tensor]:
    """The network's tensors, copied to the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
