"""Predictions of a bundle for any mix of known and new cell lines and drugs, with what they are worth."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.bundles.attach import attach
from clmt.bundles.cell_lines import MOST_MISSING, CellLines, read_cell_lines
from clmt.bundles.drugs import Drugs, read_drugs
from clmt.bundles.file import Bundle, read_bundle
from clmt.bundles.neighbourhood import nearest_known
from clmt.errors import ClmtError
from clmt.models.clmt.exact import double_network, exact_inputs, predict_exactly
from clmt.target import LN_IC50

if TYPE_CHECKING:
    import pandas as pd

    from clmt.graph.fold_data import FoldData

__all__ = ["KINDS", "LEVEL", "Predictor", "load_bundle"]

logger = logging.getLogger(__name__)
LEVEL = 0.9
#: Kinds of pairs by [cell line is new, drug is new].
KINDS = np.array([["known pair", "new drug"], ["new cell line", "both new"]], dtype=object)


def load_bundle(path: Path | str) -> Predictor:
    """Read a bundle and make it ready to predict; raises `ClmtError` for a file that is none."""
    return Predictor(read_bundle(Path(path)))


@dataclass(frozen=True)
class _Table:
    """Predictions by row of the graph, float64 (C, D), NaN where not asked for: mean and deviation over the seeds."""

    mean: np.ndarray
    spread: np.ndarray


class Predictor:
    """A bundle, ready to predict; made by `load_bundle`.

    Parameters
    ----------
    bundle
        What the file holds.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.networks = [double_network(model) for model in bundle.models()]

    def predict(
        self,
        drugs: Sequence[Any] | Mapping[str, str] | pd.DataFrame,
        cell_lines: Sequence[Any] | pd.DataFrame,
        *,
        mutation: Path | pd.DataFrame | None = None,
        copy_number: Path | pd.DataFrame | None = None,
        annotations: Path | None = None,
        level: float = LEVEL,
        max_missing: float = MOST_MISSING,
        skip_bad: bool = False,
        encoder_folder: Path | None = None,
        threads: int = 1,
    ) -> pd.DataFrame:
        """Predict every pair of these cell lines and drugs.

        A prediction depends on its own cell line and drug alone, whatever else is asked for and in whichever order.

        Parameters
        ----------
        drugs
            See `clmt.bundles.drugs.read_drugs`: names, files, SMILES by name, or a frame.
        cell_lines, mutation, copy_number, annotations, max_missing
            See `clmt.bundles.cell_lines.read_cell_lines`: names, files, or a frame of expression.
        level
            Share of the pairs of a kind whose interval holds the truth.
        skip_bad
            Whether drugs whose SMILES does not parse are left out.
        encoder_folder
            Of a transformer, where new entities have texts of their own.
        threads
            Processes that make conformers.

        Returns
        -------
        DataFrame
            A row for each pair, cell lines first, in the order asked for:

            - ``cell_line``, ``drug``, ``kind`` (of `KINDS`);
            - ``ln_ic50`` (ln uM) and ``ic50_um``, or ``auc`` where the bundle's dataset has areas; ``lower`` and
              ``upper`` in the unit of the former (NaN where the kind is not calibrated, or not at this level);
            - ``cell_line_rank``: 1 if the drug acts more strongly on this cell line than on each of ``of_cell_lines``
              training cell lines; ``drug_rank`` the same of the drug among the training drugs on this cell line;
            - ``nearest_drug`` with ``drug_similarity`` (Dice), ``nearest_cell_line`` with ``cell_line_correlation``
              (Pearson): itself where it is known; ``out_of_domain``: whether one is less like the training part than
              95 % of that are like the rest of it.
        """
        if not 0 < level < 1:
            raise ClmtError(f"level of the intervals! got: {level}, expected: a number between 0 and 1, such as 0.9")
        options = {"mutation": mutation, "copy_number": copy_number, "annotations": annotations}
        cells = read_cell_lines(
            self.bundle, cell_lines, **options, max_missing=max_missing, encoder_folder=encoder_folder
        )
        asked = read_drugs(self.bundle, drugs, skip_bad=skip_bad, threads=threads, encoder_folder=encoder_folder)
        if not cells.names:
            raise ClmtError("no cell line to predict! got: none, expected: names, or a table of expression")
        fold = attach(
            self.bundle.frozen, self.bundle.expression.ends, cells.new, asked.new, self.bundle.manifest["neighbours"]
        )
        table = self._predict(fold, cells, asked)
        frame = self._frame(table, fold, cells, asked, level)
        logger.info("%d pairs: %s", len(frame), ", ".join(f"{n} {k}" for k, n in frame["kind"].value_counts().items()))
        return frame

    def _predict(self, fold: FoldData, cells: CellLines, drugs: Drugs) -> _Table:
        """Predict the pairs and what they are ranked among."""
        known = self.bundle.frozen.graph
        wanted = np.zeros((fold.graph.n_cells, fold.graph.n_drugs), dtype=bool)
        wanted[np.ix_(cells.rows, drugs.rows)] = True
        wanted[: known.n_cells, drugs.rows] = True
        wanted[cells.rows, : known.n_drugs] = True
        pairs = np.argwhere(wanted)
        inputs = exact_inputs(fold, cells.unknown)
        each = np.stack([predict_exactly(network, inputs, pairs) for network in self.networks])
        table = _Table(*(np.full(wanted.shape, np.nan) for _ in range(2)))
        table.mean[tuple(pairs.T)], table.spread[tuple(pairs.T)] = each.mean(axis=0), each.std(axis=0)
        return table

    def _frame(self, table: _Table, fold: FoldData, cells: CellLines, drugs: Drugs, level: float) -> pd.DataFrame:
        import pandas as pd

        known = self.bundle.frozen.graph
        block = np.ix_(cells.rows, drugs.rows)
        mean, spread = table.mean[block], table.spread[block]
        kind = KINDS[np.ix_((cells.rows >= known.n_cells).astype(int), (drugs.rows >= known.n_drugs).astype(int))]
        half = self._half_width(kind.ravel(), spread.ravel(), level)
        among_cells = _ranks(table.mean[: known.n_cells, drugs.rows].T, mean.T).T
        among_drugs = _ranks(table.mean[cells.rows, : known.n_drugs], mean)
        near = nearest_known(fold.graph, known)
        of_cells, of_drugs = near["cell"].take(cells.rows), near["drug"].take(drugs.rows)
        n_cells, n_drugs = mean.shape

        def by_cell(values: Any) -> np.ndarray:
            return np.repeat(np.asarray(values), n_drugs)

        def by_drug(values: Any) -> np.ndarray:
            return np.tile(np.asarray(values), n_cells)

        value = mean.ravel()
        return pd.DataFrame(
            {
                "cell_line": by_cell(np.array(cells.names, dtype=object)),
                "drug": by_drug(np.array(drugs.names, dtype=object)),
                "kind": kind.ravel(),
                self.bundle.target: value,
                **({"ic50_um": np.exp(value)} if self.bundle.target == LN_IC50 else {}),
                "lower": value - half,
                "upper": value + half,
                "cell_line_rank": among_cells.ravel(),
                "of_cell_lines": known.n_cells,
                "drug_rank": among_drugs.ravel(),
                "of_drugs": known.n_drugs,
                "nearest_drug": by_drug(of_drugs.names),
                "drug_similarity": by_drug(of_drugs.similarity),
                "nearest_cell_line": by_cell(of_cells.names),
                "cell_line_correlation": by_cell(of_cells.similarity),
                "out_of_domain": by_cell(of_cells.far) | by_drug(of_drugs.far),
                "simulated": bool(self.bundle.manifest["simulated"]),
            }
        )

    def _half_width(self, kind: np.ndarray, spread: np.ndarray, level: float) -> np.ndarray:
        """Half the width of each pair's interval; NaN where its kind is not calibrated, or on too few groups."""
        half = np.full(len(kind), np.nan)
        for name in dict.fromkeys(kind.tolist()):
            rows = kind == name
            calibration = self.bundle.calibration.get(name)
            if calibration is None:
                logger.warning("%s: no interval, because the bundle has no held-out predictions of this kind", name)
                continue
            width = calibration.half_width(spread[rows], level)
            if np.isinf(width).any():
                logger.warning("%s: no interval at %g, because %d groups are too few", name, level, calibration.groups)
            half[rows] = np.where(np.isinf(width), np.nan, width)
        return half


def _ranks(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """1 and how many of the ``known`` (n, k) of its row each of the ``values`` (n, m) has below it, int64 (n, m)."""
    ordered = np.sort(known, axis=1)
    return np.stack([1 + np.searchsorted(row, own, side="left") for row, own in zip(ordered, values, strict=True)])
