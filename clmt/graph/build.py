"""The heterogeneous graph of one fold: scaled omics, similarity and response edges, auxiliary labels, pairs.

Everything that is fitted (gene choice, scaling, neighbours, thresholds, vocabularies of tissues and pathways) is fitted
on the fold's training pairs. Test responses are not in the result, so nothing downstream of it can look at them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError, expected_one_of
from clmt.folds.make import read_folds
from clmt.graph.fold_key import OWNER
from clmt.graph.labels import pathway_labels, tissue_labels
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import choose_genes, scale_expression
from clmt.graph.thresholds import sensitivity_thresholds
from clmt.tables.schema import KINDS, read_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GraphSettings", "build_graph", "write_graph"]


@dataclass(frozen=True)
class GraphSettings:
    """Settings of the graph.

    Attributes
    ----------
    genes
        Expression genes kept, of highest variance.
    neighbours
        Similarity edges that point to each cell line and each drug.
    threshold_draws
        Blurred copies of each response for the sensitivity thresholds.
    threshold_spread
        See `clmt.graph.thresholds`.
    seed
        Of the thresholds' draws; already derived from the base seed, the data set, the split and the fold.
    dataset, split, fold
        Whose graph it is, the fold's number from 0; a run of another one refuses it.
    """

    genes: int = 8000
    neighbours: int = 20
    threshold_draws: int = 100
    threshold_spread: str = "position"
    seed: int = 0
    dataset: str = ""
    split: str = ""
    fold: int = 0

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> GraphSettings:
        """Build from a configuration block; an unknown key raises `ClmtError`, and so does a missing owner."""
        known = [field.name for field in fields(cls)]
        for key in values:
            if key not in known:
                raise expected_one_of("unknown setting of the graph", key, known, "Mend features: in the config")
        for key in OWNER:
            if key not in values:
                raise expected_one_of(f"settings of the graph: {key} is missing", sorted(values), known)
        return cls(**values)


def build_graph(
    tables: dict[str, pd.DataFrame], molecules: dict[str, Any], folds: pd.DataFrame, settings: GraphSettings
) -> dict[str, Any]:
    """Build the graph of one fold.

    Parameters
    ----------
    tables
        The six tables of the data set by kind, see `clmt.tables.schema`.
    molecules
        Contents of ``molecules.pt``; ``drug_ids`` and ``morgan2`` are used.
    folds
        One fold: columns ``cell_line_id``, ``drug_id``, ``role``, every response once.
    settings
        See `GraphSettings`.

    Returns
    -------
    Arrays, lists of strings and dicts of arrays. C cell lines and D drugs are those of the tables, in their order.

    - ``dataset``, ``split``, ``fold``: whose graph it is;
    - ``cell_line_ids``, ``drug_ids``, ``genes`` (G), ``mutation_genes`` (M), ``copy_number_genes`` (K), ``tissues``,
      ``pathways`` (P): lists of strings;
    - ``expression`` float32 (C, G), ``expression_min`` and ``expression_max`` float32 (G,), ``mutation`` uint8 (C, M),
      ``copy_number`` uint8 (C, K);
    - ``train_cells`` bool (C,), ``train_drugs`` bool (D,): those with a training pair;
    - ``edges``: int64 (2, E) [source; target] by kind: ``cell_similar``, ``drug_similar``, ``response``;
      ``cell_similarity``, ``drug_similarity`` float32 (E,);
    - auxiliary labels: ``tissue`` int64 (C,), -1 where unknown or not a training cell line; ``threshold`` float32 (D,),
      NaN without training response; ``pathway`` float32 (D, P) of 0 and 1, a drug may have several;
    - ``cell_tissue`` int64 (C,): annotated tissue of every cell line, -1 where unknown or not among ``tissues``;
    - ``<role>_pairs`` int64 (n, 2) [cell line row, drug row] of train, validation and test in the order of ``folds``;
      ``<role>_ln_ic50`` float32 (n,) and ``<role>_censored`` bool (n,) of train and validation only.
    """
    cell_ids, drug_ids = (tables[kind].iloc[:, 0].astype(str).tolist() for kind in ("cell_lines", "drugs"))
    _check_rows(tables, molecules, cell_ids, drug_ids)
    known = _known_pairs(folds, tables["response"], cell_ids, drug_ids)
    train = known["train_pairs"]
    if len(train) == 0:
        raise ClmtError("folds: no training pair! got: 0, expected: at least 1. Rebuild the folds")
    train_cells, train_drugs = np.zeros(len(cell_ids), dtype=bool), np.zeros(len(drug_ids), dtype=bool)
    train_cells[train[:, 0]], train_drugs[train[:, 1]] = True, True
    graph: dict[str, Any] = {key: getattr(settings, key) for key in OWNER}
    graph |= {"cell_line_ids": cell_ids, "drug_ids": drug_ids, "train_cells": train_cells, "train_drugs": train_drugs}
    graph |= _omics(tables, train_cells, settings.genes)
    cell_edges, cell_similarity = pearson_neighbours(graph["expression"], train_cells, settings.neighbours)
    fingerprints = np.asarray(molecules["morgan2"])
    drug_edges, drug_similarity = dice_neighbours(fingerprints, train_drugs, settings.neighbours)
    graph["edges"] = {"cell_similar": cell_edges, "drug_similar": drug_edges, "response": train.T.copy()}
    graph |= {"cell_similarity": cell_similarity, "drug_similarity": drug_similarity}
    graph["cell_tissue"], graph["tissues"] = tissue_labels(tables["cell_lines"], train_cells)
    graph["tissue"] = np.where(train_cells, graph["cell_tissue"], -1)
    graph["pathway"], graph["pathways"] = pathway_labels(tables["drugs"], train_drugs)
    graph["threshold"] = sensitivity_thresholds(
        known["train_ln_ic50"],
        train[:, 1],
        drug_ids,
        draws=settings.threshold_draws,
        seed=settings.seed,
        spread=settings.threshold_spread,
    )
    return graph | known


def write_graph(tables: dict[str, Path], molecules: Path, folds: Path, out: Path, *, settings: dict[str, Any]) -> None:
    """Build the graph of one fold from files and write ``graph.pt``; see `GraphSettings` for ``settings``.

    The same input gives the same bytes. ``tables`` maps each kind of `clmt.tables.schema.KINDS` to its file.
    """
    from clmt.tensors import as_tensors, load_tensors, save_tensors

    frames = {kind: read_table(tables[kind], kind) for kind in KINDS}
    chosen = GraphSettings.from_dict(settings)
    loaded = load_tensors(molecules)
    save_tensors(out, as_tensors(build_graph(frames, loaded, read_folds(folds, chosen.fold), chosen)))


def _check_rows(
    tables: dict[str, pd.DataFrame], molecules: dict[str, Any], cell_ids: list[str], drug_ids: list[str]
) -> None:
    for kind in ("expression", "mutation", "copy_number"):
        if tables[kind].iloc[:, 0].astype(str).tolist() != cell_ids:
            raise ClmtError(f"{kind} table: its cell lines differ from the cell_lines table! Rebuild the tables")
    if list(molecules["drug_ids"]) != drug_ids:
        raise ClmtError("molecules.pt: its drugs differ from the drugs table! Rebuild the molecules")


def _known_pairs(
    folds: pd.DataFrame, response: pd.DataFrame, cell_ids: list[str], drug_ids: list[str]
) -> dict[str, np.ndarray]:
    """Look up rows of the pairs by role, and responses of those that may be known."""
    cells = {cell: row for row, cell in enumerate(cell_ids)}
    drugs = {drug: row for row, drug in enumerate(drug_ids)}
    keys = list(zip(response["cell_line_id"].tolist(), response["drug_id"].tolist(), strict=True))
    wanted = list(zip(folds["cell_line_id"].tolist(), folds["drug_id"].tolist(), strict=True))
    rows = {key: row for row, key in enumerate(keys)}
    if len(wanted) != len(keys) or rows.keys() != set(wanted):
        odd = sorted(rows.keys() ^ set(wanted))
        raise ClmtError(f"folds and response table: their pairs differ! got: {(odd or wanted)[0]}. Rebuild the folds")
    for what, table, found in (("cell line", cells, keys), ("drug", drugs, [key[::-1] for key in keys])):
        for key in found:
            if key[0] not in table:
                raise ClmtError(f"response table: {what} {key[0]!r} is not in its table! Rebuild the tables")
    pairs = np.array([(cells[cell], drugs[drug]) for cell, drug in wanted], dtype=np.int64).reshape(-1, 2)
    place = np.array([rows[key] for key in wanted], dtype=np.int64)
    ln_ic50 = response["ln_ic50"].to_numpy(dtype=np.float32)
    censored = response["censored"].to_numpy(dtype=bool)
    role = folds["role"].to_numpy()
    known = {f"{name}_pairs": pairs[role == name] for name in ("train", "validation", "test")}
    for name in ("train", "validation"):
        known[f"{name}_ln_ic50"] = ln_ic50[place[role == name]]
        known[f"{name}_censored"] = censored[place[role == name]]
    return known


def _omics(tables: dict[str, pd.DataFrame], train_cells: np.ndarray, genes: int) -> dict[str, Any]:
    raw = tables["expression"].iloc[:, 1:]
    values = raw.to_numpy(dtype=np.float32)
    columns = choose_genes(values, train_cells, genes)
    scaled = scale_expression(values[:, columns], train_cells)
    found: dict[str, Any] = {
        "genes": [str(raw.columns[column]) for column in columns],
        "expression": scaled.values,
        "expression_min": scaled.minimum,
        "expression_max": scaled.maximum,
    }
    for kind in ("mutation", "copy_number"):
        frame = tables[kind].iloc[:, 1:]
        found[f"{kind}_genes"] = [str(column) for column in frame.columns]
        found[kind] = frame.to_numpy(dtype=np.uint8)
    return found
