"""The drugs and cell lines that are predicted best and worst."""

from __future__ import annotations

import numpy as np
import pytest

from clmt.cases.ranking import SHOWN, rank_cell_lines, rank_drugs
from clmt.evaluation.experiment import Experiment, Pairs


def experiment(cells: int, drugs: int) -> Experiment:
    """A model that misses drug d and cell line c by more the larger d and c are, and a baseline."""
    random = np.random.default_rng(0)
    cell, drug = (part.ravel() for part in np.meshgrid(np.arange(cells), np.arange(drugs), indexing="ij"))
    observed = random.normal(size=cells * drugs)
    noise = random.normal(size=cells * drugs) * (0.1 + drug + 3 * cell)
    pairs = Pairs(
        [f"C{row:02d}" for row in range(cells)], [f"D{row:02d}" for row in range(drugs)], cell, drug,
        np.zeros(len(cell), dtype=np.int64), observed, {"clmt": observed + noise, "drug_mean": np.zeros(len(cell))},
    )  # fmt: skip
    card = {"fold": 0, "dataset": "made_up", "split": "mixed", "simulated": True}
    cards = [{**card, "model": name, "arch": name} for name in ("drug_mean", "clmt")]
    return Experiment("made_up_cv", ["drug_mean", "clmt"], cards, [], pairs)


def test_cell_lines_are_ranked_by_their_error() -> None:
    made = experiment(40, 30)
    best, worst = rank_cell_lines(made, "clmt", "drug_mean")
    assert len(best) == len(worst) == SHOWN
    errors = np.sqrt(np.mean((made.pairs.predicted["clmt"] - made.pairs.observed).reshape(40, 30) ** 2, axis=1))
    order = np.argsort(errors)
    assert [row.name for row in best] == [f"C{row:02d}" for row in order[:SHOWN]]
    assert [row.name for row in worst] == [f"C{row:02d}" for row in order[::-1][:SHOWN]]
    values = made.pairs.observed.reshape(40, 30)[order[0]]
    assert (best[0].pairs, best[0].rmse) == (30, pytest.approx(errors[order[0]]))
    assert best[0].spread == pytest.approx(values.std(ddof=1))
    assert best[0].reference_rmse == pytest.approx(np.sqrt(np.mean(values**2)))


def test_drugs_are_ranked_by_their_correlation() -> None:
    made = experiment(40, 30)
    best, worst = rank_drugs(made, "clmt", None)
    observed, predicted = (v.reshape(40, 30) for v in (made.pairs.observed, made.pairs.predicted["clmt"]))
    r = [np.corrcoef(observed[:, drug], predicted[:, drug])[0, 1] for drug in range(30)]
    assert [row.r for row in best] == pytest.approx(sorted(r, reverse=True)[:SHOWN])
    assert [row.r for row in worst] == pytest.approx(sorted(r)[:SHOWN])
    assert np.isnan(best[0].reference_r)


def test_none_is_shown_at_both_ends() -> None:
    best, worst = rank_cell_lines(experiment(5, 12), "clmt", None)
    assert len(best) == len(worst) == 2
    assert {row.name for row in best}.isdisjoint({row.name for row in worst})
