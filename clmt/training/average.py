"""The moving average of a network's weights in training."""

from __future__ import annotations

import copy

import torch
from torch import nn

from clmt.models.inputs import NetworkInputs
from clmt.models.network import CLMTNetwork

__all__ = ["Averager"]


class Averager:
    """Exponential moving average of the weights: what is validated, kept and used to predict."""

    def __init__(self, network: CLMTNetwork, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.live, self.kept = list(network.parameters()), list(self.network.parameters())
        self.norms = [module for module in self.network.modules() if isinstance(module, nn.BatchNorm1d)]

    @torch.no_grad()
    def update(self) -> None:
        """Take one step towards the live weights; early on the average is short, so that it forgets the start."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        torch._foreach_lerp_(self.kept, self.live, 1.0 - decay)

    @torch.no_grad()
    def snapshot(self, inputs: NetworkInputs) -> CLMTNetwork:
        """The averaged network in evaluation mode, its batch norms fitted to how it encodes the training drugs.

        The running statistics of the live network are those of other weights, under dropout.
        """
        self.network.eval()
        drugs = len(inputs.fingerprint)
        for norm in self.norms:
            norm.train().momentum = 1.0
        if self.norms:
            self.network.encode_molecules(inputs)
        for norm in self.norms:
            if norm.running_var is not None:
                norm.running_var.mul_((drugs - 1) / drugs)  # as training divides: by the number of drugs
        return self.network.eval()
