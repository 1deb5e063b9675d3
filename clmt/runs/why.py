"""From a number of a table back to the bytes it comes from: every file on the way, and whether it fits the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from clmt.acquire.registry import Registry
from clmt.acquire.whose import whose_bytes
from clmt.errors import ClmtError
from clmt.evaluation.card import read_card
from clmt.evaluation.metrics import rmse
from clmt.evaluation.table_files import read_table
from clmt.features.molecule_file import read_molecules
from clmt.files import read_json
from clmt.graph.fold_graph import FoldGraph
from clmt.planning.runs import settings_digest, settings_json
from clmt.reading.parquet import check_types, read_parquet
from clmt.runs.checkpoint import load_checkpoint
from clmt.tables.schema import KINDS, table_digest
from clmt.tables.schema import read_table as read_dataset_table
from clmt.tensors import content_digest

__all__ = ["Link", "table_of", "trace"]

_COMPARED = ("settings_digest", "n_train", "n_test", "clmt_version")


class Link(NamedTuple):
    """One file on the way: its digest (SHA-256), what it says, and what does not fit, "" where all does."""

    path: Path
    sha256: str
    says: str
    problem: str = ""


def trace(table: Path, row: int, registry: Registry, downloads: Path) -> list[Link]:
    """Follow a run of ``results/<experiment>.tsv`` to the sources.

    Parameters
    ----------
    table
        The table; the runs' files are looked for beside it.
    row
        Run, counted from 1 below the header.
    registry
        Addresses and checksums of the sources.
    downloads
        Folder of the raw downloads.

    Raises
    ------
    ClmtError
        Where there is no such row, or a file on the way is missing or damaged.
    """
    rows = read_table(table)
    if "fold" not in (rows or [{}])[0]:
        raise ClmtError(f"{table}: no table of runs! got: a summary, expected: results/<experiment>.tsv")
    if not 1 <= row <= len(rows):
        raise ClmtError(f"{table}: no such row! got: --row {row}, expected: 1 to {len(rows)}")
    return list(_links(Path(table), rows[row - 1], registry, Path(downloads)))


def _links(table: Path, run: dict[str, str], registry: Registry, downloads: Path) -> Iterator[Link]:
    dataset = table.parent / run["dataset"]
    split = dataset / run["split"]
    folder = split / run["model"] / f"fold{run['fold']}"
    yield _link(table, f"{run['model']} on fold {run['fold']} of {run['split']}: RMSE {run['rmse']}")
    card = read_card(folder / "metrics.json")
    differing = [key for key in _COMPARED if str(card[key]) != run[key]]
    differing += ["rmse"] if f"{card['rmse']:.6g}" != run["rmse"] else []
    yield _link(
        folder / "metrics.json",
        f"{card['arch']} of clmt {card['clmt_version']} on {card['device']}, {card['seconds']:.1f} s, "
        f"settings {card['settings_digest']}",
        f"its {differing[0]} is not that of the table" if differing else "",
    )
    yield _predictions(folder / "predictions.parquet", card)
    yield from _checkpoint(folder / "model.pt", card, split)
    variant = f"_{card['graph']}" if card.get("graph") else ""
    yield from _inputs(split / f"fold{run['fold']}" / f"graph{variant}.pt", dataset)
    yield _link(split / "folds.parquet", "the role of every pair in every fold")
    yield from _sources(dataset / "tables" / "audit.json", registry, downloads)


def _link(path: Path, says: str, problem: str = "") -> Link:
    if not path.is_file():
        raise ClmtError(f"{path}: no such file on the way of this number! Rerun the workflow for its table")
    with path.open("rb") as handle:
        return Link(path, hashlib.file_digest(handle, "sha256").hexdigest(), says, problem)


def _predictions(path: Path, card: dict[str, Any]) -> Link:
    _link(path, "")
    numbers = ("observed", "predicted")
    found = read_parquet(path, "the predictions do", "Rerun evaluate", numbers)
    check_types(found, dict.fromkeys(numbers, pa.float64()), path, "Rerun evaluate")
    again = rmse(found["observed"].to_numpy(), found["predicted"].to_numpy())
    problem = "" if np.isclose(again, card["rmse"], rtol=0, atol=1e-9) else f"their RMSE is {again:.6g}"
    return _link(path, f"{len(found):,} test pairs, RMSE {again:.6g} computed from them", problem)


def _checkpoint(path: Path, card: dict[str, Any], split: Path) -> Iterator[Link]:
    _link(path, "")
    settings = load_checkpoint(path).settings
    digest = settings_digest(settings)
    problem = "" if digest == card["settings_digest"] else f"its settings are {digest}"
    yield _link(path, f"seed {settings.get('seed')}, {settings_json(settings['settings'])}", problem)
    for member in settings["settings"].get("members", ()):
        yield _link(split / member / path.parent.name / "model.pt", "a member of the mean")
    if settings.get("text_encoder"):
        vectors = split.parent / "features" / f"text_{settings['text_encoder']}.parquet"
        yield _link(vectors, "text vectors that it reads")
        for kind in ("cell_lines", "drugs"):
            yield _link(split.parent / "text" / f"{kind}.parquet", "the sentences, each with source and licence")


def _inputs(path: Path, dataset: Path) -> Iterator[Link]:
    _link(path, "")
    graph = FoldGraph.load(path)
    yield _link(path, f"{len(graph.train_pairs):,} training and {len(graph.validation_pairs):,} validation pairs")
    molecules = dataset / "features" / "molecules.pt"
    _link(molecules, "")
    problem = _other(content_digest(read_molecules(molecules)), graph, "molecules")
    yield _link(molecules, f"molecules of {graph.n_drugs} drugs", problem)
    for kind in KINDS:
        table = dataset / "tables" / f"{kind}.parquet"
        _link(table, "")
        found = read_dataset_table(table, kind)
        size = f"{len(found):,} responses, {graph.n_cells} cell lines x {graph.n_drugs} drugs"
        says = size if kind == "response" else f"the {kind} table"
        yield _link(table, says, _other(table_digest(found), graph, f"{kind} table", kind))


def _kept(audit: Mapping[str, Any], path: Path) -> str:
    """What the tables' audit says was kept; that of two studies names them, whose tables have audits of their own."""
    if {"train", "test"} <= audit.keys():
        return f"the tables of {audit['train']} and {audit['test']} joined"
    try:
        return f"what was dropped and why, down to {audit['joins'][-1]['pairs']:,} pairs"
    except (KeyError, IndexError, TypeError, ValueError):
        raise ClmtError(f"{path}: says not how many pairs were kept! expected: joins. Rerun build_tables") from None


def _other(digest: str, graph: FoldGraph, what: str, name: str = "") -> str:
    return "" if digest == graph.digests.get(name or what) else f"not the {what} that the graph was made of"


def _sources(path: Path, registry: Registry, downloads: Path) -> Iterator[Link]:
    audit = read_json(path, "Rerun build_tables")
    if not isinstance(audit, dict):
        raise ClmtError(f"{path}: no audit of tables! got: {type(audit).__name__}, expected: a JSON object. Rerun")
    yield _link(path, _kept(audit, path))
    if "archive" not in audit:
        return
    for source in registry.sources.values():
        if Path(source.address).name == audit["archive"]:
            found = downloads / source.address
            _link(found, "")
            yield _link(found, f"{whose_bytes(found, source)}: {source.url}; {source.licence}")


def table_of(links: Sequence[Link]) -> str:
    """The way as lines of text."""
    return "".join(
        f"{link.path}\n    sha256 {link.sha256[:16]}  {link.says}\n"
        + (f"    DOES NOT FIT: {link.problem}\n" if link.problem else "")
        for link in links
    )
