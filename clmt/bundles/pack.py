"""Pack the frozen checkpoints of a model's seeds, and all that a prediction needs beside them, into one bundle."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from clmt import __version__
from clmt.acquire.folder import file_sha256
from clmt.acquire.registry import load_registry
from clmt.bundles.calibrate import calibrations
from clmt.bundles.file import Bundle, Expression, Known, write_bundle
from clmt.bundles.frozen import freeze
from clmt.bundles.texts import text_reader
from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData, load_fold
from clmt.runs.checkpoint import load_checkpoint
from clmt.tables.schema import check_digest, read_table, target_of
from clmt.text.corpus import KINDS, read_corpus
from clmt.vectors.files import read_vectors

if TYPE_CHECKING:
    from clmt.planning.settings.bundles import BundleSettings

__all__ = ["expression_reference", "pack_bundle"]

logger = logging.getLogger(__name__)


def pack_bundle(
    settings: BundleSettings,
    *,
    models: Sequence[Path],
    graph: Path,
    molecules: Path,
    text: Path | None,
    tables: Path,
    corpus: Path,
    folder: Path | None,
    registry: Path,
    calibration: Iterable[tuple[str, Path]],
    out: Path,
) -> None:
    """Write ``<model>.clmt``.

    Parameters
    ----------
    settings
        See `clmt.planning.settings.bundles.BundleSettings`.
    models
        ``model.pt`` of each seed, of one fold.
    graph, molecules, text
        What they were trained on.
    tables, corpus
        Folders of the dataset's tables and texts. Of the responses it is read what they are, none of them.
    folder
        Of a transformer that reads the texts.
    registry
        Knows the terms of the data.
    calibration
        Kind of pairs and ``predictions.parquet``; see `clmt.bundles.calibrate`.
    out
        File to write.
    """
    encoder = settings.encoder.get("encoder")
    fold = load_fold(graph, molecules, text, encoder)
    members, runs = _members(models, fold, graph, settings)
    vectors = read_vectors(text, encoder)[0] if text else {}
    reader = text_reader(settings.encoder if text else {}, corpus, tables, folder, vectors)
    found = calibrations(calibration, settings.dataset, settings.models)
    frozen = freeze(fold)
    files = {"graph": graph, "molecules": molecules, **({"text": text} if text else {})}
    manifest: dict[str, Any] = {
        "clmt_version": __version__,
        "torch_version": torch.__version__.partition("+")[0],
        "dataset": settings.dataset,
        "split": fold.graph.split,
        "model": settings.model,
        "models": list(settings.models),
        "simulated": settings.simulated,
        "target": target_of(tables / "response.parquet"),
        "seeds": [run["seed"] for run in runs],
        "pairs": len(fold.graph.train_pairs),
        "neighbours": settings.neighbours,
        "molecules": settings.molecules.plain(),
        "inputs": {name: file_sha256(path) for name, path in files.items()},
        "checkpoints": {run["model"]: file_sha256(path) for run, path in zip(runs, models, strict=True)},
        "terms": _terms(settings, registry, corpus if text else None),
    }
    expression = expression_reference(tables / "expression.parquet", fold)
    write_bundle(out, Bundle(manifest, members, frozen, expression, _known(tables, fold, frozen), reader, found))
    for kind, each in found.items():
        how = "normalised by the spread over seeds" if each.normalised else "of one width"
        logger.info("%s: %d pairs of %d groups of %s, %s", kind, len(each.scores), each.groups, each.source, how)
    logger.info("%s: %d seeds, %d cell lines, %d drugs", out, len(members), frozen.graph.n_cells, frozen.graph.n_drugs)


def _members(
    models: Sequence[Path], fold: FoldData, graph: Path, settings: BundleSettings
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    members, runs = [], []
    for path in models:
        frozen = load_checkpoint(path)
        run = frozen.settings
        fold.graph.check_fold(run, graph)
        frozen.check_inputs(fold, path)
        if run["arch"] != "clmt":
            raise ClmtError(f"{path}: no checkpoint of CLMT! got: arch {run['arch']!r}, expected: 'clmt'. Name another")
        members.append({"arch": run["arch"], "settings": run["settings"], "state": frozen.model.state()})
        runs.append(run)
    named = [run.get("model") for run in runs]
    if named != list(settings.models):
        raise ClmtError(f"{graph}: not the checkpoints of the bundle! got: {named}, expected: {list(settings.models)}")
    return members, runs


def expression_reference(path: Path, fold: FoldData) -> Expression:
    """What the expression of the training cell lines is like, gene by gene, from the dataset's table."""
    table = read_table(path, "expression")
    check_digest(table, "expression", fold.graph.digests, path)
    graph, columns = fold.graph, {str(name): place for place, name in enumerate(table.columns)}
    if table.iloc[:, 0].astype(str).tolist() != graph.cell_line_ids:
        raise ClmtError(f"{path}: not the cell lines of the graph! Rerun build_graph")
    absent = [gene for gene in graph.genes if gene not in columns]
    if absent:
        raise ClmtError(f"{path}: not the genes of the graph! got: no column {absent[0]!r}. Rerun build_graph")
    train = graph.train_cells.numpy()
    values = table.iloc[train, [columns[gene] for gene in graph.genes]].to_numpy(dtype=np.float32)
    mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    distance = np.median(np.abs(values - mean), axis=1)
    return Expression(values.min(axis=0), values.max(axis=0), mean, values.std(axis=0), distance)


def _known(tables: Path, fold: FoldData, frozen: FoldData) -> Known:
    frames = {}
    for kind, ids in (("cell_lines", frozen.graph.cell_line_ids), ("drugs", frozen.graph.drug_ids)):
        path = tables / f"{kind}.parquet"
        table = read_table(path, kind)
        check_digest(table, kind, fold.graph.digests, path)
        frames[kind] = table.set_index(table.columns[0]).loc[ids]
    cells, drugs = frames["cell_lines"], frames["drugs"]
    return Known(
        *(cells[name].astype(str).tolist() for name in ("name", "synonyms")),
        *(drugs[name].astype(str).tolist() for name in ("name", "smiles", "inchikey")),
    )


def _terms(settings: BundleSettings, registry: Path, corpus: Path | None) -> list[dict[str, str]]:
    """Terms of the data that are inside: of the dataset's own files, and of the texts whose vectors are."""
    if settings.simulated:
        return [{"source": settings.dataset, "licence": "simulated by this project"}]
    sources = load_registry(registry)
    terms = {name: sources.source(name).licence for name in settings.sources}
    terms = terms or {settings.dataset: "the user's own tables"}
    for path in [corpus / name for name in KINDS.values()] if corpus else []:
        terms |= {row.source: row.licence for row in read_corpus(path) if row.source != "tables"}
    return [{"source": name, "licence": licence} for name, licence in terms.items()]
