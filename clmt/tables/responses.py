"""The responses of a dataset while its sources are joined: a matrix of values beside the marks of the censored ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clmt.reading.matrix import Matrix

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Responses"]

ROUNDING = 1e-5
"""Tables give a logarithm with six digits; the bound has more."""


@dataclass(frozen=True)
class Responses:
    """Responses of C cell lines to D drugs; each method that leaves something out returns new responses.

    Attributes
    ----------
    source
        Archive and table, for messages.
    cell_lines, drugs
        Ids of the rows and names of the columns.
    values
        Natural logarithm of the IC50 in uM, float64 (C, D), NaN where there is none.
    censored
        Which values are lower bounds, bool (C, D).
    averaged
        How many of the values are the source's own means of several curves; counted before anything is left out.
    """

    source: str
    cell_lines: list[str]
    drugs: list[str]
    values: np.ndarray
    censored: np.ndarray
    averaged: int = 0

    @classmethod
    def of(cls, matrix: Matrix, censored_at: float | None) -> Responses:
        """Mark what lies at or above ``censored_at``; nothing where the source does not tell (None)."""
        import numpy as np

        bound = np.inf if censored_at is None else censored_at - ROUNDING
        return cls(matrix.source, matrix.ids, matrix.columns, matrix.values, matrix.values >= bound)

    @property
    def present(self) -> np.ndarray:
        """Which responses are there, bool (C, D)."""
        import numpy as np

        return ~np.isnan(self.values)

    def keep_cell_lines(self, names: Collection[str]) -> Responses:
        """Keep the named cell lines, in the order of the source."""
        rows = [row for row, name in enumerate(self.cell_lines) if name in names]
        kept = [self.cell_lines[row] for row in rows]
        return Responses(self.source, kept, self.drugs, self.values[rows], self.censored[rows])

    def keep_drugs(self, names: Collection[str]) -> Responses:
        """Keep the named drugs, in the order of the source."""
        columns = [column for column, name in enumerate(self.drugs) if name in names]
        kept = [self.drugs[column] for column in columns]
        return Responses(self.source, self.cell_lines, kept, self.values[:, columns], self.censored[:, columns])

    def keep_present(self) -> Responses:
        """Keep the cell lines and drugs that have a response."""
        rows, columns = self.present.nonzero()
        cell_lines = {self.cell_lines[row] for row in set(rows.tolist())}
        return self.keep_cell_lines(cell_lines).keep_drugs({self.drugs[column] for column in set(columns.tolist())})

    def merge_drugs(self, groups: Sequence[Sequence[str]]) -> tuple[Responses, int]:
        """Make one drug of each group of names, under its first name.

        A response is the mean of those that are there, censored where one of them is.

        Returns
        -------
        The merged responses, and how many of them are the mean of two or more values.
        """
        import numpy as np

        places = {name: column for column, name in enumerate(self.drugs)}
        values = np.full((len(self.cell_lines), len(groups)), np.nan)
        censored = np.zeros(values.shape, dtype=bool)
        averaged = 0
        for column, names in enumerate(groups):
            columns = [places[name] for name in names]
            present = self.present[:, columns]
            count = present.sum(axis=1)
            some = count > 0
            values[some, column] = np.where(present, self.values[:, columns], 0.0).sum(axis=1)[some] / count[some]
            censored[:, column] = (self.censored[:, columns] & present).any(axis=1)
            averaged += int((count > 1).sum())
        return Responses(self.source, self.cell_lines, [names[0] for names in groups], values, censored), averaged
