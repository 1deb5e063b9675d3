from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.reading import depmap
from clmt.reading.depmap import read_depmap_matrix

PLAIN = ",TP53 (7157),KRAS (3845)\nACH-000001,1.5,0.0\nACH-000003,2.5,4.0\nACH-000002,3.5,8.0\n"
PROFILES = (
    ",SequencingID,ModelID,IsDefaultEntryForModel,TP53 (7157)\n"
    "0,CDS-1,ACH-000001,No,9\n1,CDS-2,ACH-000001,Yes,1\n2,CDS-3,ACH-000002,Yes,2\n"
)
MODELS = {"ACH-000001": "SIDM1", "ACH-000002": "SIDM2"}


def write(folder: Path, text: str) -> Path:
    path = folder / "matrix.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("block", [1 << 20, 64])
def test_the_rows_of_the_models_are_read_whatever_the_blocks(tmp_path: Path, monkeypatch, block: int) -> None:
    monkeypatch.setattr(depmap, "_BLOCK", block)
    matrix = read_depmap_matrix(write(tmp_path, PLAIN), MODELS)
    assert (matrix.ids, matrix.columns) == (["SIDM1", "SIDM2"], ["TP53", "KRAS"])
    assert matrix.values.tolist() == [[1.5, 0.0], [3.5, 8.0]]


def test_of_several_profiles_of_a_model_the_default_is_read(tmp_path: Path) -> None:
    matrix = read_depmap_matrix(write(tmp_path, PROFILES), MODELS)
    assert (matrix.ids, matrix.values.tolist()) == (["SIDM1", "SIDM2"], [[1.0], [2.0]])


def test_quoted_names_and_missing_cells(tmp_path: Path) -> None:
    path = write(tmp_path, '"","TP53 (7157)"\nACH-000001,\nACH-000002,2\n')
    assert np.isnan(read_depmap_matrix(path, MODELS, missing=True).values[0, 0])
    with pytest.raises(ClmtError, match="cell line SIDM1, gene 'TP53' is no finite number! got: nan"):
        read_depmap_matrix(path, MODELS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ModelID,TP53\nACH-000001,1\n", "no column is a gene! got: ModelID, TP53"),
        (",TP53 (1),TP53 (1)\nACH-000001,1,2\n", "duplicated gene"),
        (",TP53 (1)\nMCF7,1\n", "'MCF7' is no model of DepMap"),
        (",TP53 (1)\nACH-000001,1\nACH-000001,2\n", "duplicated model"),
        (",TP53 (1)\nACH-000001,high\n", "not a readable matrix! got: .*conversion error"),
        (",TP53 (1)\nACH-000001,inf\n", "is no finite number! got: inf"),
        (",TP53 (1)\nACH-000001,1,2\n", "not a readable matrix! got: .*Expected 2 columns, got 3"),
        ("", "no column is a gene"),
    ],
)
def test_what_is_no_matrix_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ClmtError, match=message) as refused:
        read_depmap_matrix(write(tmp_path, text), MODELS)
    assert "\n" not in str(refused.value)


def test_two_models_of_one_cell_line_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="duplicated cell line! got: 'SIDM1'"):
        read_depmap_matrix(write(tmp_path, PLAIN), dict.fromkeys(MODELS, "SIDM1"))
