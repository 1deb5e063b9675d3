from __future__ import annotations

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.models.effects import fit_mean_effects, group_means


def additive(
    seed: int = 0, n_cells: int = 30, n_drugs: int = 12
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    table = 2.0 + random.normal(0, 1, n_cells)[:, None] + random.normal(0, 2, n_drugs)
    cells, drugs = np.nonzero(random.random(table.shape) < 0.6)
    return table, cells, drugs, table[cells, drugs]


def test_group_means_and_empty_group() -> None:
    means, counts = group_means([0, 0, 2], [1.0, 3.0, 6.0], 4, shrinkage=1.0)
    np.testing.assert_allclose(means, [4 / 3, 0.0, 3.0, 0.0])
    assert counts.tolist() == [2, 0, 1, 0]


def test_recovers_unbalanced_additive_table() -> None:
    table, cells, drugs, values = additive()
    fitted = fit_mean_effects(cells, drugs, values, *table.shape, shrinkage=0.0)
    rows, columns = np.nonzero(np.ones(table.shape))
    np.testing.assert_allclose(fitted.predict(rows, columns), table.ravel(), atol=1e-6)
    # Plain margins are no substitute on an unbalanced table.
    drug_means, _ = group_means(drugs, values - values.mean(), table.shape[1])
    cell_means, _ = group_means(cells, values - values.mean(), table.shape[0])
    margins = values.mean() + cell_means[:, None] + drug_means
    assert np.abs(margins - table).max() > 0.1


def test_solves_the_penalised_normal_equations() -> None:
    table, cells, drugs, values = additive()
    n_cells, n_drugs = table.shape
    fitted = fit_mean_effects(cells, drugs, values, n_cells, n_drugs, shrinkage=3.0)
    design = np.zeros((len(values), n_cells + n_drugs))
    design[np.arange(len(values)), cells] = design[np.arange(len(values)), n_cells + drugs] = 1.0
    exact = np.linalg.solve(design.T @ design + 3.0 * np.eye(n_cells + n_drugs), design.T @ (values - values.mean()))
    np.testing.assert_allclose(np.concatenate([fitted.cell_effect, fitted.drug_effect]), exact, atol=1e-7)


def test_unseen_entities_fall_back() -> None:
    table, cells, drugs, values = additive()
    keep = (cells != 3) & (drugs != 5)
    fitted = fit_mean_effects(cells[keep], drugs[keep], values[keep], *table.shape)
    assert fitted.cell_effect[3] == fitted.drug_effect[5] == 0.0
    assert fitted.predict([3], [5])[0] == fitted.mu
    assert fitted.predict([0], [5])[0] == fitted.mu + fitted.cell_effect[0]


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_refuses_nothing_and_not_a_number(values: list[float]) -> None:
    rows = [0] * len(values)
    with pytest.raises(ClmtError, match=f"got: {len(values)} training pairs"):
        fit_mean_effects(rows, rows, values, 1, 1)


def test_tissues_solve_the_penalised_normal_equations() -> None:
    table, cells, drugs, values = additive()
    n_cells, n_drugs = table.shape
    tissue = np.arange(n_cells) % 4 - 1  # -1: not known
    fitted = fit_mean_effects(cells, drugs, values, n_cells, n_drugs, 2.0, tissue=tissue)
    design = np.zeros((len(values), n_cells + n_drugs + 3))
    rows, known = np.arange(len(values)), tissue[cells] >= 0
    design[rows, cells] = design[rows, n_cells + drugs] = 1.0
    design[rows[known], n_cells + n_drugs + tissue[cells][known]] = 1.0
    exact = np.linalg.solve(design.T @ design + 2.0 * np.eye(design.shape[1]), design.T @ (values - values.mean()))
    own, of_drugs, of_tissue = np.split(exact, [n_cells, n_cells + n_drugs])
    np.testing.assert_allclose(fitted.drug_effect, of_drugs, atol=1e-7)
    np.testing.assert_allclose(fitted.cell_effect, own + np.append(of_tissue, 0.0)[tissue], atol=1e-7)


def test_an_unseen_cell_line_gets_the_level_of_its_tissue() -> None:
    table, cells, drugs, values = additive()
    tissue = np.where(np.arange(30) < 15, 0, 1)
    tissue[29] = -1
    values = values + 4.0 * (tissue[cells] == 0)
    seen = ~np.isin(cells, [3, 28, 29])
    fitted = fit_mean_effects(cells[seen], drugs[seen], values[seen], *table.shape, tissue=tissue)
    plain = fit_mean_effects(cells[seen], drugs[seen], values[seen], *table.shape)
    assert fitted.cell_effect[3] > fitted.cell_effect[28] + 3.0
    assert fitted.cell_effect[29] == plain.cell_effect[3] == plain.cell_effect[28] == 0.0
    nowhere = fit_mean_effects(cells[seen], drugs[seen], values[seen], *table.shape, tissue=np.full(30, -1))
    np.testing.assert_allclose(nowhere.cell_effect, plain.cell_effect, atol=1e-7)


def test_complete_tables_give_the_margins_of_drevalpy() -> None:
    """Overall mean + (tissue - overall) + (cell line - tissue) + (drug - overall), as drevalpy has it since 1.6."""
    table = np.array([[1.0, 5.0], [2.0, 8.0], [7.0, 1.0], [np.nan, np.nan]])
    cells, drugs = np.nonzero(np.isfinite(table))
    tissue = np.array([0, 0, 1, 0])
    fitted = fit_mean_effects(cells, drugs, table[cells, drugs], 4, 2, shrinkage=0.0, tissue=tissue)
    # Overall 4; tissues 4 and 4; cell lines 3, 5 and 4; drugs 10/3 and 14/3.
    margins = [[7 / 3, 11 / 3], [13 / 3, 17 / 3], [10 / 3, 14 / 3], [10 / 3, 14 / 3]]
    np.testing.assert_allclose(fitted.predict([[0], [1], [2], [3]], [[0, 1]]), margins, atol=1e-8)
    shifted = np.where(np.arange(4)[:, None] < 2, table, table + 6.0)
    fitted = fit_mean_effects(cells, drugs, shifted[cells, drugs], 4, 2, shrinkage=0.0, tissue=tissue)
    # Overall 6; tissues 4 and 10; an unseen cell line of the first tissue: 4 + (16/3 - 6) and 4 + (20/3 - 6).
    np.testing.assert_allclose(fitted.predict([3, 3], [0, 1]), [10 / 3, 14 / 3], atol=1e-8)
