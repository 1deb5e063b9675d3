"""Data and folds in the folders of drevalpy, and predictions back under our names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from clmt.cli import main
from clmt.errors import ClmtError
from clmt.exchange.drevalpy import MODES, export_drevalpy, fold_order
from clmt.exchange.predictions import import_drevalpy
from clmt.folds.make import read_folds, write_folds
from clmt.planning.protocols import PROTOCOLS
from clmt.tables.schema import KINDS, write_table
from clmt.tensors import save_tensors
from tests.helpers.molecule_parts import fingerprints_only
from tests.helpers.small_world import SMILES, drug_names, make_molecules, make_tables

PAIR = ["cell_line_id", "drug_id"]


def world(folder: Path, protocol: str = "mixed", folds: int = 4, target: str = "ln_ic50") -> list[Path]:
    """Tables, molecules and folds; returns the arguments of the export."""
    tables = make_tables()
    for kind in KINDS:
        write_table(tables[kind], folder / "tables" / f"{kind}.parquet", kind, target)
    bits = torch.from_numpy(np.asarray(make_molecules()["morgan2"]))
    save_tensors(folder / "molecules.pt", fingerprints_only(drug_names(), bits) | {"smiles": SMILES})
    settings = {
        "protocol": protocol,
        "folds": folds,
        "validation": 0.2,
        "dataset": "made",
        "split": "theirs",
        "seed": 3,
    }
    inputs = [folder / "tables" / f"{kind}.parquet" for kind in ("response", "cell_lines", "drugs")]
    write_folds(*inputs, folder / "folds.parquet", settings=settings)
    return [folder / "tables", folder / "molecules.pt", folder / "folds.parquet"]


def ours(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """A table of theirs under our names."""
    facts = json.loads((folder / "export" / "clmt.json").read_text())
    return pd.DataFrame(
        {
            "cell_line_id": frame["cell_line_name"].map(facts["cell_lines"]),
            "drug_id": frame["pubchem_id"].astype(str).map(facts["drugs"]),
        }
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_fold_has_our_roles(tmp_path: Path, protocol: str) -> None:
    inputs = world(tmp_path, protocol)
    export_drevalpy(*inputs, tmp_path / "export")
    splits = tmp_path / "export" / "results" / "clmt" / "made" / MODES[protocol] / "splits"
    assert json.loads((splits / "split_manifest.json").read_text())["test_mode"] == MODES[protocol]
    response = make_tables()["response"].set_index(PAIR)["ln_ic50"]
    for fold in range(4):
        roles = read_folds(inputs[2], fold)
        found = {role: pd.read_csv(splits / f"cv_split_{fold}_{role}.csv") for role in ("train", "validation", "test")}
        for role, frame in found.items():
            assert list(frame.columns) == ["cell_line_name", "pubchem_id", "response", "tissue"]
            names = ours(tmp_path, frame)
            assert set(map(tuple, names.to_numpy())) == set(
                map(tuple, roles.loc[roles["role"] == role, PAIR].to_numpy())
            )
            np.testing.assert_allclose(frame["response"], response.loc[list(map(tuple, names.to_numpy()))])
        early, rest = (
            pd.read_csv(splits / f"cv_split_{fold}_{role}.csv") for role in ("early_stopping", "validation_es")
        )
        assert len(early) + len(rest) == len(found["validation"])
        groups = {
            "LCO": ["cell_line_name"],
            "LDO": ["pubchem_id"],
            "LTO": ["tissue"],
            "LPO": ["cell_line_name", "pubchem_id"],
        }
        held = groups[MODES[protocol]]
        parts = [set(map(tuple, frame[held].to_numpy())) for frame in (found["train"], found["test"], early, rest)]
        assert not any(parts[a] & parts[b] for a in range(4) for b in range(a))


def test_areas_are_exported_as_the_measure_of_that_name(tmp_path: Path) -> None:
    export_drevalpy(*world(tmp_path, target="auc"), tmp_path / "export", genes=7)
    response = pd.read_csv(tmp_path / "export" / "data" / "made" / "made.csv")
    assert list(response.columns) == ["cell_line_name", "pubchem_id", "AUC", "tissue"]
    assert "--measure AUC " in json.loads((tmp_path / "export" / "clmt.json").read_text())["command"]


def test_features_are_keyed_by_the_names_of_the_responses(tmp_path: Path) -> None:
    export_drevalpy(*world(tmp_path), tmp_path / "export", genes=7)
    data = tmp_path / "export" / "data"
    response = pd.read_csv(data / "made" / "made.csv")
    tables = make_tables()
    assert len(response) == len(tables["response"])
    assert list(response.columns) == ["cell_line_name", "pubchem_id", "LN_IC50", "tissue"]
    expression = pd.read_csv(data / "made" / "gene_expression.csv", index_col="cell_line_name")
    genes = pd.read_csv(data / "meta" / "gene_lists" / "landmark_genes.csv")["Symbol"].tolist()
    assert genes == expression.columns.tolist()
    spread = tables["expression"].iloc[:, 1:].var().sort_values()
    assert set(genes) == set(spread.index[-7:])
    np.testing.assert_allclose(
        expression.loc["cell_1003", genes], tables["expression"].loc[3, genes].astype(float), rtol=1e-6
    )
    prints = pd.read_csv(data / "made" / "drug_fingerprints" / "pubchem_id_to_demorgan_128_map.csv")
    assert prints.shape == (128, 15)
    bits = np.flatnonzero(np.asarray(make_molecules()["morgan2"])[2])
    assert set(np.flatnonzero(prints["Drug02"])) == set(bits % 128)
    names = pd.read_csv(data / "made" / "cell_line_names.csv", index_col="cell_line_name")
    for table in ("mutations", "copy_number_variation_gistic"):
        found = pd.read_csv(data / "made" / f"{table}.csv", index_col="cell_line_name")
        assert found.index.tolist() == names.index.tolist() == expression.index.tolist()
    assert set(response["cell_line_name"]) <= set(names.index)
    assert not names.duplicated().any()  # drevalpy drops them, whatever their names
    assert set(names["tissue"]) == {"lung", "breast", "skin", "kidney", "unknown", "bone"}


def predict(folder: Path, count: int) -> Path:
    """Predictions as drevalpy writes them: its k-th split is the k-th file by name."""
    splits = folder / "export" / "results" / "clmt" / "made" / "LPO" / "splits"
    out = folder / "export" / "results" / "clmt" / "made" / "LPO" / "Some" / "predictions"
    out.mkdir(parents=True)
    for place, path in enumerate(sorted(splits.glob("cv_split_*_test.csv"))):
        frame = pd.read_csv(path).sample(frac=1.0, random_state=place)
        frame["predictions"] = frame["response"] + int(path.name.split("_")[2]) / 10
        frame.to_csv(out / f"predictions_split_{place}.csv", index=False)
    return out


def test_predictions_come_back_fold_by_fold_under_our_names(tmp_path: Path) -> None:
    inputs = world(tmp_path, folds=12)  # their tenth fold stands second in a list by name
    export_drevalpy(*inputs, tmp_path / "export")
    arguments = ["--export", str(tmp_path / "export"), "--predictions", str(predict(tmp_path, 12))]
    assert main(["import", "--from", "drevalpy", *arguments, "--out", str(tmp_path / "back")]) == 0
    response = make_tables()["response"]
    for fold in range(12):
        back = pd.read_csv(tmp_path / "back" / f"fold{fold}.csv", dtype={"cell_line_id": str})
        roles = read_folds(inputs[2], fold)
        tested = roles.loc[roles["role"] == "test", PAIR]
        joined = tested.merge(back, on=PAIR, how="outer", validate="one_to_one").merge(response, on=PAIR)
        np.testing.assert_allclose(joined["predicted"], joined["ln_ic50"] + fold / 10)
    assert fold_order(12)[:3] == [0, 10, 11]


def test_an_earlier_export_is_replaced_and_results_are_not_lost(tmp_path: Path) -> None:
    inputs = world(tmp_path)
    for _ in range(2):
        export_drevalpy(*inputs, tmp_path / "export")
    predict(tmp_path, 4)
    with pytest.raises(ClmtError, match="not an earlier export of clmt! got: a folder with other files"):
        export_drevalpy(*inputs, tmp_path / "export")


def test_what_does_not_fit_is_one_line(tmp_path: Path) -> None:
    inputs = world(tmp_path)
    export_drevalpy(*inputs, tmp_path / "export")
    predictions = predict(tmp_path, 4)
    with pytest.raises(ClmtError, match=r"clmt.json: .*Give a folder that 'clmt export --to drevalpy' wrote"):
        import_drevalpy(tmp_path, predictions, tmp_path / "back")
    (predictions / "predictions_split_3.csv").rename(tmp_path / "kept.csv")
    with pytest.raises(ClmtError, match=r"predictions_split_3\.csv: no such file!"):
        import_drevalpy(tmp_path / "export", predictions, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    text = (tmp_path / "kept.csv").read_text()
    (predictions / "predictions_split_3.csv").write_text(text.replace("cell_1003", "HeLa", 1))
    with pytest.raises(ClmtError, match="unknown cell_line_name! got: 'HeLa', expected: one of the export"):
        import_drevalpy(tmp_path / "export", predictions, tmp_path / "back")
    (predictions / "predictions_split_3.csv").write_text(text)
    manifest = tmp_path / "export" / "clmt.json"
    facts = json.loads(manifest.read_text())
    for key, value in (("fold_of_split", [0, 1, 2, 2]), ("fold_of_split", ["../x"]), ("drugs", {"a": "x", "b": "x"})):
        manifest.write_text(json.dumps(facts | {key: value}))
        with pytest.raises(ClmtError, match=rf"clmt\.json: {key}: .*Write the export again"):
            import_drevalpy(tmp_path / "export", predictions, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    molecules = fingerprints_only(drug_names()[::-1], torch.zeros(15, 2048, dtype=torch.uint8))
    save_tensors(tmp_path / "molecules.pt", molecules)
    with pytest.raises(ClmtError, match="its drugs differ from the drugs table"):
        export_drevalpy(*inputs, tmp_path / "other")
