from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clmt.errors import ClmtError
from clmt.tables.schema import join_labels, read_table, split_labels, write_table


def response() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cell_line_id": ["101", "101", "102"],
            "drug_id": ["Aspirin", "Imatinib", "Aspirin"],
            "ln_ic50": [1.0, -2.5, 3.25],
            "censored": [False, True, False],
        }
    )


def mutation() -> pd.DataFrame:
    return pd.DataFrame({"cell_line_id": ["101", "102"], "BRAF": [1, 0], "TP53": [0, 1]})


def drugs() -> pd.DataFrame:
    frame = pd.DataFrame({"drug_id": ["Aspirin", "Imatinib"], "name": ["Aspirin", "Imatinib"]})
    frame["pubchem_cid"] = pd.array([2244, None], dtype="Int64")
    frame["smiles"], frame["inchikey"] = ["C", "CC"], ["A", "B"]
    frame["targets"], frame["target_pathway"] = ["", "ABL; KIT"], ["", ""]
    return frame


@pytest.mark.parametrize(("kind", "frame"), [("response", response()), ("mutation", mutation()), ("drugs", drugs())])
def test_round_trip(tmp_path, kind, frame):
    path = tmp_path / f"{kind}.parquet"
    write_table(frame, path, kind)
    back = read_table(path, kind)
    assert back.astype(str).values.tolist() == frame.astype(str).values.tolist()
    assert list(back.columns) == list(frame.columns)
    assert [name.name for name in tmp_path.iterdir()] == [path.name]


def test_types_on_disk(tmp_path):
    write_table(mutation(), tmp_path / "m.parquet", "mutation")
    assert pq.read_schema(tmp_path / "m.parquet").types == [pa.string(), pa.int8(), pa.int8()]
    write_table(drugs(), tmp_path / "d.parquet", "drugs")
    assert read_table(tmp_path / "d.parquet", "drugs")["pubchem_cid"].tolist()[0] == 2244


BAD = [
    ("response", lambda f: f.assign(ln_ic50=[1, float("inf"), 2]), "column 'ln_ic50', row 1"),
    ("response", lambda f: f.assign(ln_ic50=[1, 1e300, 2]), "got: 1e.300, expected: a number from -20 to 20"),
    ("response", lambda f: f.assign(ln_ic50=[1, -20.5, 2]), "got: -20.5, expected: a number from -20 to 20"),
    ("expression", lambda f: f.assign(BRAF=[31.0, 2.0]), "'BRAF', row 0 .101.! got: 31, expected: a number from -30"),
    ("response", lambda f: f.assign(ln_ic50=[1, None, 2]), "missing value in column 'ln_ic50', row 1"),
    ("response", lambda f: f.iloc[[0, 0, 2]], "duplicated cell_line_id and drug_id in row 1! got: 101, Aspirin"),
    ("response", lambda f: f.iloc[[2, 0, 1]], "not sorted"),
    ("response", lambda f: f.drop(columns="censored"), "wrong columns"),
    ("response", lambda f: f.iloc[:0], "no rows"),
    ("mutation", lambda f: f.assign(BRAF=[2, 0]), "column 'BRAF', row 0 .101.! got: 2, expected one of: 0, 1"),
    ("mutation", lambda f: f.assign(BRAF=["yes", "no"]), "text where numbers belong"),
    ("mutation", lambda f: f[["cell_line_id"]], "no genes"),
    ("mutation", lambda f: pd.concat([f, f[["BRAF"]]], axis=1), "duplicated column! got: 'BRAF'"),
    ("mutation", lambda f: f.assign(cell_line_id=["", "1"]), "empty cell_line_id in row 0"),
    ("drugs", lambda f: f.assign(smiles=["C", None]), "missing value in column 'smiles', row 1 .Imatinib."),
    (
        "drugs",
        lambda f: f.assign(drug_id=["A\0", "B"]),
        r"control character '.x00' in column 'drug_id', row 0! got: 'A.x00'",
    ),
    ("drugs", lambda f: f.assign(name=["A", "B\x0b"]), r"control character '.x0b' in column 'name', row 1"),
    ("response", lambda f: f.assign(cell_line_id=["1", "2", "3\x1b"]), "in column 'cell_line_id', row 2"),
    ("mutation", lambda f: f.rename(columns={"BRAF": "BR\0AF"}), r"column 'BR.x00AF' holds the control character"),
    ("nonsense", lambda f: f, "Unknown kind of table"),
]


@pytest.mark.parametrize(("kind", "spoil", "message"), BAD)
def test_bad_tables_are_not_written(tmp_path, kind, spoil, message):
    frame = {"mutation": mutation(), "expression": mutation(), "drugs": drugs()}.get(kind, response())
    with pytest.raises(ClmtError, match=message):
        write_table(spoil(frame), tmp_path / "t.parquet", kind)
    assert list(tmp_path.iterdir()) == []


def test_reading_refuses_wrong_files(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(ClmtError, match="does not exist"):
        read_table(path, "drugs")
    path.write_text("not parquet")
    with pytest.raises(ClmtError, match="not a readable Parquet file"):
        read_table(path, "drugs")
    write_table(mutation(), path, "mutation")
    with pytest.raises(ClmtError, match="wrong columns! got: cell_line_id, BRAF, TP53"):
        read_table(path, "response")
    with pytest.raises(ClmtError, match="column 'BRAF' has the wrong type! got: int8, expected: float"):
        read_table(path, "expression")


def test_reading_checks_values(tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table({"cell_line_id": ["1", "1"], "BRAF": pa.array([0, 1], pa.int8())})
    pq.write_table(table, path)
    with pytest.raises(ClmtError, match="duplicated cell_line_id in row 1"):
        read_table(path, "mutation")


def test_labels():
    assert split_labels("ABL; KIT;PDGFR ") == ["ABL", "KIT", "PDGFR"]
    assert split_labels("Other, kinases") == ["Other, kinases"]
    assert split_labels("") == []
    assert join_labels([" ABL", "KIT", "ABL", ""]) == "ABL; KIT"
