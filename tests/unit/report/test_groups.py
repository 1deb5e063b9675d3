"""Every drug and every tissue of an experiment."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clmt.errors import ClmtError
from clmt.evaluation.experiment import Experiment
from clmt.evaluation.metrics import rmse
from clmt.report import groups as module
from clmt.report.groups import GROUP_COLUMNS, group_rows, write_groups
from clmt.report.scores import drug_scores, tissue_scores
from clmt.tables.schema import write_table

SITES = ("lung", "skin", "bone")


def sites(experiment: Experiment) -> dict[str, str]:
    return {name: SITES[row % 3] for row, name in enumerate(experiment.pairs.cell_line_ids)}


def labels(experiment: Experiment) -> dict[str, dict[str, str]]:
    return {name: {"targets": f"T{name[-3:]}", "target_pathway": "Apoptosis"} for name in experiment.pairs.drug_ids}


def test_drug_scores_agree_with_a_loop(experiment: Experiment) -> None:
    pairs = experiment.pairs
    error, r = drug_scores(pairs, "clmt")
    for drug in range(12):
        mine = pairs.drug_row == drug
        assert error[drug] == pytest.approx(rmse(pairs.observed[mine], pairs.predicted["clmt"][mine]))
        folds = [mine & (pairs.fold == fold) for fold in range(3)]
        loop = [np.corrcoef(pairs.observed[f], pairs.predicted["clmt"][f])[0, 1] for f in folds if f.sum() >= 10]
        assert r[drug] == (pytest.approx(np.mean(loop)) if loop else pytest.approx(np.nan, nan_ok=True))


def test_tissue_scores_agree_with_a_loop(experiment: Experiment) -> None:
    pairs, of_cell = experiment.pairs, list(sites(experiment).values())
    names, error, r = tissue_scores(pairs, "mlp", of_cell)
    assert names == sorted(SITES)
    for row, site in enumerate(names):
        cells = [cell for cell, own in enumerate(of_cell) if own == site]
        mine = np.isin(pairs.cell_row, cells)
        assert error[row] == pytest.approx(rmse(pairs.observed[mine], pairs.predicted["mlp"][mine]))
        parts = [(pairs.cell_row == cell) & (pairs.fold == fold) for cell in cells for fold in range(3)]
        loop = [np.corrcoef(pairs.observed[f], pairs.predicted["mlp"][f])[0, 1] for f in parts if f.sum() >= 10]
        assert r[row] == (pytest.approx(np.mean(loop)) if loop else pytest.approx(np.nan, nan_ok=True))


def test_a_drug_that_the_table_does_not_know_is_named(experiment: Experiment) -> None:
    known = labels(experiment)
    known.pop("Drug-003")
    with pytest.raises(ClmtError, match="drug 'Drug-003' of the predictions"):
        group_rows(experiment, known, sites(experiment))


def write_page(made: dict[str, Any], experiment: Experiment, folder: Path) -> str:
    """The page, written beside its table and the tables that both read."""
    ids, cells = experiment.pairs.drug_ids, experiment.pairs.cell_line_ids
    drugs = pd.DataFrame({"drug_id": ids, "name": ids, "pubchem_cid": range(1, 13), "smiles": "CCO"})
    drugs = drugs.assign(inchikey="LFQSCWFLJHTTHZ-UHFFFAOYSA-N", targets="<T1>", target_pathway="Apoptosis")
    write_table(drugs.astype({"pubchem_cid": "Int64"}), folder / "drugs.parquet", "drugs")
    lines = pd.DataFrame({"cell_line_id": cells, "name": cells, "primary_site": [*sites(experiment).values()]})
    lines = lines.assign(histology="carcinoma", synonyms="", donor="")
    write_table(lines, folder / "cell_lines.parquet", "cell_lines")
    write_groups(
        "made_up_cv",
        metrics=made["metrics"],
        predictions=made["predictions"],
        models=made["models"],
        drugs=folder / "drugs.parquet",
        cell_lines=folder / "cell_lines.parquet",
        table=folder / "made_up_cv_per_drug.tsv",
        page=folder / "page.html",
    )
    return (folder / "page.html").read_text(encoding="utf-8")


def test_table_and_page_tell_every_drug_tissue_and_model(
    made: dict[str, Any], experiment: Experiment, tmp_path: Path
) -> None:
    page = write_page(made, experiment, tmp_path)
    with (tmp_path / "made_up_cv_per_drug.tsv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert tuple(rows[0]) == GROUP_COLUMNS
    assert len(rows) == len(made["models"]) * (12 + len(SITES))
    for kind in ("drug", "tissue"):
        counts = [int(row["pairs"]) for row in rows if (row["kind"], row["model"]) == (kind, "mlp")]
        assert sum(counts) == len(experiment.pairs.observed)
    error, _ = drug_scores(experiment.pairs, "clmt")
    assert f'data-rmse="{error[0]:.3f}"' in page
    assert page.count('data-kind="tissue"') == len(SITES)
    assert "&lt;T1&gt;" in page
    assert "http" not in page


#: A document of one line of a table, whose first model of two has the larger r, and may be marked.
DOCUMENT = """
const of = (name, r) => ({dataset: {r, rmse: r}, textContent: name});
const cells = [...["drug", "", "", "9"].map((text) => of(text, "")), of("", "0.9"), of("", "0.4")];
const heads = [{dataset: {}}, {dataset: {}}, {dataset: {}}, {dataset: {}}, {dataset: MARK}, {dataset: {}}];
const part = {value: "", addEventListener() {}};
const parts = {kind: {...part, value: "drug"}, value: {...part, value: "r"}, search: {...part}, count: {...part}};
const document = {
  getElementById: (id) => parts[id],
  querySelector: (name) => name === "tbody" ? {rows: [{cells, dataset: {kind: "drug"}}]} : part,
  querySelectorAll: () => heads,
};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the page's script")
@pytest.mark.parametrize(("mark", "best"), [("{}", "best,"), ('{faults: "test_edges"}', ",best")])
def test_the_script_takes_no_marked_model_for_the_best(mark: str, best: str) -> None:
    script = Path(module.__file__).with_suffix(".js").read_text(encoding="utf-8")
    shown = "\nconsole.log(cells.slice(4).map((cell) => cell.className).join());"
    run = ["node", "-e", DOCUMENT.replace("MARK", mark) + script + shown]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == best


def test_a_column_of_a_model_with_faults_is_marked(
    made: dict[str, Any], experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [{**card, "faults": "live_dropout" if card["model"] == "clmt" else ""} for card in experiment.cards]
    monkeypatch.setattr(module, "load_experiment", lambda *_, **__: replace(experiment, cards=cards))
    page = write_page(made, experiment, tmp_path).replace("<wbr>", "")
    assert re.findall(r'<th data-faults="([^"]+)"[^>]*><button>([^<]+)<', page) == [
        ("live_dropout", "clmt (not sound: live_dropout)")
    ]
