"""Tables of one's own, from csv files to the table of an experiment, with as little as a user may have."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.helpers.e2e_help import Workplace, explain

pytestmark = pytest.mark.e2e

MODELS = ["mean_effects", "drug_ridge", "clmt"]


def write_screen(tables: Path, folder: Path) -> None:
    """Responses in nM, expression and SMILES of the demo, under ids that no list knows; nothing else."""
    folder.mkdir(parents=True)
    response, drugs = (pd.read_parquet(tables / f"{kind}.parquet") for kind in ("response", "drugs"))
    ids = {drug: f"CPD-{row:03}" for row, drug in enumerate(drugs["drug_id"])}
    values = (2.718281828459045 ** response["ln_ic50"]) * 1000
    cells = "LINE-" + response["cell_line_id"]
    pd.DataFrame({"cell line": cells, "compound": response["drug_id"].map(ids), "IC50": values}).to_csv(
        folder / "response.tsv", sep="\t", index=False
    )
    pd.DataFrame({"compound": drugs["drug_id"].map(ids), "smiles": drugs["smiles"]}).to_csv(
        folder / "drugs.csv", index=False
    )
    expression = pd.read_parquet(tables / "expression.parquet")
    expression["cell_line_id"] = "LINE-" + expression["cell_line_id"]
    expression.rename(columns={"cell_line_id": "cell line"}).to_parquet(folder / "expression.parquet")


def test_a_bare_screen_runs_to_its_table(demo: Workplace) -> None:
    write_screen(demo.path("results/demo/tables"), demo.path("data/bare"))
    dataset = {"label": "Bare", "simulated": True, "layout": "tables", "archive": "data/bare", "unit": "nm"}
    dataset |= {"value": "IC50", "exclude_drugs": [], "text_encoder": "lsa"}
    experiment = {"dataset": "bare", "split": "demo_mixed", "folds": 1, "models": MODELS}
    small = {"clmt": {"epochs": 2}}
    overlay = {"datasets": {"bare": dataset}, "experiments": {"bare_cv": experiment}, "models": small}
    demo.path("bare.yaml").write_text(yaml.safe_dump(overlay))
    done = demo.snakemake("--configfile", "config/demo.yaml", "bare.yaml", "--", "results/bare_cv.tsv")
    assert done.returncode == 0, explain(done)
    with demo.path("results/bare_cv.tsv").open() as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert [row["model"] for row in rows] == MODELS
    assert all(float(row["rmse"]) < 10 for row in rows)
    drugs = pd.read_parquet(demo.path("results/bare/tables/drugs.parquet"))
    assert drugs["target_pathway"].tolist() == [""] * len(drugs)
    told = pd.read_parquet(demo.path("results/demo/tables/response.parquet"))["ln_ic50"]
    own = pd.read_parquet(demo.path("results/bare/tables/response.parquet"))["ln_ic50"]
    assert sorted(own.round(9)) == sorted(told.round(9))
