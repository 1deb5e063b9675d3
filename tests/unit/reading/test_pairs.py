"""Tables that users bring, one row a pair: the same cells whatever the form of the file."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.reading.pairs import read_pair_rows

ROWS = pd.DataFrame(
    {"drug_id": ["A, B", "C"], "note": ["", "x"], "cell_line_id": [905933, 906826], "predicted": [1.5, -2.0]}
)


def written(folder, name: str, frame: pd.DataFrame = ROWS):
    path = folder / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
        return path
    text = frame.to_csv(index=False, sep="\t" if ".tsv" in name else ",")
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.csv.gz", "p.tsv.gz", "p.parquet"])
def test_every_form_holds_the_same_rows(tmp_path, name: str) -> None:
    rows = read_pair_rows(written(tmp_path, name), ["predicted"])
    assert rows.pairs == [("905933", "A, B"), ("906826", "C")]
    assert [float(cell) for cell in rows.columns["predicted"]] == [1.5, -2.0]
    assert rows.place(1).endswith(", row 1" if name.endswith(".parquet") else ", line 3")


def test_ids_that_were_stored_as_floats_lose_the_point(tmp_path) -> None:
    floats = ROWS.astype({"cell_line_id": float})
    for name in ("p.csv", "p.parquet"):
        assert read_pair_rows(written(tmp_path, name, floats), []).pairs[0][0] == "905933"


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
def test_what_cannot_be_read_is_one_line(tmp_path, name: str) -> None:
    with pytest.raises(ClmtError, match="no such file! Give a Parquet, csv or tsv file"):
        read_pair_rows(tmp_path / name, [])
    path = written(tmp_path, name, ROWS.drop(columns="drug_id"))
    with pytest.raises(ClmtError, match=r"missing column .?drug_id"):
        read_pair_rows(path, [])
    nameless = ROWS.assign(drug_id=["A", None])
    with pytest.raises(ClmtError, match=r"(line 3|row 1): drug_id is empty"):
        read_pair_rows(written(tmp_path, name, nameless), [])
    with pytest.raises(ClmtError, match="empty"):
        read_pair_rows(written(tmp_path, name, ROWS.iloc[:0]), [])


def test_a_column_that_stands_twice_is_refused(tmp_path) -> None:
    (tmp_path / "p.csv").write_text("cell_line_id,drug_id,drug_id\nC1,A,B\n")
    with pytest.raises(ClmtError, match="column drug_id stands twice"):
        read_pair_rows(tmp_path / "p.csv", [])
