"""Where the tables of a dataset of the user's own lie, and what is said where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.planning.own_files import locate, own_files
from clmt.planning.settings.tables import TableSettings


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("x\n")
    return folder


def test_parts_are_found_by_file_name_and_others_passed_over(tmp_path):
    folder = touch(
        tmp_path / "mine", "Response.CSV", "expression.tsv.gz", "drugs.parquet", "proteomics.csv", "notes.md"
    )
    assert {part: Path(path).name for part, path in own_files(str(folder), "here").items()} == {
        "response": "Response.CSV",
        "expression": "expression.tsv.gz",
        "drugs": "drugs.parquet",
    }


def test_the_response_table_may_have_the_name_of_its_folder(tmp_path):
    folder = touch(tmp_path / "CTRPv2", "CTRPv2.csv", "gene_expression.csv", "drug_smiles.csv", "cell_line_names.csv")
    assert set(own_files(str(folder), "here")) == {"response", "expression", "structures", "cell_lines"}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("response.csv",), "no expression"),
        (("response.csv", "response.tsv", "expression.csv"), "response lies in several files"),
        ((), "no response"),
    ],
)
def test_a_folder_without_its_tables_is_refused(tmp_path, names, words):
    with pytest.raises(ClmtError, match=words):
        own_files(str(touch(tmp_path / "mine", *names)), "here")


def test_every_fault_of_named_files_is_noted(tmp_path):
    folder = touch(tmp_path, "r.csv", "e.doc")
    archive = {"response": f"{folder}/r.csv", "expression": f"{folder}/e.doc", "drug": "x.csv", "mutation": "none.csv"}
    noted: list[ClmtError] = []
    assert set(locate(archive, "here", noted.append)) == {"response", "expression"}
    text = "\n".join(map(str, noted))
    assert len(noted) == 3
    assert all(word in text for word in ("unknown part", "of no known kind", "none.csv: the mutation table does not"))


def test_a_unit_is_stated_for_own_tables_and_for_no_others():
    with pytest.raises(ClmtError, match="unit is missing! got: no unit of the responses, expected one of: ln_um"):
        TableSettings.read({"layout": "tables"})
    with pytest.raises(ClmtError, match="unit is for layout tables alone"):
        TableSettings.read({"layout": "survey_gdsc", "unit": "um"})
