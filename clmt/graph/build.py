"""The heterogeneous graph of one fold: scaled omics, similarity and response edges, auxiliary labels, pairs.

Everything that is fitted (gene choice, scaling, neighbours, thresholds, vocabularies of tissues and pathways) is fitted
on the fold's training pairs. Test responses are not in the result, so nothing downstream of it can look at them. A
variant that repeats faults of the published implementation says so in its field ``faults``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from clmt.errors import ClmtError
from clmt.features.molecule_file import check_drugs, read_molecules
from clmt.folds.make import read_folds
from clmt.graph.fold_graph import FOLD_KEY, FoldGraph
from clmt.graph.labels import annotation_texts, pathway_labels, tissue_labels
from clmt.graph.neighbours import dice_neighbours, pearson_neighbours
from clmt.graph.omics import choose_genes, scale_expression
from clmt.graph.thresholds import sensitivity_thresholds
from clmt.planning.settings.features import GraphSettings
from clmt.tables.schema import KINDS, read_table, table_digest
from clmt.tensors import content_digest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_graph", "write_graph"]


def build_graph(
    tables: dict[str, pd.DataFrame], molecules: dict[str, Any], folds: pd.DataFrame, settings: GraphSettings
) -> FoldGraph:
    """Build the graph of one fold.

    Parameters
    ----------
    tables
        The six tables of the dataset by kind, see `clmt.tables.schema`.
    molecules
        Contents of ``molecules.pt``; ``drug_ids``, ``smiles`` and ``morgan2`` are used.
    folds
        One fold: columns ``cell_line_id``, ``drug_id``, ``role``, every response once.
    settings
        See `clmt.planning.settings.features.GraphSettings`.
    """
    cell_ids, drug_ids = (tables[kind].iloc[:, 0].astype(str).tolist() for kind in ("cell_lines", "drugs"))
    _check_rows(tables, molecules, cell_ids)
    faults = settings.faults or ()
    measured = _measured_pairs(folds, tables["response"], cell_ids, drug_ids)
    known = _known_pairs(measured, "test" if "test_validates" in faults else "validation")
    train = known["train_pairs"]
    if len(train) == 0:
        raise ClmtError("folds: no training pair! got: 0, expected: at least 1. Rebuild the folds")
    train_cells, train_drugs = np.zeros(len(cell_ids), dtype=bool), np.zeros(len(drug_ids), dtype=bool)
    train_cells[train[:, 0]], train_drugs[train[:, 1]] = True, True
    edges = measured.pairs if "test_edges" in faults else train
    arrays = {"train_cells": train_cells, "train_drugs": train_drugs, "response_edges": edges.T, **known}
    fitted = measured if "fitted_on_all" in faults else measured.of("train")
    genes, arrays["expression"] = _expression(
        tables["expression"], np.isin(np.arange(len(cell_ids)), fitted.pairs[:, 0]), settings.genes
    )
    arrays |= {kind: tables[kind].iloc[:, 1:].to_numpy(dtype=np.uint8) for kind in ("mutation", "copy_number")}
    skip = int("nearest_dropped" in faults)
    arrays["cell_similar_edges"], arrays["cell_similarity"] = pearson_neighbours(
        arrays["expression"], train_cells, settings.neighbours, skip=skip
    )
    arrays["drug_similar_edges"], arrays["drug_similarity"] = dice_neighbours(
        np.asarray(molecules["morgan2"]), train_drugs, settings.neighbours, skip=skip
    )
    arrays["cell_tissue"], tissues = tissue_labels(tables["cell_lines"], train_cells)
    arrays["tissue"] = np.where(train_cells, arrays["cell_tissue"], -1)
    arrays["pathway"], pathways = pathway_labels(tables["drugs"], train_drugs, 1 if "first_pathway" in faults else None)
    arrays["threshold"] = sensitivity_thresholds(
        fitted.ln_ic50,
        fitted.pairs[:, 1],
        drug_ids,
        draws=settings.threshold_draws,
        seed=settings.seed,
        spread=settings.threshold_spread,
    )
    parts: dict[str, Any] = {key: getattr(settings, key) for key in FOLD_KEY}
    parts |= {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
    return FoldGraph(
        **parts,
        cell_line_ids=cell_ids,
        drug_ids=drug_ids,
        genes=genes,
        mutation_genes=_columns(tables["mutation"]),
        copy_number_genes=_columns(tables["copy_number"]),
        tissues=tissues,
        pathways=pathways,
        digests={kind: table_digest(tables[kind]) for kind in KINDS} | {"molecules": content_digest(molecules)},
        cell_histology=annotation_texts(tables["cell_lines"]["histology"]),
        drug_targets=annotation_texts(tables["drugs"]["targets"]),
        drug_pathways=annotation_texts(tables["drugs"]["target_pathway"]),
        variant=settings.variant or "",
        faults=list(faults),
    )


def write_graph(tables: dict[str, Path], molecules: Path, folds: Path, out: Path, *, settings: dict[str, Any]) -> None:
    """Build the graph of one fold from files and write ``graph.pt``; see `GraphSettings` for ``settings``.

    The same input gives the same bytes. ``tables`` maps each kind of `clmt.tables.schema.KINDS` to its file.
    """
    chosen = GraphSettings.read(settings)
    frames = {kind: read_table(tables[kind], kind) for kind in KINDS}
    loaded = read_molecules(molecules)
    owner = {"dataset": chosen.dataset, "split": chosen.split}
    owner |= {kind: table_digest(frames[kind]) for kind in ("cell_lines", "drugs")}
    build_graph(frames, loaded, read_folds(folds, chosen.fold, owner), chosen).save(out)


def _check_rows(tables: dict[str, pd.DataFrame], molecules: dict[str, Any], cell_ids: list[str]) -> None:
    for kind in ("expression", "mutation", "copy_number"):
        if tables[kind].iloc[:, 0].astype(str).tolist() != cell_ids:
            raise ClmtError(f"{kind} table: its cell lines differ from the cell_lines table! Rebuild the tables")
    check_drugs(molecules, tables["drugs"], "molecules.pt")


class _Measured(NamedTuple):
    """Pairs int64 (n, 2) of rows, their ln IC50 float32 (n,), uM, and their roles (n,)."""

    pairs: np.ndarray
    ln_ic50: np.ndarray
    role: np.ndarray

    def of(self, role: str) -> _Measured:
        """Those of a role."""
        return _Measured(*(part[self.role == role] for part in self))


def _known_pairs(measured: _Measured, validation: str) -> dict[str, np.ndarray]:
    """Pairs by role, and responses of those that may be known; ``validation`` is the role that chooses the epoch."""
    roles = {"train": "train", "validation": validation, "test": "test"}
    known = {f"{name}_pairs": measured.of(role).pairs for name, role in roles.items()}
    return known | {f"{name}_ln_ic50": measured.of(roles[name]).ln_ic50 for name in ("train", "validation")}


def _measured_pairs(folds: pd.DataFrame, response: pd.DataFrame, cell_ids: list[str], drug_ids: list[str]) -> _Measured:
    """Look up rows and responses of the pairs of a fold."""
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
    return _Measured(pairs, response["ln_ic50"].to_numpy(dtype=np.float32)[place], folds["role"].to_numpy())


def _expression(table: pd.DataFrame, train_cells: np.ndarray, genes: int) -> tuple[list[str], np.ndarray]:
    """Choose and scale the genes; their names (G) and float32 (C, G)."""
    values = table.iloc[:, 1:].to_numpy(dtype=np.float32)
    columns = choose_genes(values, train_cells, genes)
    names = _columns(table)
    return [names[column] for column in columns], scale_expression(values[:, columns], train_cells)


def _columns(table: pd.DataFrame) -> list[str]:
    """Names of the columns behind the ids."""
    return [str(column) for column in table.columns[1:]]
