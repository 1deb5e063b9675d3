"""Tables in another unit than ln IC50 (uM) and log2 expression are refused, and the cell that shows it is named."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.reading.matrix import Matrix
from clmt.tables.layouts import survey
from clmt.tables.units import check_expression, check_responses
from tests.helpers.survey_archives import CCLE_EXPRESSION, CCLE_RESPONSE, EXPRESSION, ccle_archive, gdsc_archive

LN_8 = float(np.log(8))
LN_10 = float(np.log(10))
Change = Callable[[np.ndarray], np.ndarray]


def screen(censored_at: float | None = None) -> Matrix:
    """300 responses as a screen in ln uM has them, half of them at its highest dose where it has one."""
    values = np.random.default_rng(0).normal(2.5, 2.5, (60, 5))
    values = np.minimum(values, np.inf if censored_at is None else censored_at)
    ids, lines = [f"cell{row}" for row in range(60)], list(range(2, 62))
    return Matrix("S6.csv", ids, list("abcde"), values, lines)


def changed(matrix: Matrix, change: Change) -> Matrix:
    return Matrix(matrix.source, matrix.ids, matrix.columns, change(matrix.values), matrix.lines)


def one_cell(value: float) -> Change:
    def change(values: np.ndarray) -> np.ndarray:
        other = values.copy()
        other[3, 1] = value
        return other

    return change


@pytest.mark.parametrize("censored_at", [None, LN_8])
def test_a_screen_in_ln_micromolar_is_taken_without_a_word(censored_at: float | None, caplog) -> None:
    check_responses(screen(censored_at), censored_at)
    check_responses(changed(screen(censored_at), one_cell(np.nan)), censored_at)
    assert not caplog.records


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x + 3 * LN_10, r"S6\.csv: these are no ln IC50 \(uM\)! got: a median of 9.*Are they in M or nM"),
        (lambda x: x - 6 * LN_10, r"S6\.csv: these are no ln IC50 \(uM\)! got: a median of -11.*Are they in M or nM"),
        (lambda x: 1 / (1 + np.exp(-x)), "these are no ln IC50 .uM.! got: values from .* areas under the curve"),
        (np.exp, "impossible ln IC50 .uM.! got: .*, expected: -20 to 20. Are these micromolar values"),
        (one_cell(20.5), "line 5, cell line cell3, drug 'b': impossible ln IC50 .uM.! got: 20.5"),
    ],
    ids=["ln nM", "ln M", "AUC", "uM", "one cell"],
)
@pytest.mark.parametrize("censored_at", [None, LN_8])
def test_other_units_are_refused(change: Change, message: str, censored_at: float | None) -> None:
    matrix = changed(screen(censored_at), change)
    # Above the highest dose the first such cell tells before the whole table does.
    expected = message if censored_at is None else f"{message}|ln IC50 above the highest dose"
    with pytest.raises(ClmtError, match=expected):
        check_responses(matrix, censored_at)


@pytest.mark.parametrize("value", [np.log(100), 8.0, LN_8 + 0.02])
def test_a_value_above_the_highest_dose_names_its_cell(value: float) -> None:
    matrix = changed(screen(LN_8), one_cell(value))
    with pytest.raises(
        ClmtError, match=r"line 5, cell line cell3, drug 'b': ln IC50 above the highest dose! got: .*2.079"
    ):
        check_responses(matrix, LN_8)
    check_responses(matrix, None)


@pytest.mark.parametrize(
    "change",
    [lambda x: x - 0.001, lambda x: np.minimum(x, 1) + np.arange(60)[:, None] / 1e3],
    ids=["three digits", "no bound"],
)
def test_a_table_without_a_censored_value_is_warned_about(change: Change, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        check_responses(changed(screen(LN_8), change), LN_8)
    assert "no response is censored at the highest dose (2.079442)" in caplog.text


def test_ccle_in_micromolar_is_refused_in_its_archive(tmp_path: Path) -> None:
    table = "CCLE Cell Line Name,Imatinib,Aspirin\nB_LUNG,8,0.2231\nA_SKIN,3.2,8\n"
    with pytest.raises(ClmtError, match=f"{CCLE_RESPONSE}: line 2, cell line B_LUNG, drug 'Imatinib': .*got: 8,"):
        survey.CCLE.responses(ccle_archive(tmp_path, {CCLE_RESPONSE: table}))


@pytest.mark.parametrize("value", ["1e30", "50000", "-300", "-1e30", "1e300"])
@pytest.mark.parametrize("layout", [survey.GDSC, survey.CCLE])
def test_impossible_expression_names_line_and_gene(tmp_path: Path, layout: survey.SurveyReader, value: str) -> None:
    gdsc = gdsc_archive(tmp_path, {EXPRESSION: f",BRAF,TP53\n101,7.25,3\n103,2.5,{value}\n"})
    ccle = ccle_archive(tmp_path, {CCLE_EXPRESSION: f",BRAF,TP53\nA_SKIN,1,2\n103,3,{value}\n"})
    with pytest.raises(ClmtError, match=r"expression\.csv: line 3, cell line 103, gene 'TP53': impossible log2 expr"):
        layout.omics(gdsc if layout is survey.GDSC else ccle)


def test_expression_that_was_never_logged_is_refused() -> None:
    logged = np.random.default_rng(0).normal(7, 1.5, (20, 9))
    matrix = Matrix("S1.csv", [str(row) for row in range(20)], list("abcdefghi"), logged)
    check_expression(matrix)
    with pytest.raises(ClmtError, match=r"S1\.csv: this is no expression on a log2 scale! got: a median of 1"):
        check_expression(changed(matrix, np.exp2))


def test_a_screen_of_many_drugs_without_a_negative_logarithm_is_no_ln_ic50() -> None:
    values = np.random.default_rng(0).normal(2.5, 2.5, (60, 12))
    wide = Matrix("S6.csv", [f"cell{row}" for row in range(60)], list("abcdefghijkl"), values)
    check_responses(wide, None)
    with pytest.raises(ClmtError, match=r"12 drugs and no response below .*pIC50"):
        check_responses(changed(wide, lambda x: 6 - x / LN_10), None)


def test_a_highest_dose_in_common_logarithms_is_refused() -> None:
    with pytest.raises(ClmtError, match=r"5\d% of the responses at 0.90309, expected: the highest dose at 2.079442"):
        check_responses(changed(screen(LN_8), lambda x: x / LN_10), LN_8)


def test_areas_with_noise_about_their_bounds_are_refused() -> None:
    with pytest.raises(ClmtError, match="areas under the curve"):
        check_responses(changed(screen(), lambda x: 1.2 / (1 + np.exp(-x)) - 0.02), None)
