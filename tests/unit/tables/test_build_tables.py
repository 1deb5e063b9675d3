from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from clmt import cli
from clmt.errors import ClmtError
from clmt.planning.settings.tables import TableSettings
from clmt.tables.build import build_tables, write_tables
from clmt.tables.layouts.reader import layout_reader
from clmt.tables.schema import KINDS, read_table
from tests.helpers.survey_archives import (
    ANNOTATION,
    COPY_NUMBER,
    EXPRESSION,
    GDSC_TABLES,
    MUTATION,
    RESPONSE,
    STRUCTURES,
    ccle_archive,
    gdsc_archive,
)

GDSC = TableSettings(layout="survey_gdsc")
TABLES_WITH_IDS = (RESPONSE, EXPRESSION, MUTATION, COPY_NUMBER)


def build(tmp_path, settings=GDSC, changes=None, structures=STRUCTURES, compounds=None):
    return build_tables(settings, archive=gdsc_archive(tmp_path, changes), structures=structures, compounds=compounds)


def responses(tables) -> dict[tuple[str, str], float]:
    frame = tables.frames["response"]
    return dict(zip(zip(frame["cell_line_id"], frame["drug_id"], strict=True), frame["ln_ic50"], strict=True))


def test_tables_share_one_order_and_pass_their_schema(tmp_path):
    write_tables(build(tmp_path), tmp_path / "out")
    frames = {kind: read_table(tmp_path / "out" / f"{kind}.parquet", kind) for kind in KINDS}
    for kind in ("expression", "mutation", "copy_number", "cell_lines"):
        assert frames[kind]["cell_line_id"].tolist() == ["101", "102", "103"]
    assert frames["expression"]["BRAF"].tolist() == [7.25, 6.5, 2.5]
    assert frames["drugs"]["drug_id"].tolist() == ["Aspirin", "Imatinib", "Vinorelbine"]
    assert frames["cell_lines"]["name"].tolist() == ["LINE-A", "LINE-B", "LINE-C"]


def test_names_of_one_structure_are_one_drug_with_the_mean_response(tmp_path):
    found = responses(build(tmp_path))
    assert {drug for _, drug in found} == {"Aspirin", "Imatinib", "Vinorelbine"}
    assert found["103", "Imatinib"] == 1.0
    assert found["101", "Imatinib"] == 3.0
    assert found["102", "Imatinib"] == 2.0
    assert ("102", "Vinorelbine") not in found


def test_a_mean_with_a_censored_part_is_censored(tmp_path):
    changes = {"Table_S19_CCLE_Drug_response_IC50.csv": "x,Imatinib,Imatinib Mesylate\nA_SKIN,2.079442,1\nB_LUNG,1,\n"}
    tables = build_tables(
        TableSettings(layout="survey_ccle"),
        archive=ccle_archive(tmp_path, changes),
        structures=STRUCTURES,
        compounds=None,
    )
    assert tables.frames["response"]["censored"].tolist() == [True, False]


def test_excluding_the_kept_name_leaves_the_other(tmp_path):
    tables = build(tmp_path, TableSettings(layout="survey_gdsc", exclude_drugs=("Imatinib ",)))
    assert responses(tables)["103", "Imatinib Mesylate"] == 1.5
    assert tables.frames["drugs"]["target_pathway"].tolist()[1] == "Other, kinases"


def test_an_unknown_excluded_drug_is_named_with_near_ones(tmp_path):
    with pytest.raises(ClmtError, match="got: 'Imatinip', expected one of: Imatinib") as error:
        build(tmp_path, TableSettings(layout="survey_gdsc", exclude_drugs=("Imatinip",)))
    assert "exclude_drugs" in str(error.value)


def test_cell_lines_without_omics_are_dropped_and_without_annotation_kept(tmp_path):
    changes = {
        MUTATION: GDSC_TABLES[MUTATION].replace("103,0,0\n", ""),
        ANNOTATION: GDSC_TABLES[ANNOTATION].replace("1,LINE-B,102,breast,NA\n", ""),
    }
    tables = build(tmp_path, changes=changes)
    assert tables.frames["cell_lines"].values.tolist() == [
        ["101", "LINE-A", "skin", "melanoma", "", None],
        ["102", "102", "", "", "", None],
    ]
    assert len(tables.frames["expression"]) == 2


def test_donors_and_synonyms_come_from_the_passports(tmp_path, caplog):
    passports = tmp_path / "models.csv"
    passports.write_text(
        "model_id,model_name,synonyms,patient_id,COSMIC_ID,BROAD_ID,CCLE_ID\n"
        "SIDM1,LINE-A,LA;L-A,SIDP1,101,,\nSIDM2,LINE-B,,SIDP1,102,,\nSIDM4,LINE-D,,SIDP1,104,,\n"
    )
    tables = build_tables(GDSC, archive=gdsc_archive(tmp_path), structures=STRUCTURES, passports=passports)
    write_tables(tables, tmp_path)
    frame = read_table(tmp_path / "cell_lines.parquet", "cell_lines")
    assert frame["donor"].tolist()[:2] == ["SIDP1", "SIDP1"]
    assert frame["donor"].isna().tolist() == [False, False, True]
    assert frame["synonyms"].tolist() == ["LINE-A; LA; L-A", "LINE-B", ""]
    assert tables.audit.donors == {"known": 2, "shared": {"SIDP1": ["101", "102"]}, "without": ["103"]}
    with caplog.at_level("INFO"):
        tables.audit.log()
    assert "1 donors have several cell lines (101 and 102)" in caplog.text
    assert "1 cell lines without a known donor (103)" in caplog.text


def test_empty_joins_name_both_sides(tmp_path):
    with pytest.raises(ClmtError, match=r"no cell line in common.*got: SIDM1, SIDM2, expected one of: 103, 101, 102"):
        build(tmp_path, changes={MUTATION: ",BRAF\nSIDM1,0\nSIDM2,1\n"})
    with pytest.raises(ClmtError, match="the cell line annotation: no cell line in common"):
        build(tmp_path, changes={ANNOTATION: "COSMIC_ID,PRIMARY_SITE\n9,skin\n"})


def test_drugs_that_were_never_looked_up_are_an_error(tmp_path):
    fewer = {name: value for name, value in STRUCTURES.items() if name != "Aspirin"}
    with pytest.raises(ClmtError, match=r"'Aspirin'.* was never looked up"):
        build(tmp_path, structures=fewer)
    assert (
        build(tmp_path, TableSettings(layout="survey_gdsc", exclude_drugs=("Aspirin",)), structures=fewer)
        .frames["drugs"]
        .shape[0]
        == 2
    )


def test_no_structure_at_all_is_an_error(tmp_path):
    nothing = {name: {"cid": None, "smiles": None, "title": None} for name in STRUCTURES}
    with pytest.raises(ClmtError, match=r"No drug of .* has a structure! got: 5 without, 0 refused"):
        build(tmp_path, structures=nothing)


@pytest.mark.parametrize("second", ["BRAF", "BRAF.1"])
def test_a_gene_that_stands_twice_is_dropped_and_audited(tmp_path, second):
    tables = build(tmp_path, changes={EXPRESSION: GDSC_TABLES[EXPRESSION].replace("TP53", second)})
    assert list(tables.frames["expression"].columns) == ["cell_line_id", "SEPTIN6"]
    assert tables.audit.genes["expression"]["dropped_repeats"] == ["BRAF", second]
    assert tables.audit.genes["mutation"]["dropped_repeats"] == []


def test_a_table_of_repeated_genes_only_is_refused(tmp_path):
    table = GDSC_TABLES[EXPRESSION].replace("6-Sep,BRAF,TP53", "KIT,KIT,KIT")
    with pytest.raises(ClmtError, match=f"{EXPRESSION}: every gene stands twice"):
        build(tmp_path, changes={EXPRESSION: table})


@pytest.mark.parametrize("tables", [TABLES_WITH_IDS, TABLES_WITH_IDS[:1]], ids=["in all tables", "in the responses"])
def test_a_second_array_of_a_cell_line_is_dropped_and_audited(tmp_path, tables):
    """With both in, a cell-blind split would see one cell line on both sides."""
    rows = {RESPONSE: "101.1,0.5,1,1,4,2\n", EXPRESSION: "101.1,4.4,7.2,2.9\n", MUTATION: "101.1,1,0\n"}
    rows[COPY_NUMBER] = "101.1,0\n"
    built = build(tmp_path, changes={name: GDSC_TABLES[name] + rows[name] for name in tables})
    assert built.frames["cell_lines"]["cell_line_id"].tolist() == ["101", "102", "103"]
    assert built.audit.dropped_cell_lines["repeated array"] == ["101.1"]
    assert responses(built) == responses(build(tmp_path))


def test_a_number_behind_an_id_that_is_not_there_is_part_of_it(tmp_path):
    changes = {name: GDSC_TABLES[name].replace("\n101,", "\n101.1,") for name in TABLES_WITH_IDS}
    built = build(tmp_path, changes=changes)
    assert built.frames["cell_lines"]["cell_line_id"].tolist() == ["101.1", "102", "103"]
    assert built.audit.dropped_cell_lines["repeated array"] == []


def test_slices_are_the_same_each_time_and_nested(tmp_path):
    rows = "".join(f"{1000 + n},{n / 4},{n / 8}\n" for n in range(40))
    ones = "".join(f"{1000 + n},{n % 2}\n" for n in range(40))
    changes = {
        EXPRESSION: ",BRAF,TP53\n" + rows,
        MUTATION: ",BRAF\n" + ones,
        "Table_S4_GDSC_Copy_number_variation.csv": ",MYC\n" + ones,
        RESPONSE: ",Imatinib,Aspirin\n" + "".join(f"{1000 + n},{n / 10},1\n" for n in range(40)),
        ANNOTATION: "COSMIC_ID,PRIMARY_SITE\n" + "".join(f"{1000 + n},site\n" for n in range(40)),
    }
    small = build(tmp_path, TableSettings(layout="survey_gdsc", cell_lines=10), changes)
    again = build(tmp_path, TableSettings(layout="survey_gdsc", cell_lines=10), changes)
    large = build(tmp_path, TableSettings(layout="survey_gdsc", cell_lines=20, drugs=1), changes)
    ids = small.frames["cell_lines"]["cell_line_id"].tolist()
    assert len(ids) == 10
    assert ids == again.frames["cell_lines"]["cell_line_id"].tolist()
    assert set(ids) < set(large.frames["cell_lines"]["cell_line_id"])
    assert ids != sorted(ids)[:0] + [str(1000 + n) for n in range(10)]
    assert len(large.frames["response"]) == 20


COMPOUNDS = (
    "\ufeffDRUG_ID,SCREENING_SITE,DRUG_NAME,SYNONYMS,TARGET,TARGET_PATHWAY\n"
    '1,S,STI571,"Gleevec, imatinib","ABL, KIT (CD117, SCFR)",Other\n'
    "2,S,Vinorelbine,,Microtubule,Mitosis\n"
    "3,S,aspirin-,,COX1,Inflammation\n"
    '4,M,ASPIRIN,,"COX1, COX2",Inflammation\n'
)


def test_compounds_fill_what_the_supplement_leaves_blank(tmp_path):
    path = tmp_path / "compounds.csv"
    path.write_text(COMPOUNDS, encoding="utf-8")
    tables = build(tmp_path, compounds=path)
    drugs = tables.frames["drugs"].set_index("drug_id")
    assert drugs.loc["Imatinib", "targets"] == "ABL; KIT (CD117, SCFR)"
    assert drugs.loc["Imatinib", "target_pathway"] == "Other, kinases"
    assert drugs.loc["Vinorelbine", "targets"] == "Microtubule"
    assert drugs.loc["Aspirin", "targets"] == ""
    assert drugs.loc["Aspirin", "target_pathway"] == "Inflammation"
    assert tables.audit.labels["ambiguous_in_compounds"] == ["Aspirin"]


def test_compounds_without_a_column(tmp_path):
    path = tmp_path / "compounds.csv"
    path.write_text("DRUG_NAME,TARGET\nx,y\n", encoding="utf-8")
    with pytest.raises(ClmtError, match=r"compounds\.csv: missing column SYNONYMS"):
        build(tmp_path, compounds=path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ('{"layout": "survey_gdsc", "folds": 5}', "unknown key! got: 'folds'"),
        ('{"exclude_drugs": []}', "layout is missing! got: exclude_drugs, expected one of: studies, survey_gdsc"),
        ('{"layout": "survey_gdsc", "exclude_drugs": "Aspirin"}', "exclude_drugs is no list"),
        ('{"layout": "survey_gdsc", "drugs": 0}', "drugs is too small! got: 0, expected: 1 to 1000000"),
        ('{"layout": "survey_gdsc", "cell_lines": true}', "cell_lines is no whole number! got: True"),
    ],
)
def test_bad_settings(text, message):
    with pytest.raises(ClmtError, match=message):
        TableSettings.parse(text)


def test_a_failure_leaves_the_old_tables_alone(tmp_path):
    out = tmp_path / "out"
    write_tables(build(tmp_path), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert sorted(before) == sorted([*(f"{kind}.parquet" for kind in KINDS), "audit.json"])
    broken = build(tmp_path, TableSettings(layout="survey_gdsc", exclude_drugs=("Aspirin",)))
    broken.frames["drugs"].loc[0, "smiles"] = None
    with pytest.raises(ClmtError, match="missing value in column 'smiles'"):
        write_tables(broken, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_command(tmp_path, capsys):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"name": name, **value, "status": "found"} for name, value in STRUCTURES.items()]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "structures.parquet")
    settings = {"dataset": "gdsc", "archive": "survey_gdsc", "layout": "survey_gdsc", "exclude_drugs": ["Vinorelbine"]}
    command = ["tables", "--archive", str(gdsc_archive(tmp_path)), "--structures", str(tmp_path / "structures.parquet")]
    command += ["--out-dir", str(tmp_path / "out"), "--settings"]
    assert cli.main([*command, json.dumps(settings)]) == 0
    assert read_table(tmp_path / "out/drugs.parquet", "drugs")["drug_id"].tolist() == ["Aspirin", "Imatinib"]
    assert cli.main([*command, json.dumps({**settings, "layout": "ccle"})]) == 2
    error = capsys.readouterr().err
    assert (
        "error: --settings: layout: unknown value! got: 'ccle', expected one of: ccle_2015, gdsc_release, studies"
        in error
    )
    assert "Traceback" not in error


def mirror() -> Path | None:
    candidates = [os.environ.get("CLMT_MIRROR", ""), str(Path(__file__).resolve().parents[4] / "shared" / "mirror")]
    return next((Path(path) for path in candidates if path and Path(path).is_dir()), None)


def mirrored_structures(root: Path, names: list[str]) -> dict[str, dict]:
    """PubChem's answers in the mirror; a name without a file is one that PubChem does not know."""
    base = root / "pubchem.ncbi.nlm.nih.gov/rest/pug/compound"
    found = {}
    for name in names:
        cids = base / "name" / quote(name, safe="") / "cids/JSON"
        if not cids.is_file():
            found[name] = {"cid": None, "smiles": None, "title": None}
            continue
        cid = json.loads(cids.read_text())["IdentifierList"]["CID"][0]
        answer = base / f"cid/{cid}/property/SMILES,ConnectivitySMILES,InChIKey,Title/JSON"
        record = json.loads(answer.read_text())["PropertyTable"]["Properties"][0]
        found[name] = {"cid": cid, "smiles": record["SMILES"], "title": record["Title"]}
    return found


@pytest.mark.skipif(mirror() is None, reason="needs the published tables: set CLMT_MIRROR to a mirror")
@pytest.mark.parametrize(
    ("layout", "stem", "excluded", "counts"),
    [
        ("survey_gdsc", "GDSC_DATASET_S1-S12", ("Cisplatin", "SB505124", "SN-38", "Vinorelbine"), (734, 177, 125696)),
        ("survey_gdsc", "GDSC_DATASET_S1-S12", (), (734, 181, 128535)),
        ("survey_ccle", "CCLE_DATASET_S13-S26", (), (466, 24, 10781)),
    ],
)
def test_counts_of_the_published_tables(layout, stem, excluded, counts):
    root = mirror()
    assert root is not None
    archive = root / f"media.githubusercontent.com/media/Jinyu2019/Suppl-data-BBpaper/master/{stem}.zip"
    structures = mirrored_structures(root, layout_reader(layout).drug_names(archive))
    tables = build_tables(TableSettings(layout=layout, exclude_drugs=excluded), archive=archive, structures=structures)
    frames = tables.frames
    assert (len(frames["cell_lines"]), len(frames["drugs"]), len(frames["response"])) == counts
    assert np.isfinite(frames["response"]["ln_ic50"]).all()
    assert frames["drugs"]["inchikey"].is_unique
