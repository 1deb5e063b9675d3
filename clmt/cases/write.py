"""The page of single cases: what a model predicts best and worst, how it arranges cell lines and drugs, and pairs that
nobody measured."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.cases.evidence import Evidence, Unmeasured, predict_unmeasured
from clmt.cases.maps import map_data, view_blocks
from clmt.cases.ranking import rank_cell_lines, rank_drugs
from clmt.errors import ClmtError
from clmt.evaluation.loading import load_experiment
from clmt.evaluation.metrics import rmse
from clmt.evaluation.table_files import write_tsv
from clmt.files import atomic_path, write_text
from clmt.graph.fold_data import load_fold
from clmt.models.clmt.model import CLMT
from clmt.pages.render import embed, render
from clmt.report.style import subtitle
from clmt.runs.checkpoint import load_checkpoint
from clmt.tables.schema import check_digest, read_table, split_labels

if TYPE_CHECKING:
    from clmt.evaluation.experiment import Experiment

__all__ = ["CASE_COLUMNS", "write_cases"]

logger = logging.getLogger(__name__)

CASE_COLUMNS = (
    "cell_line_id",
    "cell_line",
    "primary_site",
    "drug_id",
    "targets",
    "target_pathway",
    "predicted",
    "drug_mean",
    "beyond_mean",
    "like_drugs",
    "like_cell_lines",
)
"""Columns of ``results/<experiment>_cases.tsv``; the values are ln IC50 in uM, or what else the dataset measures.

A training response that speaks for or against the prediction is told as ``name (similarity): ln IC50``.
"""

LISTED, SHOWN = 500, 15
"""Pairs without a response in the table, and on the page."""


def write_cases(
    name: str,
    *,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    models: Sequence[str],
    checkpoint: Path,
    graph: Path,
    molecules: Path,
    text: Path | None,
    drugs: Path,
    cell_lines: Path,
    response: Path,
    table: Path,
    page: Path,
    seed: int = 0,
    digests: Sequence[str] = (),
) -> None:
    """Write the table and the page; equal inputs and an equal seed give equal bytes.

    Parameters
    ----------
    name
        Of the experiment.
    metrics, predictions
        Files of each run, matched by folder.
    models
        Models of the experiment.
    checkpoint, graph, molecules, text
        A run of one of them, of architecture ``clmt``, with what it reads; no ``text`` where it reads none.
    drugs, cell_lines
        ``drugs.parquet`` and ``cell_lines.parquet`` of the dataset.
    response
        ``response.parquet`` that the graph was made of: which pairs are measured.
    table, page
        Files to write; either both appear or none.
    seed
        Of the maps.
    digests
        ``settings_digest`` that each of ``metrics`` must have; none: any.

    Raises
    ------
    ClmtError
        Where the checkpoint is of a model that has no embedding, or of none of the experiment, and for responses other
        than the graph's.
    """
    frozen = load_checkpoint(checkpoint)
    model, settings = frozen.model, frozen.settings
    if not isinstance(model, CLMT) or model.network is None:
        raise ClmtError(
            f"{checkpoint}: a model of arch {settings['arch']} has no embedding to show! Give one of arch clmt"
        )
    experiment = load_experiment(name, metrics, predictions, models, digests=digests)
    whose = settings.get("model")
    if whose not in experiment.models:
        raise ClmtError(f"{checkpoint}: no model of {name}! got: {whose!r}, expected: {', '.join(experiment.models)}")
    fold = load_fold(graph, molecules, text, settings.get("text_encoder"))
    fold.graph.check_fold(settings, graph)
    frozen.check_inputs(fold, checkpoint)
    known = {row["drug_id"]: row for row in read_table(drugs, "drugs").to_dict("records")}
    lines = {row["cell_line_id"]: row for row in read_table(cell_lines, "cell_lines").to_dict("records")}
    measured = read_table(response, "response")
    check_digest(measured, "response", fold.graph.digests, response)
    found, total = predict_unmeasured(model, fold, measured, LISTED)
    logger.info("%s: %d pairs without a response", name, total)
    blocks = view_blocks(model.network, fold)
    maps = [
        _map("cell lines, by tissue", {view: cells for view, (cells, _) in blocks.items()}, fold.graph.cell_line_ids,
             {key: row["primary_site"] for key, row in lines.items()}, lines, fold.graph.train_cells.tolist(), seed),
        _map("drugs, by the pathway of their targets", {view: own for view, (_, own) in blocks.items()},
             fold.graph.drug_ids, {key: (split_labels(row["target_pathway"]) or [""])[0] for key, row in known.items()},
             known, fold.graph.train_drugs.tolist(), seed),
    ]  # fmt: skip
    content = render(
        "cases/page.html.j2",
        title=f"{name}, cases",
        experiment=name,
        dataset=experiment.dataset,
        subtitle=subtitle(experiment),
        simulated=experiment.simulated,
        target=experiment.target,
        model=whose,
        faults=experiment.faults[whose],
        fold=settings["fold"],
        reference=(reference := _best_baseline(experiment)),
        ranked_drugs=rank_drugs(experiment, whose, reference),
        ranked_cells=rank_cell_lines(experiment, whose, reference),
        drugs=known,
        cells=lines,
        sides=[side["title"] for side in maps],
        data=embed(maps),
        cases=found[:SHOWN],
        total=total,
        listed=len(found),
    )
    with atomic_path(Path(table)) as temporary:
        write_tsv(temporary, CASE_COLUMNS, [_row(each, known, lines) for each in found])
        write_text(page, content)


def _best_baseline(experiment: Experiment) -> str | None:
    pairs = experiment.pairs
    return min(experiment.baselines, key=lambda m: rmse(pairs.observed, pairs.predicted[m]), default=None)


def _map(
    title: str,
    blocks: Mapping[str, Any],
    ids: Sequence[str],
    labels: Mapping[str, str],
    table: Mapping[str, Mapping[str, str]],
    trained: Sequence[bool],
    seed: int,
) -> dict[str, Any]:
    if missing := [key for key in ids if key not in table]:
        raise ClmtError(f"{missing[0]!r} of the graph is not in the dataset's table! Rerun build_graph")
    names = [table[key]["name"] or key for key in ids]
    return {"title": title, **map_data(blocks, names, [labels[key] for key in ids], [not x for x in trained], seed)}


def _row(case: Unmeasured, drugs: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
    cell, drug = cells[case.cell_line], drugs[case.drug]
    return {
        "cell_line_id": case.cell_line,
        "cell_line": cell["name"],
        "primary_site": cell["primary_site"],
        "drug_id": case.drug,
        "targets": drug["targets"],
        "target_pathway": drug["target_pathway"],
        "predicted": case.predicted,
        "drug_mean": case.mean,
        "beyond_mean": case.beyond,
        "like_drugs": _told(case.drugs, drugs),
        "like_cell_lines": _told(case.cell_lines, cells),
    }


def _told(evidence: Sequence[Evidence], table: Mapping[str, Any]) -> str:
    return "; ".join(f"{table[e.name]['name'] or e.name} ({e.similarity:.2f}): {e.ln_ic50:.2f}" for e in evidence)
