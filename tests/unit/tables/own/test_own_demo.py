"""The demo's tables, written out as a user would have them, are read back as the same tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clmt.acquire.registry import load_registry
from clmt.demo.drugs import DRUGS, SALT_FORM, UNKNOWN_COMPOUND
from clmt.demo.mirror import mirror_files
from clmt.planning.own_files import own_files
from clmt.planning.settings.tables import TableSettings, Unit
from clmt.tables.build import Tables, build_tables
from clmt.tables.own.check import check_own


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder, registry = tmp_path_factory.mktemp("demo"), load_registry()
    files = mirror_files(registry)
    for name in ("survey_gdsc", "model_list"):
        (folder / name).write_bytes(files[registry.source(name).address])
    (folder / "survey_gdsc").rename(folder / "survey.zip")
    structures = {
        drug.name: {"cid": drug.cid, "smiles": drug.smiles, "title": drug.name} for drug in (*DRUGS, SALT_FORM)
    }
    structures[UNKNOWN_COMPOUND] = {"cid": None, "smiles": None, "title": None}
    settings = TableSettings(layout="survey_gdsc", simulated=True)
    return build_tables(settings, archive=folder / "survey.zip", structures=structures, passports=folder / "model_list")


def written(tables: Tables, folder: Path, turn, ending: str) -> dict[str, dict[str, object]]:
    """Write the tables into a folder and give the structures that the drugs table holds."""
    folder.mkdir()
    frames = dict(tables.frames)
    response = frames["response"]
    frames["response"] = response.assign(value=turn(response["ln_ic50"])).drop(columns=["ln_ic50", "censored"])
    for kind, frame in frames.items():
        if ending == "parquet":
            frame.to_parquet(folder / f"{kind}.parquet")
        else:
            frame.to_csv(folder / f"{kind}.{ending}", index=False, sep="," if ending == "csv" else "\t")
    rows = frames["drugs"].itertuples()
    return {row.drug_id: {"cid": int(row.pubchem_cid), "smiles": row.smiles, "title": None} for row in rows}


@pytest.mark.parametrize(
    ("unit", "turn", "ending"),
    [("ln_um", lambda values: values, "csv"), ("um", np.exp, "tsv"), ("nm", lambda v: np.exp(v) * 1000, "parquet")],
)
def test_the_same_tables_come_back(demo: Tables, tmp_path: Path, unit: Unit, turn, ending: str) -> None:
    structures = written(demo, tmp_path / "own", turn, ending)
    files = {part: Path(path) for part, path in own_files(str(tmp_path / "own"), "here").items()}
    settings = TableSettings(layout="tables", unit=unit, simulated=True)
    tables = build_tables(settings, archive=files, structures=structures)
    for kind, frame in demo.frames.items():
        found = tables.frames[kind].drop(columns="synonyms", errors="ignore")
        expected = frame.drop(columns="synonyms", errors="ignore")
        pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-12)
    assert check_own("own", {"layout": "tables", "archive": str(tmp_path / "own"), "unit": unit}).problems == []
