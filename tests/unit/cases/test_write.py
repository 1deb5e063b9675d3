"""The page of single cases from a checkpoint and its fold."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from clmt.cases.write import CASE_COLUMNS, write_cases
from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from clmt.models.create import create_model
from clmt.runs.checkpoint import save_checkpoint
from clmt.tables.schema import table_digest, write_table
from clmt.tensors import save_tensors
from tests.helpers.folds import SMILES, small_fold, small_molecules, with_graph
from tests.helpers.made_up_runs import write_runs

MODELS = {"drug_mean": 1.0, "mlp": 0.5, "clmt": 0.3}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Arguments of `write_cases`: runs, a checkpoint of CLMT on a fold with open pairs, and tables with their names."""
    root = tmp_path_factory.mktemp("cases")
    files = write_runs(root, MODELS)
    whole = small_fold(small_molecules())
    pairs, values = whole.graph.train_pairs[30:], whole.graph.train_ln_ic50[30:]
    digests = {"response": _write_responses(root, whole, open_pairs=29)}  # the split leaves one of 30 unused
    fold = with_graph(
        whole, train_pairs=pairs, train_ln_ic50=values, response_edges=pairs.T.contiguous(), digests=digests
    )
    fold = replace(fold, cell_text=torch.zeros(24, 0), drug_text=torch.zeros(8, 0))
    fold.graph.save(root / "graph.pt")
    save_tensors(root / "molecules.pt", fold.molecules)
    for arch, settings in (
        ("clmt", {"epochs": 1, "batch_size": 64, "views": ["attribute", "structure"]}),
        ("drug_mean", {}),
    ):
        model = create_model(arch, settings)
        model.fit(fold, seed=0, device="cpu")
        run = {"arch": arch, "settings": settings, "model": arch, "dataset": "made_up", "split": "mixed", "fold": 0}
        save_checkpoint(root / f"{arch}.pt", model, {**run, "text_encoder": None}, {}, fold)
    _write_tables(root, list(SMILES), fold.graph.cell_line_ids)
    runs = {kind: files[kind] for kind in ("metrics", "predictions")}
    inputs = {"graph": root / "graph.pt", "molecules": root / "molecules.pt", "text": None}
    tables = {kind: root / f"{kind}.parquet" for kind in ("drugs", "cell_lines")}
    tables["response"] = root / "measured.parquet"
    return {**runs, **inputs, **tables, "models": list(MODELS), "checkpoint": root / "clmt.pt"}


def _write_responses(root: Path, fold: FoldData, open_pairs: int) -> str:
    """Responses to all pairs of the fold but the first of training, and their digest."""
    graph = fold.graph
    pairs = torch.cat([graph.train_pairs[open_pairs:], graph.validation_pairs, graph.test_pairs]).tolist()
    ids = sorted((graph.cell_line_ids[cell], graph.drug_ids[drug]) for cell, drug in pairs)
    table = pd.DataFrame(ids, columns=["cell_line_id", "drug_id"]).assign(ln_ic50=1.0, censored=False)
    write_table(table, root / "measured.parquet", "response")
    write_table(table[1:], root / "other.parquet", "response")
    return table_digest(table)


def _write_tables(root: Path, drugs: list[str], cells: list[str]) -> None:
    """Names of what the graph and the made-up runs have."""
    ids = sorted([*drugs, *(f"Drug-{row:03d}" for row in range(12))])
    frame = pd.DataFrame({"drug_id": ids, "name": ids, "pubchem_cid": range(1, len(ids) + 1), "smiles": "CCO"})
    frame = frame.assign(inchikey="LFQSCWFLJHTTHZ-UHFFFAOYSA-N", targets="<T1>", target_pathway="Apoptosis; Cell cycle")
    write_table(frame.astype({"pubchem_cid": "Int64"}), root / "drugs.parquet", "drugs")
    lines = sorted([*cells, *(f"{683665 + 7 * row}" for row in range(30))])
    frame = pd.DataFrame({"cell_line_id": lines, "name": [f"Line {name}" for name in lines]})
    frame = frame.assign(primary_site="lung", histology="carcinoma", synonyms="", donor="")
    write_table(frame, root / "cell_lines.parquet", "cell_lines")


def test_the_same_seed_gives_the_same_page_and_table(made: dict[str, Any], tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_cases("made_up_cv", **made, table=tmp_path / f"{name}.tsv", page=tmp_path / f"{name}.html")
    page = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "two.html").read_text(encoding="utf-8")
    assert (tmp_path / "one.tsv").read_bytes() == (tmp_path / "two.tsv").read_bytes()
    with (tmp_path / "one.tsv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert tuple(rows[0]) == CASE_COLUMNS
    assert len(rows) == 29
    told = [row["like_drugs"] for row in rows if row["like_drugs"]]
    assert told
    assert all(re.fullmatch(r"\w+ \(\d\.\d\d\): -?\d+\.\d\d(; .*)?", text) for text in told)
    held = re.search(r'id="data">(.*?)</script>', page)
    assert held is not None
    cells, drugs = json.loads(held[1])
    assert [view["name"] for view in cells["views"]] == ["attribute", "structure"]
    assert cells["names"][0].startswith("Line ")
    assert set(drugs["labels"]) == {"Apoptosis"}
    assert "RMSE of mlp" in page
    assert "&lt;T1&gt;" in page
    assert "SIMULATED DATA" in page
    assert "src=" not in page


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"checkpoint": "drug_mean.pt"}, r"drug_mean\.pt: a model of arch drug_mean has no embedding to show"),
        ({"response": "other.parquet"}, r"other\.parquet: "),
        ({"models": ["drug_mean", "mlp"]}, r"unknown model! got: 'clmt'"),
    ],
)
def test_what_has_no_embedding_or_is_no_run_is_refused(
    made: dict[str, Any], tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    changed = {key: made[key].with_name(value) if isinstance(value, str) else value for key, value in changed.items()}
    with pytest.raises(ClmtError, match=message):
        write_cases("made_up_cv", **{**made, **changed}, table=tmp_path / "t.tsv", page=tmp_path / "p.html")
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_of_no_model_of_the_experiment_is_refused(made: dict[str, Any], tmp_path: Path) -> None:
    kept = [row for row, path in enumerate(made["metrics"]) if path.parts[-3] != "clmt"]
    fewer = {kind: [made[kind][row] for row in kept] for kind in ("metrics", "predictions")}
    with pytest.raises(ClmtError, match=r"clmt\.pt: no model of made_up_cv! got: 'clmt', expected: drug_mean, mlp"):
        write_cases("made_up_cv", **{**made, **fewer, "models": ["drug_mean", "mlp"]},
                    table=tmp_path / "t.tsv", page=tmp_path / "p.html")  # fmt: skip
