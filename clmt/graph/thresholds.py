"""Sensitivity thresholds of drugs, from the density of their training responses.

After Knijnenburg et al., Sci Rep 2016 (srep36812): the responses of a drug are blurred and their density estimated;
its mode mu stands for the resistant cell lines, theta for where they begin, and the threshold is the 5 % point of a
normal distribution around mu. Its standard deviation is one of `SPREADS`:

- ``position``, as CLMT publishes it: ``|mean(theta, mu)|``. It is no distance: the threshold moves with the unit of
  concentration (uM here) and can lie far below every response. An auxiliary label, not a call of sensitivity.
- ``distance``: the median distance to mu of the draws between theta and mu, as the method itself intends; it moves
  with the responses whatever their unit.
"""

from __future__ import annotations

import hashlib
from statistics import NormalDist

import numpy as np

from clmt.errors import ClmtError, expected_one_of

__all__ = ["SPREADS", "drug_threshold", "grid_density", "sensitivity_thresholds"]

NOISE = 0.2
BANDWIDTH = 0.5
POINTS = 1000
MINIMUM_MASS = 0.05
QUANTILE = NormalDist().inv_cdf(0.05)
SPREADS = ("position", "distance")


def sensitivity_thresholds(
    ln_ic50: np.ndarray, drug_rows: np.ndarray, drug_ids: list[str], *, draws: int, seed: int, spread: str = "position"
) -> np.ndarray:
    """Compute the threshold of every drug from the training responses.

    Parameters
    ----------
    ln_ic50
        Float (n,), training responses, ln uM.
    drug_rows
        Int (n,): the drug of each response, a row of ``drug_ids``.
    drug_ids
        All drugs of the dataset (D).
    draws
        Blurred copies of each response.
    seed
        Each drug draws from its own stream, so its threshold depends on its own responses only.
    spread
        One of `SPREADS`.

    Returns
    -------
    Float32 (D,); NaN for a drug without training response.
    """
    if draws < 1:
        raise ClmtError(
            f"threshold_draws must be at least 1! got: {draws}. Change features: threshold_draws in the config"
        )
    if spread not in SPREADS:
        raise expected_one_of("threshold_spread", spread, SPREADS, "Change features: in the config")
    order = np.argsort(drug_rows, kind="stable")
    bounds = np.searchsorted(drug_rows[order], np.arange(len(drug_ids) + 1))
    thresholds = np.full(len(drug_ids), np.nan, dtype=np.float32)
    for row, drug in enumerate(drug_ids):
        # Sorted responses make the draws independent of the order in which the pairs are listed.
        responses = np.sort(ln_ic50[order[bounds[row] : bounds[row + 1]]].astype(np.float64))
        if len(responses):
            thresholds[row] = drug_threshold(responses, draws=draws, seed=_drug_seed(seed, drug), spread=spread)
    return thresholds


def drug_threshold(responses: np.ndarray, *, draws: int, seed: int, spread: str = "position") -> float:
    """Compute the threshold of one drug from its responses, float (n,), ln uM.

    The density is evaluated on 1,000 points from the lowest to the highest draw. theta is its first turning point if
    that lies below mu and more than 5 % of the mass lies below it, else the lowest draw.
    """
    noise = np.random.default_rng(seed).standard_normal((draws, len(responses)))
    samples = (responses + NOISE * noise).ravel()
    grid = np.linspace(samples.min(), samples.max(), POINTS)
    density = grid_density(samples, grid)
    mode = int(np.argmax(density))
    turn = _first_turning_point(density)
    cut_off = density[:turn].sum() / density.sum()
    # The slope of the mode itself changes its sign at the mode or one point before it.
    theta = grid[turn] if turn < mode - 1 and cut_off > MINIMUM_MASS else grid[0]
    mu = grid[mode]
    if spread == "position":
        return float(mu + QUANTILE * abs((theta + mu) / 2.0))
    return float(mu + QUANTILE * np.median(mu - samples[(samples >= theta) & (samples <= mu)]))


def grid_density(samples: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Estimate the density of ``samples`` on an even ``grid`` that spans them, with a Gaussian kernel.

    The samples are shared linearly between their two grid points and the counts convolved with the kernel. An exact
    estimate (`scipy.stats.gaussian_kde`) costs samples times points, 73,000 x 1,000 for a drug of 734 cell lines. The
    error is of the order of ``(step / bandwidth)^2 / 8``.
    """
    points = len(grid)
    span = grid[-1] - grid[0]
    if span <= 0:
        return np.full(points, 1.0 / (BANDWIDTH * np.sqrt(2.0 * np.pi)))
    step = span / (points - 1)
    position = (samples - grid[0]) / step
    left = np.clip(position.astype(np.int64), 0, points - 2)
    share = position - left
    counts = np.bincount(left, weights=1.0 - share, minlength=points)
    counts += np.bincount(left + 1, weights=share, minlength=points)
    offsets = np.arange(-(points - 1), points) * step
    kernel = np.exp(-0.5 * (offsets / BANDWIDTH) ** 2) / (BANDWIDTH * np.sqrt(2.0 * np.pi))
    return np.convolve(counts, kernel, mode="valid") / len(samples)


def _first_turning_point(density: np.ndarray) -> int:
    """Find the first grid point at which the slope changes its sign; the last point where it never does."""
    sign = np.sign(np.gradient(density))
    changes = np.flatnonzero(sign[:-1] != sign[1:])
    return int(changes[0]) if len(changes) else len(density) - 1


def _drug_seed(seed: int, drug: str) -> int:
    digest = hashlib.sha256(f"{seed}\tthreshold\t{drug}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
