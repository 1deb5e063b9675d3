"""Kernels by hand, positive semidefinite, and a row each that no held-out entity changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from clmt.models.kernels import (
    agreement_kernel,
    cosine_kernel,
    gaussian_kernel,
    linear_kernel,
    sets_kernel,
    standardise,
    tanimoto,
)

TRAIN = np.array([True, True, False, True, False, True, True])
Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]


def labels(values: np.ndarray) -> list[set[str]]:
    return [{f"label {number}" for number in np.flatnonzero(row > 0.7)} for row in values]


KERNELS: dict[str, Kernel] = {
    "linear": linear_kernel,
    "linear of common spread": lambda values, train: linear_kernel(values, train, common=True),
    "gaussian": gaussian_kernel,
    "cosine": cosine_kernel,
    "cosine about zero": lambda values, train: cosine_kernel(values, train, centred=False),
    "sets": lambda values, train: sets_kernel(labels(values), train),
    "agreement": lambda values, train: agreement_kernel(["ab"[int(row[0] > 0.5)] for row in values], train),
    "tanimoto": lambda values, train: tanimoto((values > 0.5).astype(np.uint8), (values[train] > 0.5).astype(np.uint8)),
}


def features(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((len(TRAIN), 5))


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_are_symmetric_and_positive_semidefinite(name: str) -> None:
    gram = KERNELS[name](features(), TRAIN)[TRAIN]
    np.testing.assert_allclose(gram, gram.T, atol=1e-12)
    assert np.linalg.eigvalsh(gram).min() > -1e-12
    every = KERNELS[name](features(), np.ones(len(TRAIN), dtype=bool))
    assert np.linalg.eigvalsh(every).min() > -1e-12


def check_others_change_no_row(kernel: Kernel) -> None:
    changed = features()
    changed[2] = 9.0
    before, after = kernel(features(), TRAIN), kernel(changed, TRAIN)
    kept = np.arange(len(TRAIN)) != 2
    np.testing.assert_array_equal(before[kept], after[kept])


@pytest.mark.parametrize("name", KERNELS)
def test_another_held_out_entity_changes_no_row(name: str) -> None:
    check_others_change_no_row(KERNELS[name])


def test_row_check_catches_centring_on_all() -> None:
    def on_all(values: np.ndarray, train: np.ndarray) -> np.ndarray:
        return linear_kernel(values, np.ones_like(train))[:, train]

    with pytest.raises(AssertionError):
        check_others_change_no_row(on_all)


def test_constant_columns_are_left_out() -> None:
    values = features()
    values[:, 1] = np.where(TRAIN, 0.3, 5.0)  # varies between held-out entities alone
    scaled = standardise(values, TRAIN)
    assert (scaled[:, 1] == 0).all()
    np.testing.assert_allclose(scaled[TRAIN].std(axis=0), [1, 0, 1, 1, 1])
    assert not standardise(np.full((7, 2), 3.0), TRAIN, common=True).any()
    for kernel in (linear_kernel, gaussian_kernel, cosine_kernel):
        assert np.isfinite(kernel(np.full((7, 3), 0.1), TRAIN)).all()
        assert np.isfinite(kernel(np.zeros((7, 0)), TRAIN)).all()


def test_common_spread_keeps_rare_alterations_small() -> None:
    values = np.zeros((7, 2))
    values[[0, 1, 3], 0], values[5, 1] = 1.0, 1.0
    common, own = (standardise(values, TRAIN, common=both)[TRAIN].std(axis=0) for both in (True, False))
    np.testing.assert_allclose(own, 1.0)
    assert common[1] < common[0]
    np.testing.assert_allclose(np.mean(common**2), 1.0)


def test_tanimoto_by_hand() -> None:
    prints = np.array([[1, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0]], dtype=np.uint8)
    np.testing.assert_allclose(tanimoto(prints, prints), [[1.0, 0.25, 0.0], [0.25, 1.0, 0.0], [0.0, 0.0, 0.0]])


def test_labels_by_hand() -> None:
    """What is unknown is like itself alone."""
    train = np.array([True, True, False, True])
    sets = [{"EGFR", "ERBB2"}, set(), set(), {"EGFR"}]
    np.testing.assert_allclose(sets_kernel(sets, train), [[1, 0, 0.5], [0, 1, 0], [0, 0, 0], [0.5, 0, 1]])
    sites = agreement_kernel(["lung", "", "lung", ""], train)
    np.testing.assert_array_equal(sites, [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
