"""Attribute view of a cell line: expression, mutation and copy number (METHOD: cell line attribute view)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from clmt.models.dropout import Dropout

__all__ = ["CellEncoder", "TextEncoder"]


class CellEncoder(nn.Module):
    """Expression G-1024-256, mutation to 128, copy number to 128; ReLU and dropout; concatenated to 512.

    Parameters
    ----------
    genes, mutation_genes, copy_number_genes
        Widths of the three inputs.
    width
        In place of 256; half of it in place of 128.
    """

    def __init__(
        self, genes: int, mutation_genes: int, copy_number_genes: int, probability: float = 0.3, width: int = 256
    ) -> None:
        super().__init__()
        half = width // 2
        self.expression = nn.Sequential(
            nn.Linear(genes, 1024),
            nn.ReLU(),
            Dropout(probability),
            nn.Linear(1024, width),
            nn.ReLU(),
            Dropout(probability),
        )
        self.mutation = nn.Sequential(nn.Linear(mutation_genes, half), nn.ReLU(), Dropout(probability))
        self.copy_number = nn.Sequential(nn.Linear(copy_number_genes, width - half), nn.ReLU(), Dropout(probability))

    def forward(self, expression: Tensor, mutation: Tensor, copy_number: Tensor) -> tuple[Tensor, Tensor]:
        """Encode c cell lines: the attribute block (c, 512) and its expression part (c, 256)."""
        expressed: Tensor = self.expression(expression)
        return torch.cat([expressed, self.mutation(mutation), self.copy_number(copy_number)], dim=1), expressed


class TextEncoder(nn.Sequential):
    """Frozen text vector to 256, ReLU, dropout. Shapes: (n, T) -> (n, 256), or another width in its place."""

    def __init__(self, text: int, probability: float = 0.3, width: int = 256) -> None:
        super().__init__(nn.Linear(text, width), nn.ReLU(), Dropout(probability))
