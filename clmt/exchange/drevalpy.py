"""A dataset and its folds in the folders of drevalpy 1.6, and the predictions of its models back.

drevalpy (https://github.com/daisybio/drevalpy) compares published models of drug response. It takes folds that lie
where its own would: in ``<results>/<run>/<dataset>/<mode>/splits``, a csv for each fold and role. Nothing of it is
imported here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError, choose
from clmt.exchange.names import other_names
from clmt.features.molecule_file import check_drugs, read_molecules
from clmt.files import replace_folder, replaceable_folder, write_json
from clmt.folds.groups import blind_axes, choose_groups, tissues
from clmt.folds.make import folds_owner, read_folds
from clmt.graph.omics import choose_genes
from clmt.planning.protocols import PROTOCOLS
from clmt.scratch import scratch_folder
from clmt.tables.schema import KINDS, read_table, table_digest, target_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MANIFEST", "MODES", "RUN", "SPLITS", "export_drevalpy", "fold_order"]

logger = logging.getLogger(__name__)

MANIFEST = "clmt.json"
RUN = "clmt"
"""Its ``--run_id``."""
SPLITS = "splits"
MODES = {
    "mixed": "LPO",
    "cell_blind": "LCO",
    "drug_blind": "LDO",
    "scaffold_blind": "LDO",
    "tissue_blind": "LTO",
    "double_blind": "LDO",
}
"""Its test mode for each protocol: leave out pairs, cell lines, drugs or tissues."""
_ROLES = ("train", "validation", "test")
_BITS = 128
_GENE_LISTS = ("landmark_genes", "landmark_genes_reduced")
_EARLY_SHARE = 0.25


def fold_order(count: int) -> list[int]:
    """Fold of ours at each place of drevalpy, which sorts the files of the folds by name: 0, 10, 1, 2, ..."""
    return sorted(range(count), key=lambda fold: f"cv_split_{fold}_test.csv")


def export_drevalpy(tables: Path, molecules: Path, folds: Path, out: Path, *, genes: int = 1000) -> None:
    """Write ``data``, ``results`` (the splits) and ``clmt.json`` (names and commands) below ``out``.

    Parameters
    ----------
    tables
        Folder of the six tables.
    molecules, folds
        ``molecules.pt`` and ``folds.parquet`` of the same dataset.
    out
        Folder to write; one of an earlier export is replaced, any other that is not empty refused.
    genes
        Genes of highest variance of expression, over all cell lines; no response takes part.

    Raises
    ------
    ClmtError
        Where an input is missing, damaged or of another dataset.
    """
    frames = {kind: read_table(Path(tables) / f"{kind}.parquet", kind) for kind in KINDS}
    chemistry = read_molecules(molecules)
    check_drugs(chemistry, frames["drugs"], molecules)
    owner, count = folds_owner(folds)
    mode = choose(f"{folds}: protocol", owner["protocol"], MODES)
    response, measure = _response(frames), target_of(Path(tables) / "response.parquet").upper()
    names = {
        "cell_lines": other_names(frames["cell_lines"]["cell_line_id"].tolist(), "cell"),
        "drugs": other_names(frames["drugs"]["drug_id"].tolist(), "drug"),
    }
    files = _data_files(frames, chemistry, response.rename(columns={"response": measure}), names, genes)
    content: dict[str, pd.DataFrame] = {f"data/{_folder(name, owner['dataset'])}": part for name, part in files.items()}
    splits = f"results/{RUN}/{owner['dataset']}/{mode}/{SPLITS}"
    entities = {kind: table_digest(frames[kind]) for kind in ("cell_lines", "drugs")}
    for fold in range(count):
        found = read_folds(folds, fold, entities)
        for role, part in _split(found, response, frames, owner, fold).items():
            content[f"{splits}/cv_split_{fold}_{role}.csv"] = _named(part, names)
    facts = {**owner, "test_mode": mode, "folds": count, "genes": len(files["gene_expression.csv"].columns) - 1}
    back = {kind: {theirs: ours for ours, theirs in found.items()} for kind, found in names.items()}
    manifests = {
        MANIFEST: {
            **facts,
            **back,
            "fold_of_split": fold_order(count),
            "command": _command(owner["dataset"], mode, count, measure),
        },
        f"{splits}/split_manifest.json": _split_manifest(mode, count, owner),
    }
    _write(Path(out), content, manifests)
    logger.info("%s: %d responses in %d folds for drevalpy, %s", out, len(response), count, mode)


def _folder(name: str, dataset: str) -> str:
    return name if name.startswith("meta/") else f"{dataset}/{name.replace('RESPONSE', dataset)}"


def _response(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Responses with the tissue of each cell line."""
    sites = tissues(frames["cell_lines"])
    found = frames["response"][["cell_line_id", "drug_id", "ln_ic50"]].rename(columns={"ln_ic50": "response"})
    return found.assign(tissue=[sites[cell] for cell in found["cell_line_id"]])


def _named(frame: pd.DataFrame, names: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Columns as drevalpy calls them: ``cell_line_name``, ``pubchem_id`` (any text), and the others as they are."""
    renamed = frame.rename(columns={"cell_line_id": "cell_line_name", "drug_id": "pubchem_id"})
    for column, kind in (("cell_line_name", "cell_lines"), ("pubchem_id", "drugs")):
        if column in renamed:
            renamed[column] = [names[kind][own] for own in renamed[column]]
    return renamed


def _data_files(
    frames: Mapping[str, pd.DataFrame],
    chemistry: Mapping[str, Any],
    response: pd.DataFrame,
    names: Mapping[str, Mapping[str, str]],
    genes: int,
) -> dict[str, pd.DataFrame]:
    """Files of ``data/<dataset>`` and ``data/meta`` by name."""
    import pandas as pd

    sites = tissues(frames["cell_lines"])
    values = frames["expression"].iloc[:, 1:].to_numpy(dtype=np.float32)
    chosen = [0, *(1 + choose_genes(values, np.ones(len(values), dtype=bool), genes))]
    expression = frames["expression"].iloc[:, chosen]
    # Of rows that are equal but for their names, drevalpy keeps the first; ids of ours make them differ.
    cells = frames["cell_lines"][["cell_line_id"]].assign(
        tissue=[sites[cell] for cell in frames["cell_lines"]["cell_line_id"]],
        clmt_id=frames["cell_lines"]["cell_line_id"],
    )
    bits = np.asarray(chemistry["morgan2"])
    if bits.shape[1] % _BITS:
        raise ClmtError(
            f"molecules: fingerprints cannot be folded! got: {bits.shape[1]} bits, expected: a multiple of {_BITS}"
        )
    # A bit of a shorter Morgan fingerprint is set where any of those is that are equal to it modulo its length.
    folded = bits.reshape(len(bits), -1, _BITS).max(axis=1)
    drugs = [names["drugs"][drug] for drug in chemistry["drug_ids"]]
    symbols = pd.DataFrame({"Symbol": [str(name) for name in expression.columns[1:]]})
    return {
        "RESPONSE.csv": _named(response, names),
        "cell_line_names.csv": _named(cells, names),
        "drug_names.csv": _named(frames["drugs"][["drug_id", "name"]].rename(columns={"name": "drug_name"}), names),
        "drug_smiles.csv": _named(
            frames["drugs"][["drug_id", "smiles"]].rename(columns={"smiles": "canonical_smiles"}), names
        ),
        "gene_expression.csv": _named(expression, names),
        "mutations.csv": _named(frames["mutation"], names),
        "copy_number_variation_gistic.csv": _named(frames["copy_number"], names),
        f"drug_fingerprints/pubchem_id_to_demorgan_{_BITS}_map.csv": pd.DataFrame(folded.T, columns=drugs),
        "meta/tissue_mapping.csv": _named(cells, names),
        **{f"meta/gene_lists/{name}.csv": symbols for name in _GENE_LISTS},
    }


def _split(
    fold: pd.DataFrame,
    response: pd.DataFrame,
    frames: Mapping[str, pd.DataFrame],
    owner: Mapping[str, str],
    number: int,
) -> dict[str, pd.DataFrame]:
    """Rows of a fold by role; a quarter of the validation part, whole groups of it, is for early stopping."""
    joined = fold.merge(response, on=["cell_line_id", "drug_id"], how="left", validate="one_to_one")
    if joined["response"].isna().any() or len(joined) != len(response):
        raise ClmtError("folds and response table: their pairs differ! Rebuild the folds")
    parts = {role: joined[joined["role"] == role].drop(columns="role") for role in _ROLES}
    held = parts["validation"]
    axis = blind_axes(held, frames["cell_lines"], frames["drugs"], PROTOCOLS[owner["protocol"]])[-1]
    if len(set(axis)) > 1:
        early = choose_groups(axis, _EARLY_SHARE, int(owner["seed"]), f"early stopping {number}")
    else:
        early = np.zeros(len(held), dtype=bool)
    return {**parts, "validation_es": held[~early], "early_stopping": held[early]}


def _split_manifest(mode: str, count: int, owner: Mapping[str, str]) -> dict[str, Any]:
    return {
        "split_label": mode,
        "test_mode": mode,
        "n_cv_splits": count,
        "validation_ratio": None,
        "random_state": int(owner["seed"]),
        "split_early_stopping": True,
        "splits": [
            {"split_index": place, "clmt_fold": fold, "protocol": owner["protocol"]}
            for place, fold in enumerate(fold_order(count))
        ],
    }


def _command(dataset: str, mode: str, count: int, measure: str) -> str:
    """What trains a model of drevalpy on these folds, run in the folder of the export."""
    return (
        f"drevalpy --run_id {RUN} --path_data data --path_out results --dataset_name {dataset} --test_mode {mode} "
        f"--n_cv_splits {count} --no_refitting --measure {measure} --models RandomForest"
    )


def _write(out: Path, content: Mapping[str, pd.DataFrame], manifests: Mapping[str, Any]) -> None:
    out = replaceable_folder(out, MANIFEST, {*content, *manifests}, "export of clmt")
    with scratch_folder(out) as partial:
        for name, frame in content.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            frame.to_csv(partial / name, index=False, lineterminator="\n")
        for name, facts in manifests.items():
            write_json(partial / name, facts)
        replace_folder(partial, out)
