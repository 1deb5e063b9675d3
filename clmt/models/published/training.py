"""The loop that trains every published model: the same steps, the same budget, the same choice of the epoch.

A step takes a block: the training pairs of some cell lines with some drugs, drawn anew each epoch. Blocks of 128 cell
lines and 48 drugs hold as many pairs as 4,096 random ones of GDSC, which are about nearly all cell lines and drugs; an
entity is then encoded a few times an epoch rather than in every step, and never twice in one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from clmt.logs import progress
from clmt.models.best_epoch import BestEpoch
from clmt.models.published.network import PairNetwork, join_drugs
from clmt.models.resume import Interruptible, Saver

if TYPE_CHECKING:
    from torch_geometric.data import Data

    from clmt.planning.settings.published import PublishedSettings

__all__ = ["TrainingData", "draw_blocks", "train_epoch", "train_network"]

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class TrainingData:
    """What one fold trains on, resident on the device.

    Attributes
    ----------
    cells
        Features of all cell lines, (C, ...).
    drugs
        Graphs of all drugs.
    pairs, values
        Training pairs int64 (n, 2) and their standardised responses float32 (n,).
    spread
        ln uM of one standard deviation.
    """

    cells: Tensor
    drugs: Sequence[Data]
    pairs: Tensor
    values: Tensor
    spread: float


def draw_blocks(pairs: Tensor, sizes: tuple[int, int], generator: torch.Generator) -> list[Tensor]:
    """Part pairs int64 (n, 2) into blocks of at most ``sizes`` cell lines and drugs; rows int64 of each block.

    Cell lines and drugs are dealt out at random to groups of equal size. Every pair is in one block; no block is empty.
    """
    block = torch.zeros(len(pairs), dtype=torch.int64)
    count = 1
    for side, size in enumerate(sizes):
        known, place = pairs[:, side].unique(return_inverse=True)
        groups = math.ceil(len(known) / size)
        dealt = torch.randperm(len(known), generator=generator) % groups
        block, count = block * groups + dealt[place], count * groups
    block = torch.randperm(count, generator=generator)[block]  # neighbouring blocks share no entities on purpose
    parts = torch.argsort(block, stable=True).split(torch.bincount(block, minlength=count).tolist())
    return [rows for rows in parts if len(rows)]


def train_epoch(
    network: PairNetwork, data: TrainingData, blocks: Sequence[Tensor], update: Callable[[Tensor], None]
) -> float:
    """One pass over the blocks, ``update`` after each loss; returns the mean squared error, standardised."""
    network.train()
    total = torch.zeros((), dtype=torch.float64, device=data.pairs.device)
    for rows in blocks:
        pairs = data.pairs[rows]
        cells, of_cell = pairs[:, 0].unique(return_inverse=True)
        drugs, of_drug = pairs[:, 1].unique(return_inverse=True)
        joined = join_drugs(data.drugs, drugs.tolist())
        predicted = network(data.cells[cells], joined, torch.stack([of_cell, of_drug], dim=1))
        loss = F.mse_loss(predicted, data.values[rows])
        update(loss)
        total += loss.detach().double() * len(rows)
    return float(total) / len(data.pairs)


def train_network(
    network: PairNetwork,
    data: TrainingData,
    validate: Callable[[], float],
    settings: PublishedSettings,
    saver: Saver | None,
    generator: torch.Generator,
) -> tuple[BestEpoch[Weights], list[dict[str, Any]]]:
    """Train with AdamW on squared error, and keep the epoch of the lowest validation RMSE.

    Parameters
    ----------
    network, data
        On one device.
    validate
        Validation RMSE of the network in ln uM; NaN without validation pairs.
    settings
        The budget.
    saver
        Keeps the state on the way.
    generator
        Draws the blocks.

    Returns
    -------
    The best epoch with its weights, and a row of the learning curve for each epoch.
    """
    sizes = settings.cells_per_step, settings.drugs_per_step
    pairs = data.pairs.cpu()
    steps = math.prod(math.ceil(len(pairs[:, side].unique()) / size) for side, size in enumerate(sizes))
    rate = settings.learning_rate
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps * settings.epochs, pct_start=0.1)
    best = BestEpoch[Weights](settings.patience)
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule, "best": best}
    interruptible = Interruptible(saver, str(data.pairs.device), parts, [generator])

    def update(loss: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()

    history = interruptible.restore()
    started = perf_counter() - (history[-1]["seconds"] if history else 0.0)
    for epoch in progress(range(len(history) + 1, settings.epochs + 1), "epochs"):
        blocks = [rows.to(data.pairs.device) for rows in draw_blocks(pairs, sizes, generator)]
        loss = train_epoch(network, data, blocks, update)
        score = validate()
        # Without validation pairs the training error decides, so that the last epochs are kept.
        improved = best.offer(epoch, loss if math.isnan(score) else score, lambda: copy_weights(network))
        history.append(
            {
                "epoch": epoch,
                "seconds": perf_counter() - started,
                "train_loss": loss,
                "train_rmse": math.sqrt(loss) * data.spread,
                "validation_rmse": score,
                "learning_rate": schedule.get_last_lr()[0],
                "best": improved,
            }
        )
        if best.out_of_patience(epoch):
            break
        interruptible.keep(history)
    return best, history


def copy_weights(network: PairNetwork) -> Weights:
    """The network's tensors, copied to the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
