"""A dataset of the user's own goes through the tables like a published one, whatever form its files have."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError
from clmt.planning.own_files import own_files
from clmt.planning.settings.tables import TableSettings
from clmt.tables.build import Tables, build_tables, write_tables
from clmt.tables.schema import target_of
from tests.helpers.own_tables import CELLS, SMILES, own_folder, own_texts

STRUCTURES = {name: {"cid": None, "smiles": smiles, "title": None} for name, smiles in SMILES.items()}


def build(folder: Path, unit: str = "ln_um", structures=STRUCTURES, **settings) -> Tables:
    files = {part: Path(path) for part, path in own_files(str(folder), "here").items()}
    chosen = TableSettings(layout="tables", unit=unit, **settings)
    return build_tables(chosen, archive=files, structures=structures)


def target(tables: Tables) -> dict[tuple[str, str], float]:
    frame = tables.frames["response"]
    return dict(zip(zip(frame["cell_line_id"], frame["drug_id"], strict=True), frame["ln_ic50"], strict=True))


def test_all_six_tables_hold_what_the_files_say(tmp_path):
    tables = build(own_folder(tmp_path))
    assert target(tables)["A549", "Imatinib"] == -3.0
    assert tables.frames["response"]["censored"].sum() == 4
    assert tables.audit.censored["count"] == 4
    lines = tables.frames["cell_lines"].set_index("cell_line_id").loc["A549"]
    assert lines.tolist() == ["A549-x", "lung", "", "", "PA549"]
    drugs = tables.frames["drugs"].set_index("drug_id").loc["Imatinib"]
    assert (drugs["targets"], drugs["target_pathway"]) == ("ABL1; KIT", "Other, kinases")
    assert tables.frames["mutation"].set_index("cell_line_id").loc["A549"].tolist() == [1, 0, 0]
    told = tables.audit.to_json()["own"]
    assert told["files"]["response"]["sha256"] == file_sha256(tmp_path / "response.csv")
    assert told["unit"] == "ln_um"


@pytest.mark.parametrize(
    ("unit", "turn"),
    [
        ("ln_um", lambda value: value),
        ("log10_um", lambda value: value / math.log(10)),
        ("um", math.exp),
        ("nm", lambda value: math.exp(value) * 1000),
        ("pic50", lambda value: 6 - value / math.log(10)),
    ],
)
def test_every_unit_gives_the_same_ln_um(tmp_path, unit, turn):
    rows = [line.split(",") for line in own_texts()["response.csv"].splitlines()]
    text = "\n".join([",".join(rows[0]), *(f"{c},{d},{turn(float(v))!r},{m}" for c, d, v, m in rows[1:])]) + "\n"
    tables = build(own_folder(tmp_path, {"response.csv": text}), unit)
    expected = {(c, d): float(v) for c, d, v, _ in rows[1:]}
    assert target(tables) == pytest.approx(expected, abs=1e-9)


def test_areas_are_the_target_where_they_are_stated(tmp_path):
    rows = own_texts()["response.csv"].splitlines()
    text = (
        "\n".join([rows[0], *(f"{line.rsplit(',', 2)[0]},0.{row + 10}," for row, line in enumerate(rows[1:]))]) + "\n"
    )
    tables = build(own_folder(tmp_path, {"response.csv": text}), "auc")
    assert target(tables)["A549", "Imatinib"] == pytest.approx(0.10)
    assert "area" in tables.audit.own["responses"]
    write_tables(tables, tmp_path / "tables")
    assert target_of(tmp_path / "tables" / "response.parquet") == "auc"
    with pytest.raises(ClmtError, match=r"not in the stated unit ln_um .*look like .*auc"):
        build(tmp_path)


def test_repeated_measurements_are_averaged_and_empty_values_left_out(tmp_path):
    text = own_texts()["response.csv"] + "A549,Imatinib,-1,true\nMCF7,Imatinib,NA,\n"
    tables = build(own_folder(tmp_path, {"response.csv": text}))
    assert target(tables)["A549", "Imatinib"] == pytest.approx(-2.0)
    assert tables.audit.source_responses["averaged"] == 1
    frame = tables.frames["response"].set_index(["cell_line_id", "drug_id"])
    assert frame.loc[("A549", "Imatinib"), "censored"]


def test_what_is_optional_may_be_absent(tmp_path):
    changes = {"mutation.csv": None, "cell_lines.csv": None, "drugs.csv": None}
    tables = build(own_folder(tmp_path, changes))
    assert tables.frames["mutation"].iloc[:, 1:].to_numpy().tolist() == [[0]] * 6
    assert tables.frames["copy_number"].iloc[:, 1:].to_numpy().sum() == 0
    assert tables.audit.genes["mutation"] == {"count": 0, "absent": True}
    assert tables.frames["cell_lines"]["name"].tolist() == sorted(CELLS)
    assert tables.frames["cell_lines"]["primary_site"].tolist() == [""] * 6
    assert tables.frames["drugs"]["target_pathway"].tolist() == [""] * 4
    tables.audit.log()


def test_tsv_gzip_and_parquet_hold_the_same(tmp_path):
    plain = build(own_folder(tmp_path / "plain"))
    other = own_folder(tmp_path / "other")
    pd.read_csv(other / "response.csv").to_csv(other / "response.tsv.gz", sep="\t", index=False)
    pd.read_csv(other / "expression.csv", index_col=0).to_parquet(other / "expression.parquet")
    pd.read_csv(other / "mutation.csv").astype({"BRAF": bool}).to_parquet(other / "mutation.parquet")
    for name in ("response", "expression", "mutation"):
        (other / f"{name}.csv").unlink()
    packed = build(other)
    for kind, frame in plain.frames.items():
        pd.testing.assert_frame_equal(frame, packed.frames[kind])


def test_a_folder_of_drevalpy_reads_the_same_way(tmp_path):
    folder = tmp_path / "CTRPv2"
    folder.mkdir()
    cids = dict(zip(SMILES, ("5291", "2244", "702", "2519"), strict=True))
    rows = [line.split(",") for line in own_texts()["response.csv"].splitlines()[1:]]
    head = "cellosaurus_id,cell_line_name,pubchem_id,drug_name,tissue,LN_IC50\n"
    body = "".join(f"CVCL_{c},{c},{cids[d]},{d},lung,{v}\n" for c, d, v, _ in rows)
    (folder / "CTRPv2.csv").write_text(head + body)
    cells = own_texts()["expression.csv"].splitlines()
    wide = [f"cellosaurus_id,cell_line_name,{cells[0].partition(',')[2]}"] + [f"CVCL,{line}" for line in cells[1:]]
    (folder / "gene_expression.csv").write_text("\n".join(wide) + "\n")
    gistic = "".join(f"CVCL,{cell},{row % 5 - 2}.0,1.0\n" for row, cell in enumerate(CELLS))
    (folder / "copy_number_variation_gistic.csv").write_text(f"cellosaurus_id,cell_line_name,MYC,TP53\n{gistic}")
    flags = "".join(f"CVCL,{cell},{row % 2 == 0}\n" for row, cell in enumerate(CELLS))
    (folder / "mutations.csv").write_text(f"cellosaurus_id,cell_line_name,TP53\n{flags}")
    names = "".join(f"{cid},{drug}\n" for drug, cid in cids.items()) + "5291,STI-571\n"
    (folder / "drug_names.csv").write_text(f"pubchem_id,drug_name\n{names}")
    smiles = "".join(f"{cids[drug]},{text}\n" for drug, text in SMILES.items())
    (folder / "drug_smiles.csv").write_text(f"pubchem_id,canonical_smiles\n{smiles}")
    structures = {cids[drug]: {"cid": int(cids[drug]), "smiles": text, "title": None} for drug, text in SMILES.items()}
    tables = build(folder, structures=structures, value="LN_IC50")
    assert target(tables)["A549", "5291"] == -3.0
    drugs = tables.frames["drugs"].set_index("drug_id")
    assert drugs.loc["5291", "name"] == "Imatinib"
    assert tables.frames["cell_lines"]["primary_site"].tolist() == ["lung"] * 6
    copies = tables.frames["copy_number"].set_index("cell_line_id")
    assert copies.loc[["A549", "MCF7", "U87"], "MYC"].tolist() == [1, 0, 1]
    assert copies["TP53"].sum() == 0
    assert tables.frames["mutation"].set_index("cell_line_id").loc[["A549", "MCF7"], "TP53"].tolist() == [1, 0]


def test_two_faults_name_the_first_and_count_the_others(tmp_path):
    text = own_texts()["response.csv"].replace("A549,Imatinib,-3.00", "A549,Imatinib,>10") + "MCF7,,1,\n"
    folder = own_folder(tmp_path, {"response.csv": text})
    with pytest.raises(ClmtError) as error:
        build(folder)
    assert "line 26" in str(error.value)
    assert "(1 more: 'clmt check CONFIG' lists all)" in str(error.value)


def test_weak_compounds_are_no_pic50_where_micromolar_is_stated(tmp_path):
    rows = [line.split(",") for line in own_texts()["response.csv"].splitlines()[1:]]
    lines = [f"{c},{d},{30 + 4 * row},false" for row, (c, d, _, _) in enumerate(rows)]
    text = "\n".join(["cell_line,drug,value,censored", *lines]) + "\n"
    tables = build(own_folder(tmp_path, {"response.csv": text}), "um")
    assert np.isclose(target(tables)["A549", "Imatinib"], math.log(30))
