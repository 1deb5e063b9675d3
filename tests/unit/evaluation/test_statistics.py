from __future__ import annotations

import numpy as np
import pytest

from clmt.evaluation.experiment import Pairs
from clmt.evaluation.metrics import group_correlations, rmse
from clmt.evaluation.statistics import (
    DETECTED,
    bootstrap_weights,
    compare_models,
    drug_r_replicates,
    holm,
    percentile_comparison,
    rmse_replicates,
    seed_replicates,
)


def make_pairs(errors: dict[str, np.ndarray], seed: int = 0, folds: int = 2) -> Pairs:
    """All pairs of a grid with given errors (C, D) by model, in random folds."""
    rng = np.random.default_rng(seed)
    shape = next(iter(errors.values())).shape
    cell, drug = np.indices(shape).reshape(2, -1)
    observed = rng.normal(0, 1, shape).ravel()
    predicted = {model: observed + error.ravel() for model, error in errors.items()}
    names = [f"c{i:03d}" for i in range(shape[0])], [f"d{i:03d}" for i in range(shape[1])]
    return Pairs(*names, cell, drug, rng.integers(0, folds, cell.size), observed, predicted)


def clustered_errors(rng: np.random.Generator, cells: int, drugs: int) -> dict[str, np.ndarray]:
    """Errors of two equally good models, each of which fails on its own drugs and cell lines."""

    def one() -> np.ndarray:
        by_drug, by_cell = np.exp(rng.normal(0, 0.6, drugs)), np.exp(rng.normal(0, 0.3, (cells, 1)))
        return by_drug * by_cell * rng.normal(size=(cells, drugs))

    return {"a": one(), "b": one()}


def row_bootstrap(pairs: Pairs, replicates: int, seed: int) -> np.ndarray:
    """Differences of RMSE when pairs are resampled as if they were independent."""
    rng = np.random.default_rng(seed)
    squared = {model: (p - pairs.observed) ** 2 for model, p in pairs.predicted.items()}
    rows = rng.integers(0, len(pairs.cell_row), (replicates, len(pairs.cell_row)))
    return np.sqrt(squared["a"][rows].mean(axis=1)) - np.sqrt(squared["b"][rows].mean(axis=1))


def test_the_first_replicate_is_the_data() -> None:
    rng = np.random.default_rng(2)
    pairs = make_pairs({"a": rng.normal(0, 1, (30, 5)), "b": rng.normal(0, 2, (30, 5))}, folds=3)
    cells, drugs = bootstrap_weights(30, 5, 20, seed=1)
    found = rmse_replicates(pairs, ["a", "b"], cells, drugs)
    assert found.shape == (2, 21)
    assert found[:, 0] == pytest.approx([rmse(pairs.observed, pairs.predicted[m]) for m in "ab"])
    groups = np.char.add(pairs.fold.astype(str), np.char.add("/", pairs.drug_row.astype(str)))
    by_group = [group_correlations(groups, pairs.observed, pairs.predicted[m]) for m in "ab"]
    assert by_group[0].left_out > 0  # groups of fewer than ten pairs are there, and count on neither side
    found = drug_r_replicates(pairs, ["a", "b"], cells, drugs)
    assert found[:, 0] == pytest.approx([group.mean() for group in by_group])


def test_replicates_equal_a_metric_over_repeated_rows() -> None:
    rng = np.random.default_rng(3)
    pairs = make_pairs({"a": rng.normal(0, 1, (40, 6))}, folds=1)
    cells, drugs = bootstrap_weights(40, 6, 5, seed=4)
    by_rmse, by_r = (replicate(pairs, ["a"], cells, drugs)[0] for replicate in (rmse_replicates, drug_r_replicates))
    for b in range(6):
        times = (cells[b][pairs.cell_row] * drugs[b][pairs.drug_row]).astype(int)
        y, p = (np.repeat(v, times) for v in (pairs.observed, pairs.predicted["a"]))
        assert by_rmse[b] == pytest.approx(rmse(y, p))
        once = np.repeat(np.arange(len(times)), cells[b][pairs.cell_row].astype(int))
        r = group_correlations(pairs.drug_row[once], pairs.observed[once], pairs.predicted["a"][once]).r
        assert by_r[b] == pytest.approx((drugs[b] * r).sum() / drugs[b].sum())


def test_constant_predictions_of_a_drug_count_as_zero() -> None:
    pairs = make_pairs({"a": np.zeros((30, 4))}, folds=1)
    pairs.predicted["a"][pairs.drug_row == 2] = 0.7
    cells, drugs = bootstrap_weights(30, 4, 3, seed=0)
    assert drug_r_replicates(pairs, ["a"], cells, drugs)[0, 0] == pytest.approx(0.75)


def test_a_row_bootstrap_is_too_narrow_and_the_clustered_one_covers() -> None:
    rng = np.random.default_rng(5)
    truth, covered, covered_by_rows, widths = 0.0, 0, 0, []
    for trial in range(60):
        pairs = make_pairs(clustered_errors(rng, 30, 20), seed=trial)
        cells, drugs = bootstrap_weights(30, 20, 200, seed=trial)
        a, b = rmse_replicates(pairs, ["a", "b"], cells, drugs)[:, 1:]
        low, high, _ = percentile_comparison(a - b)
        row_low, row_high, _ = percentile_comparison(row_bootstrap(pairs, 200, trial))
        covered += low <= truth <= high
        covered_by_rows += row_low <= truth <= row_high
        widths.append((row_high - row_low) / (high - low))
    assert np.median(widths) < 0.6
    assert covered_by_rows < 45
    assert 52 <= covered <= 60


def test_p_is_one_for_equal_models_and_least_for_a_clear_difference() -> None:
    assert percentile_comparison(np.zeros(99)) == (0.0, 0.0, 1.0)
    assert percentile_comparison(np.linspace(1, 2, 99))[2] == pytest.approx(2 / 100)
    assert percentile_comparison(-np.linspace(1, 2, 99))[2] == pytest.approx(2 / 100)
    low, high, p = percentile_comparison(np.array([np.nan, 1.0, -1.0]))
    assert (low, high) == pytest.approx((-0.95, 0.95))
    assert p == 1.0
    assert np.isnan(percentile_comparison(np.array([np.nan]))).all()


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_every_model_is_compared_with_the_strongest_baseline() -> None:
    rng = np.random.default_rng(6)
    noise = {"weak": 2.0, "strong": 0.5, "ours": 0.2}
    pairs = make_pairs({model: rng.normal(0, sd, (50, 12)) for model, sd in noise.items()})
    scores, found = compare_models(pairs, list(noise), ["weak", "strong"], replicates=200)
    assert {(c.metric, c.reference) for c in found} == {("rmse", "strong"), ("per_drug_r", "strong")}
    assert [c.model for c in found] == ["weak", "ours", "weak", "ours"]
    ours = next(c for c in found if c.model == "ours" and c.metric == "rmse")
    assert ours.difference == pytest.approx(scores["rmse"]["ours"] - scores["rmse"]["strong"])
    assert ours.low < ours.difference < ours.high < 0
    assert ours.p <= ours.p_holm < 0.05


def test_a_named_reference_is_taken_where_baselines_are_better() -> None:
    rng = np.random.default_rng(6)
    noise = {"weak": 2.0, "strong": 0.5, "ours": 0.2}
    pairs = make_pairs({model: rng.normal(0, sd, (50, 12)) for model, sd in noise.items()})
    scores, found = compare_models(pairs, list(noise), ["weak", "strong"], reference="ours", replicates=50)
    assert {c.reference for c in found} == {"ours"}
    assert [c.model for c in found] == ["weak", "strong"] * 2
    assert found[1].difference == pytest.approx(scores["rmse"]["strong"] - scores["rmse"]["ours"])


def test_a_lucky_seed_of_a_baseline_is_no_reference() -> None:
    rng = np.random.default_rng(6)
    noise = {"weak": 2.0, "strong": 0.5, "strong_again": 0.1, "ours": 0.2}
    pairs = make_pairs({model: rng.normal(0, sd, (50, 12)) for model, sd in noise.items()})
    names = list(noise)
    seeds = {model: [model] for model in names} | {"strong": ["strong", "strong_again"]}
    _, found = compare_models(pairs, names, names[:3], seeds=seeds, replicates=50)
    assert {c.reference for c in found} == {"strong"}
    assert [c.model for c in found] == ["weak", "ours"] * 2
    _, alone = compare_models(pairs, names, names[:3], replicates=50)  # as a model of its own it would be the best
    assert {c.reference for c in alone} == {"strong_again"}


def test_without_baselines_the_first_model_is_the_reference_and_the_seed_decides_all() -> None:
    rng = np.random.default_rng(7)
    pairs = make_pairs({model: rng.normal(0, 1, (30, 12)) for model in ("full", "ablated")})
    first = compare_models(pairs, ["full", "ablated"], [], replicates=50, seed=3)
    assert {c.reference for c in first[1]} == {"full"}
    assert first == compare_models(pairs, ["full", "ablated"], [], replicates=50, seed=3)
    assert first != compare_models(pairs, ["full", "ablated"], [], replicates=50, seed=4)


def test_seeds_widen_the_interval_and_leave_the_mean() -> None:
    rng = np.random.default_rng(8)
    shared = rng.normal(0, 1, (60, 15))
    spread = {f"ours{seed}": shared * (1 + shift) for seed, shift in enumerate((-0.2, 0.0, 0.2))}
    pairs = make_pairs({"base": rng.normal(0, 1.5, (60, 15)), **spread})
    names = ["base", *spread]
    seeds = {"ours0": list(spread)}
    scores, found = compare_models(pairs, names, ["base"], seeds=seeds, replicates=400)
    _, alone = compare_models(pairs, names, ["base"], replicates=400)
    ours, single = (next(c for c in rows if c.metric == "rmse" and c.model == "ours0") for rows in (found, alone))
    each = [rmse(pairs.observed, pairs.predicted[name]) for name in spread]
    assert scores["rmse"]["ours0"] == pytest.approx(np.mean(each))
    assert {c.model for c in found} == {"ours0"}
    assert ours.high - ours.low > 1.5 * (single.high - single.low)
    assert ours.detectable > 1.5 * single.detectable > 0


def test_a_resample_of_few_seeds_has_their_variance() -> None:
    values = np.repeat([[1.0], [2.0], [4.0]], 200_000, axis=1)
    found = seed_replicates(values, seed=0)
    assert found[0] == pytest.approx(7 / 3)
    assert found[1:].std() == pytest.approx(np.std([1, 2, 4], ddof=1) / np.sqrt(3), rel=0.01)
    assert seed_replicates(values[:1], seed=0) == pytest.approx(values[0])


def test_the_detectable_difference_is_found_in_four_of_five_tables() -> None:
    rng = np.random.default_rng(9)
    weights = rng.normal(0, 0.1, 200_000)
    detectable = DETECTED * weights.std()
    low = weights + detectable - 1.96 * 0.1
    assert (low > 0).mean() == pytest.approx(0.8, abs=0.01)
