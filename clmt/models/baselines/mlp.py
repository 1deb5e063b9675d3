"""Early-fusion multilayer perceptron: expression and fingerprint side by side, and layers on top."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from clmt.logs import progress
from clmt.models.base import Model
from clmt.models.baselines.fusion import FusionNetwork
from clmt.models.best_epoch import BestEpoch
from clmt.models.precision import training_precision
from clmt.models.randomness import torch_seed
from clmt.models.resume import Interruptible

if TYPE_CHECKING:
    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import MLPSettings

__all__ = ["EarlyFusionMLP"]

BLOCK = 32  # cell lines predicted at a time


def omics_matrix(fold: FoldData) -> torch.Tensor:
    """Expression, mutation and copy number side by side, float32 (C, G + M + K)."""
    names = ("expression", "mutation", "copy_number")
    return torch.cat([getattr(fold.graph, name).float() for name in names], dim=1)


class EarlyFusionMLP(Model):
    """Multilayer perceptron on scaled omics and a Morgan fingerprint, trained with AdamW on squared error.

    Keeps the weights of the epoch with the lowest validation RMSE. Responses are standardised by the training pairs,
    omics by the training cell lines.
    """

    settings: MLPSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Train on ``device`` (``cpu`` or ``cuda``); returns one history row an epoch."""
        self._fit_scales(fold)
        inputs = self._inputs(fold, device)
        pairs = fold.graph.train_pairs.to(device)
        values = ((fold.graph.train_ln_ic50 - self.centre) / self.spread).to(device)
        with torch_seed(seed, device):
            self.network = self._build(inputs[0].shape[1], inputs[1].shape[1]).to(device)
            with training_precision():
                history = self._train(fold, inputs, pairs, values, torch.Generator().manual_seed(seed))
        return history

    def _fit_scales(self, fold: FoldData) -> None:
        omics = omics_matrix(fold)[fold.graph.train_cells].double()
        self.gene_mean = omics.mean(dim=0).float()
        spread = omics.std(dim=0, correction=0).float()
        # Alterations share one spread, so that a rare one does not weigh the most.
        genes = fold.graph.expression.shape[1]
        spread[genes:] = spread[genes:].square().mean().sqrt()
        # A gene that is constant over the training cell lines must not blow up in another one.
        self.gene_scale = torch.where(spread > 1e-6, 1.0 / spread, torch.zeros_like(spread))
        values = fold.graph.train_ln_ic50.double()
        self.centre = float(values.mean())
        self.spread = float(values.std(correction=0)) or 1.0

    def _inputs(self, fold: FoldData, device: str) -> tuple[torch.Tensor, torch.Tensor]:
        omics = (omics_matrix(fold) - self.gene_mean) * self.gene_scale
        prints = fold.molecules[self.settings.fingerprint].float()
        return omics.to(device), prints.to(device)

    def _build(self, n_genes: int, n_bits: int) -> FusionNetwork:
        settings = self.settings
        factors = settings.factors if settings.interaction == "bilinear" else 0
        return FusionNetwork(n_genes, n_bits, list(settings.hidden), settings.dropout, factors)

    def _train(
        self,
        fold: FoldData,
        inputs: tuple[torch.Tensor, torch.Tensor],
        pairs: torch.Tensor,
        values: torch.Tensor,
        generator: torch.Generator,
    ) -> list[dict[str, Any]]:
        settings = self.settings
        rate, batch = settings.learning_rate, settings.batch
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=rate, weight_decay=settings.weight_decay)
        steps = settings.epochs * -(-len(pairs) // batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
        best = BestEpoch[dict[str, torch.Tensor]](settings.patience)
        parts = {"network": self.network, "optimizer": optimizer, "schedule": schedule, "best": best}
        interruptible = Interruptible(self.saver, str(pairs.device), parts, [generator])
        history = interruptible.restore()
        started = perf_counter() - (history[-1]["seconds"] if history else 0.0)
        for epoch in progress(range(len(history) + 1, settings.epochs + 1), "epochs"):
            order = torch.randperm(len(pairs), generator=generator).to(pairs.device)
            loss = self._train_epoch(inputs, pairs, values, order.split(batch), optimizer, schedule)
            score = self._validate(fold, inputs)
            # Without validation pairs the training error decides, so that the last epochs are kept.
            improved = best.offer(epoch, loss if np.isnan(score) else score, self._weights)
            history.append(
                {
                    "epoch": epoch,
                    "seconds": perf_counter() - started,
                    "train_loss": loss,
                    "train_rmse": float(np.sqrt(loss)) * self.spread,
                    "validation_rmse": score,
                    "learning_rate": schedule.get_last_lr()[0],
                    "best": improved,
                }
            )
            if best.out_of_patience(epoch):
                break
            interruptible.keep(history)
        self.network.load_state_dict(best.weights("mlp"))
        return history

    def _train_epoch(
        self,
        inputs: tuple[torch.Tensor, torch.Tensor],
        pairs: torch.Tensor,
        values: torch.Tensor,
        batches: tuple[torch.Tensor, ...],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> float:
        """One pass over the training pairs; returns the mean squared error of standardised responses."""
        self.network.train()
        total = torch.zeros((), dtype=torch.float64, device=pairs.device)
        for rows in batches:
            loss = nn.functional.mse_loss(self.network(*inputs, pairs[rows]), values[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.detach().double() * len(rows)
        return float(total) / len(pairs)

    @torch.no_grad()
    def _validate(self, fold: FoldData, inputs: tuple[torch.Tensor, torch.Tensor]) -> float:
        """Validation RMSE in ln uM; NaN without validation pairs."""
        pairs = fold.graph.validation_pairs.to(inputs[0].device)
        if len(pairs) == 0:
            return float("nan")
        self.network.eval()
        predicted = self.network(*inputs, pairs).cpu().double() * self.spread + self.centre
        return float((predicted - fold.graph.validation_ln_ic50.double()).square().mean().sqrt())

    @torch.no_grad()
    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,).

        Works in fixed blocks of cell lines by all drugs, so that a prediction is the same to the last bit whichever
        other pairs are asked for.
        """
        device = next(self.network.parameters()).device
        expression, prints = self._inputs(fold, str(device))
        self.network.eval()
        cells, drugs = pairs[:, 0], pairs[:, 1]
        predicted = np.empty(len(pairs))
        every_drug = torch.arange(len(prints), device=device)
        for block in np.unique(cells // BLOCK):
            rows = torch.arange(block * BLOCK, min((block + 1) * BLOCK, len(expression)), device=device)
            output = self.network(expression, prints, torch.cartesian_prod(rows, every_drug)).cpu().double()
            inside = cells // BLOCK == block
            table = output.reshape(len(rows), len(prints)).numpy() * self.spread + self.centre
            predicted[inside] = table[cells[inside] - block * BLOCK, drugs[inside]]
        return predicted

    def _weights(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}

    def state(self) -> dict[str, Any]:
        """Weights on the CPU, and the scales of genes and responses."""
        return {
            "network": self._weights(),
            "gene_mean": self.gene_mean.clone(),
            "gene_scale": self.gene_scale.clone(),
            "centre": self.centre,
            "spread": self.spread,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned, on the CPU."""
        self.gene_mean, self.gene_scale = state["gene_mean"], state["gene_scale"]
        self.centre, self.spread = state["centre"], state["spread"]
        weights = state["network"]
        self.network = self._build(weights["first.cell.weight"].shape[1], weights["first.drug.weight"].shape[1])
        self.network.load_state_dict(weights)
