"""Differences between models, with intervals that know that pairs share drugs and cell lines.

The errors of two pairs of one drug, or of one cell line, are alike, so that 125,000 pairs hold far less evidence than
125,000 independent rows. Cell lines and drugs are therefore resampled together, each with replacement, and a pair
weighs the product of the two counts (the pigeonhole bootstrap: Owen 2007, Ann. Appl. Stat. 1, 386, which shows that it
errs on the wide side). SciPy's bootstrap resamples rows of one kind only.

A model trained from several seeds is scored by the mean of its metric over them. Its replicates draw the seeds with
replacement as well, so that the interval also tells what another seed would have given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clmt.evaluation.experiment import Pairs
from clmt.evaluation.metrics import CONSTANT, MIN_GROUP, improvement
from clmt.seeds import derive_seed

__all__ = [
    "COMPARED",
    "DETECTED",
    "Comparison",
    "bootstrap_weights",
    "compare_models",
    "drug_r_replicates",
    "holm",
    "percentile_comparison",
    "rmse_replicates",
    "seed_replicates",
]

#: Quantiles of a normal distribution: 97.5 % of the test plus 80 % of the power.
DETECTED = 1.960 + 0.842

COMPARED = ("rmse", "per_drug_r")
"""Metrics with a test."""


@dataclass(frozen=True)
class Comparison:
    """Difference of a metric, ``model`` minus ``reference``, with its 95 % interval and two-sided p.

    ``detectable`` is the difference that a table of this size would find in 80 % of cases (two-sided, 5 %): 2.8 times
    the standard deviation of the replicates.
    """

    metric: str
    model: str
    reference: str
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    detectable: float


def bootstrap_weights(n_cells: int, n_drugs: int, replicates: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw how often each cell line and each drug is in each replicate: float64 (B, C) and (B, D).

    The first row is the data as they are: all ones.
    """
    generator = np.random.default_rng(seed)
    cells = generator.multinomial(n_cells, np.full(n_cells, 1.0 / n_cells), size=replicates).astype(np.float64)
    drugs = generator.multinomial(n_drugs, np.full(n_drugs, 1.0 / n_drugs), size=replicates).astype(np.float64)
    return np.vstack([np.ones(n_cells), cells]), np.vstack([np.ones(n_drugs), drugs])


def _dense_sums(rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Sum values by row and column into a dense matrix of this shape."""
    flat = np.bincount(rows * shape[1] + columns, values, shape[0] * shape[1])
    return flat.reshape(shape)


def rmse_replicates(
    pairs: Pairs, models: Sequence[str], cell_weights: np.ndarray, drug_weights: np.ndarray
) -> np.ndarray:
    """RMSE over the test pairs of all folds in each replicate.

    Parameters
    ----------
    pairs
        The test pairs.
    models
        Names, (M,).
    cell_weights, drug_weights
        Weights (B, C) and (B, D), see `bootstrap_weights`.

    Returns
    -------
    ndarray
        float64 (M, B): the square root of u' S v / u' N v, S and N the (C, D) sums of squared errors and of pairs.
    """
    shape = (len(pairs.cell_line_ids), len(pairs.drug_ids))

    def weighted_sum(values: np.ndarray) -> np.ndarray:
        sums = _dense_sums(pairs.cell_row, pairs.drug_row, values, shape)
        return ((cell_weights @ sums) * drug_weights).sum(axis=1)

    n = weighted_sum(np.ones(len(pairs.observed)))
    out = np.full((len(models), len(cell_weights)), np.nan)
    for row, model in enumerate(models):
        squares = weighted_sum((pairs.predicted[model] - pairs.observed) ** 2)
        np.divide(squares, n, out=out[row], where=n > 0)
    return np.sqrt(out)


def drug_r_replicates(
    pairs: Pairs, models: Sequence[str], cell_weights: np.ndarray, drug_weights: np.ndarray
) -> np.ndarray:
    """Mean within-drug Pearson correlation in each replicate, float64 (M, B).

    Correlations are taken within (fold, drug): training means lean away from the test part that they lack, and pooling
    a drug's folds would turn that into a negative correlation. Groups follow the rule of the metric card.
    """
    codes, group = np.unique(pairs.fold * len(pairs.drug_ids) + pairs.drug_row, return_inverse=True)
    sizes = np.bincount(group)
    shape = (len(pairs.cell_line_ids), len(codes))
    group_weights = drug_weights[:, codes % len(pairs.drug_ids)] * (sizes >= MIN_GROUP)

    def sums(values: np.ndarray) -> np.ndarray:
        return cell_weights @ _dense_sums(pairs.cell_row, group, values, shape)

    def centred(values: np.ndarray) -> np.ndarray:
        return values - (np.bincount(group, values) / sizes)[group]

    y = centred(pairs.observed)
    n = np.maximum(sums(np.ones(len(y))), 1.0)
    mean_y = sums(y) / n
    var_y = sums(y * y) / n - mean_y**2
    weights = np.where(var_y > CONSTANT**2, group_weights, 0.0)
    total = weights.sum(axis=1)
    out = np.full((len(models), len(cell_weights)), np.nan)
    for row, model in enumerate(models):
        x = centred(pairs.predicted[model])
        mean_x = sums(x) / n
        var_x = sums(x * x) / n - mean_x**2
        scale = np.sqrt(np.maximum(var_x * var_y, 0.0))
        usable = (var_x > CONSTANT**2) & (var_y > CONSTANT**2)
        r = np.divide(sums(x * y) / n - mean_x * mean_y, scale, out=np.zeros_like(scale), where=usable)
        np.divide((weights * np.clip(r, -1.0, 1.0)).sum(axis=1), total, out=out[row], where=total > 0)
    return out


def percentile_comparison(differences: np.ndarray) -> tuple[float, float, float]:
    """95 % percentile interval and two-sided p of bootstrapped differences (B,); NaN replicates are left out.

    p is twice the smaller share of replicates on one side of zero, with one added to both counts, so that it is never
    below 2 / (B + 1).
    """
    differences = differences[np.isfinite(differences)]
    if len(differences) == 0:
        return float("nan"), float("nan"), float("nan")
    low, high = np.quantile(differences, [0.025, 0.975])
    tail = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return float(low), float(high), min(1.0, 2.0 * (tail + 1) / (len(differences) + 1))


def seed_replicates(replicates: np.ndarray, seed: int) -> np.ndarray:
    """Average a metric over the seeds of a model: (S, B + 1) to (B + 1,); the first column is the data as they are.

    Deviations from the mean over seeds are stretched by sqrt(S / (S - 1)): a resample of few seeds varies too little.
    """
    n_seeds, columns = replicates.shape
    if n_seeds == 1:
        return replicates[0]
    mean = replicates.mean(axis=0)
    drawn = np.random.default_rng(seed).integers(n_seeds, size=(n_seeds, columns))
    resampled = np.take_along_axis(replicates, drawn, axis=0).mean(axis=0)
    resampled = mean + (resampled - mean) * np.sqrt(n_seeds / (n_seeds - 1))
    resampled[0] = mean[0]
    return resampled


def holm(p: Sequence[float]) -> list[float]:
    """Step-down correction of Holm (1979, Scand. J. Stat. 6, 65) for the family of tests ``p``.

    SciPy has corrections of the false discovery rate only; this one holds for any dependence between the tests.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected.tolist()


def compare_models(
    pairs: Pairs,
    models: Sequence[str],
    baselines: Sequence[str],
    *,
    reference: str | None = None,
    seeds: Mapping[str, Sequence[str]] | None = None,
    replicates: int = 2000,
    seed: int = 0,
) -> tuple[dict[str, dict[str, float]], list[Comparison]]:
    """Compare every model with one of them, for each metric of `COMPARED`.

    Where no reference is named, it is the strongest baseline: the one with the best score over the test pairs
    themselves. Chosen so, it is the hardest reference, which counts against the model under test. Without a baseline
    the first model is the reference.

    Parameters
    ----------
    pairs, models, baselines
        Test pairs, the models with a row, and those of them that count as baselines.
    reference
        Model that the others are compared with; None: the strongest baseline for each metric.
    seeds
        Model -> names under which it was trained from several seeds, its own included; the others have one. Only the
        first of them is compared.
    replicates, seed
        Of the bootstrap.

    Returns
    -------
    scores, comparisons
        Metric -> model -> value over all folds' test pairs, and the differences; p is corrected within each metric.
    """
    cell_weights, drug_weights = bootstrap_weights(len(pairs.cell_line_ids), len(pairs.drug_ids), replicates, seed)
    members = {model: list((seeds or {}).get(model, [model])) for model in models}
    repeats = {name for first, names in members.items() for name in names if name != first}
    # A repeat is one training of its first model: the luckiest of several would be a reference too hard to name.
    candidates = [reference] if reference else [model for model in baselines if model not in repeats] or models[:1]
    scores: dict[str, dict[str, float]] = {}
    comparisons = []
    for metric in COMPARED:
        replicate = rmse_replicates if metric == "rmse" else drug_r_replicates
        single = dict(zip(models, replicate(pairs, models, cell_weights, drug_weights), strict=True))
        values = {
            model: seed_replicates(np.array([single[name] for name in names]), derive_seed(seed, model))
            for model, names in members.items()
        }
        scores[metric] = {model: float(values[model][0]) for model in models}
        known = [model for model in candidates if np.isfinite(scores[metric][model])]
        if not known:
            continue
        best = max(known, key=lambda model: improvement(metric) * scores[metric][model])
        others = [model for model in models if model not in {best, *repeats}]
        differences = [values[model] - values[best] for model in others]
        found = [percentile_comparison(difference[1:]) for difference in differences]
        corrected = holm([p for _, _, p in found])
        for model, difference, (low, high, p), p_holm in zip(others, differences, found, corrected, strict=True):
            detectable = DETECTED * float(np.nanstd(difference[1:]))
            comparisons.append(Comparison(metric, model, best, float(difference[0]), low, high, p, p_holm, detectable))
    return scores, comparisons
