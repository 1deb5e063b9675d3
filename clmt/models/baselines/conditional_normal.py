"""A cell line's missing responses from its other responses, without a feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from itertools import islice, product
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt.models.base import Model
from clmt.models.baselines.means import MeanEffects, training_arrays
from clmt.models.best_epoch import BestEpoch
from clmt.models.factor_normal import FactorNormal
from clmt.models.normal import Normal
from clmt.models.response_normal import (
    Expected,
    ResponseNormal,
    em_path,
    fit_response_normal,
    out_of_fold_responses,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clmt.graph.fold_data import FoldData
    from clmt.planning.settings.baselines import ConditionalNormalSettings

__all__ = ["ConditionalNormal", "response_table"]

_LEAST_GAIN = 2e-4
"""A sweep of EM that lowers the validation RMSE by less, in ln uM, is the last one."""

_BLIND_SWEEPS = 8
"""Sweeps where no validation pair tells when to stop: about as many as where one does, on GDSC."""


class ConditionalNormal(Model):
    """The responses of a cell line to all drugs as one multivariate normal; a missing one is its conditional mean.

    Mean and covariance are fitted by EM under missing values, the covariance pulled towards a factor model of ``rank``
    by ``pseudo_rows`` cell lines' worth. Both, and the sweep at which EM ends, are chosen on the validation pairs. EM
    starts from the mean effects and moves away from them as far as the responses reach, so that few of them do not
    break it. A cell line without training responses gets the mean of each drug, a drug without any the mean effects;
    where the validation pairs are of such ones only (blind protocols), the first rank and pseudo-rows are taken.

    With ``refit`` there is a second fit with what was chosen, to training and validation pairs: it predicts all but the
    validation pairs, which keep the prediction of a fit that has not seen them, for whatever chooses by them.

    Notes
    -----
    Dempster, Laird & Rubin, Maximum likelihood from incomplete data via the EM algorithm (J. R. Stat. Soc. B 39, 1977);
    Little & Rubin, Statistical Analysis with Missing Data (2002), ch. 11. The prior is an inverse Wishart whose scale
    is the nearest factor model of the rows themselves.

    With C cell lines and D drugs a sweep costs C times the cube of the known or the missing drugs of a cell line,
    whichever are fewer, and D cubed. Above `clmt.models.response_normal.LARGEST` drugs, a thousand, the covariance is
    one of 2 x ``rank`` common factors (Woodbury's identity), a sweep of which costs C x D x rank squared: less exact
    (on GDSC a validation RMSE of 0.896 in place of 0.878), and within reach for 5,000 drugs and 2,000 cell lines.
    ``benchmarks/conditional_normal.py`` measures both.
    """

    settings: ConditionalNormalSettings

    def fit(self, fold: FoldData, *, seed: int, device: str) -> list[dict[str, Any]]:
        """Fit with every rank and number of pseudo-rows and keep the best sweep; returns one history row a sweep."""
        self.means = MeanEffects(self.settings)
        self.means.fit(fold, seed=seed, device=device)
        self.level_variance = float(np.var(training_arrays(fold)[2]))
        cells, self.drugs = fold.graph.training_rows()
        table = response_table(fold)[np.ix_(cells, self.drugs)]
        validation = response_table(fold, "validation")[np.ix_(cells, self.drugs)]
        if np.isfinite(validation).any():
            history = self._choose(table, validation)
        else:
            history, rank, pseudo_rows = [], self.settings.ranks[0], self.settings.pseudo_rows[0]
            fitted = fit_response_normal(table, rank, pseudo_rows, _BLIND_SWEEPS)
            self._keep(fitted, rank, pseudo_rows, _BLIND_SWEEPS)
        self.final = self._refit(fold) if self.settings.refit else None
        return history

    def _keep(self, fitted: ResponseNormal, rank: int, pseudo_rows: float, sweeps: int) -> None:
        self.fitted, self.chosen = fitted, {"rank": rank, "pseudo_rows": pseudo_rows, "sweeps": sweeps}

    def _refit(self, fold: FoldData) -> ResponseNormal:
        """Fit to training and validation pairs of the drugs in use, with what was chosen."""
        table = _with_validation(fold)[:, self.drugs]
        return fit_response_normal(table[np.isfinite(table).any(axis=1)], **self.chosen)

    def _choose(self, table: NDArray[np.float64], validation: NDArray[np.float64]) -> list[dict[str, Any]]:
        """Fit ``table`` (c, d) with every setting until ``validation`` (c, d) gains nothing, and keep the best."""
        best: BestEpoch[tuple[ResponseNormal, int, float, int]] = BestEpoch()
        history: list[dict[str, Any]] = []
        asked = np.isfinite(validation)
        began = perf_counter()
        for rank, pseudo_rows in product(self.settings.ranks, self.settings.pseudo_rows):
            last = np.inf
            path = islice(em_path(table, rank, pseudo_rows), 1, self.settings.sweeps + 1)
            for sweeps, (fitted, expected) in enumerate(path, start=1):
                score = float(np.sqrt(np.mean((expected.mean - validation)[asked] ** 2)))
                epoch, seconds = len(history) + 1, perf_counter() - began
                improved = best.offer(epoch, score, lambda: (fitted, rank, pseudo_rows, sweeps))  # noqa: B023 (at once)
                history.append({"epoch": epoch, "seconds": seconds, "validation_rmse": score, "best": improved})
                if score > last - _LEAST_GAIN:
                    break
                last = score
        self._keep(*best.weights("conditional_normal"))
        return history

    def expect(self, fold: FoldData) -> Expected:
        """Conditional mean and variance of every pair given the fold's training responses, (C, D) each.

        A training pair has its own response and variance 0. The variance of a drug without training responses is that
        of all training responses.
        """
        known = response_table(fold)
        pairs = np.argwhere(np.isnan(known))
        mean, variance = known.copy(), np.zeros(known.shape)
        mean[tuple(pairs.T)] = self.means.predict(fold, pairs)
        variance[tuple(pairs.T)] = self.level_variance
        found = self.fitted.expect(known[:, self.drugs])
        mean[:, self.drugs], variance[:, self.drugs] = found.mean, found.variance
        return Expected(mean, variance)

    def predict(self, fold: FoldData, pairs: np.ndarray) -> np.ndarray:
        """Predict ln IC50 (uM) of pairs int64 (n, 2); returns float64 (n,)."""
        # The whole table, so that a prediction does not depend on which other pairs are asked for.
        return self.expect_unseen(fold).mean[pairs[:, 0], pairs[:, 1]]

    def expect_unseen(self, fold: FoldData) -> Expected:
        """Conditional mean and variance of pairs by a fit that has not seen them, (C, D) each: the last one, if any."""
        found = self.expect(fold)
        if self.final is None:
            return found
        validation = np.isfinite(response_table(fold, "validation"))
        last = self.final.expect(_with_validation(fold)[:, self.drugs])
        for table, of_last in ((found.mean, last.mean), (found.variance, last.variance)):
            table[:, self.drugs] = np.where(validation[:, self.drugs], table[:, self.drugs], of_last)
        return found

    def out_of_fold(self, fold: FoldData, *, parts: int = 5, seed: int = 0) -> Expected:
        """Conditional mean and variance of the training pairs, (C, D) each, NaN elsewhere.

        Each comes from a fit to other cell lines with the chosen settings, and from the other responses of its own:
        see `clmt.models.response_normal.out_of_fold_responses`.
        """
        known = response_table(fold)
        found = out_of_fold_responses(known[:, self.drugs], **self.chosen, parts=parts, seed=seed)
        mean, variance = np.full(known.shape, np.nan), np.full(known.shape, np.nan)
        mean[:, self.drugs], variance[:, self.drugs] = found.mean, found.variance
        return Expected(mean, variance)

    def state(self) -> dict[str, Any]:
        """The normals in units of the d drugs in use, as their form has them, what was chosen, and the mean effects."""
        return {
            "means": self.means.state(),
            "chosen": dict(self.chosen),
            "level_variance": self.level_variance,
            "drugs": torch.from_numpy(self.drugs.copy()),
            **_state_of(self.fitted),
            **({} if self.final is None else {"final": _state_of(self.final)}),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.means = MeanEffects(self.settings)
        self.means.load_state(state["means"])
        self.level_variance, self.chosen = state["level_variance"], state["chosen"]
        self.drugs = state["drugs"].numpy()
        self.fitted = _of_state(state)
        self.final = _of_state(state["final"]) if "final" in state else None


def _state_of(fitted: ResponseNormal) -> dict[str, Any]:
    arrays = {"centre": fitted.centre, "spread": fitted.spread, **vars(fitted.normal)}
    return {name: torch.from_numpy(value.copy()) for name, value in arrays.items()}


def _of_state(state: Mapping[str, Any]) -> ResponseNormal:
    form: type[Normal | FactorNormal] = Normal if "covariance" in state else FactorNormal
    normal = form(**{part.name: state[part.name].numpy() for part in fields(form)})
    return ResponseNormal(state["centre"].numpy(), state["spread"].numpy(), normal)


def _with_validation(fold: FoldData) -> NDArray[np.float64]:
    """Training and validation responses as a table (C, D) in ln uM, NaN elsewhere."""
    validation = response_table(fold, "validation")
    return np.where(np.isfinite(validation), validation, response_table(fold))


def response_table(fold: FoldData, role: str = "train") -> NDArray[np.float64]:
    """Responses of ``role`` (``train`` or ``validation``) as a table (C, D) in ln uM, NaN elsewhere."""
    cells, drugs, values = training_arrays(fold, role)
    table = np.full((fold.graph.n_cells, fold.graph.n_drugs), np.nan)
    table[cells, drugs] = values
    return table
