"""Folds: the role (train, validation, test) of every response in every fold of a protocol.

Every protocol is a k-fold partition: each pair is in the test role exactly once. What is held out together is a
*group*: a pair (``mixed``), the cell lines of a donor, a drug (by the first block of its InChIKey, that is by its
skeleton), a Murcko scaffold or a tissue. Validation is cut from the training part by whole groups as well.

``double_blind`` groups cell lines and drugs at once. Its k folds are the cells of a square grid of cell line parts x
drug parts, so k is a square number (4, 9, 16, 25): each pair then is tested exactly once, with neither its cell line
nor its drug in training. Pairs that share only one of the two with the test (or validation) part are ``unused``.

``variant: paper`` of ``mixed`` and ``cell_blind`` is the published protocol instead: one fixed test set of 10 %, the
rest in 10 parts, as many of them as there are folds (5) used in turn as validation, seed 1234.

``repeats`` deals the groups again, from other seeds: fold 5 of a split of 5 folds is the first of the second partition.
``shots`` gives that many pairs of every held-out group to training: a drug measured in a few cell lines.
``pathway`` tests the drugs of one target pathway alone, see `clmt.folds.pathways`.

The roles may also stand in a file of the user's, see `clmt.folds.given`, or be those of two studies, see
`clmt.folds.studies`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError, expected_one_of
from clmt.files import atomic_path, write_parquet
from clmt.folds.given import roles_of_file
from clmt.folds.groups import blind_axes, pair_groups
from clmt.folds.pathways import roles_of_pathway
from clmt.folds.roles import ROLES, TEST, TRAIN, VALIDATION, roles_of_folds, verify_roles
from clmt.folds.studies import roles_of_studies
from clmt.planning.settings.folds import AnyFoldSettings, CrossFoldSettings, FileFoldSettings, fold_settings
from clmt.reading.parquet import check_types, read_parquet
from clmt.tables.schema import KINDS, read_table, table_digest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["folds_owner", "make_folds", "read_folds", "write_folds"]

logger = logging.getLogger(__name__)
_REMEDY = "Make them with 'clmt folds'"
#: What the metadata of ``folds.parquet`` say, beside the digests of the tables that tell who is held out with whom.
_FACTS = ("dataset", "split", "protocol", "seed")


def make_folds(
    response: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame, settings: AnyFoldSettings
) -> pd.DataFrame:
    """Assign every response a role in every fold.

    Returns
    -------
    Columns ``cell_line_id``, ``drug_id``, ``fold`` (int8) and ``role`` (one of `ROLES`), sorted by fold and ids. The
    result depends on the set of pairs, not on their order.
    """
    import pandas as pd

    pairs = response[["cell_line_id", "drug_id"]].sort_values(["cell_line_id", "drug_id"], ignore_index=True)
    roles = _roles(pairs, cell_lines, drugs, settings)
    folds, count = roles.shape
    return pd.DataFrame(
        {
            "cell_line_id": np.tile(pairs["cell_line_id"].to_numpy(dtype=object), folds),
            "drug_id": np.tile(pairs["drug_id"].to_numpy(dtype=object), folds),
            "fold": np.repeat(np.arange(folds, dtype=np.int8), count),
            "role": pd.Categorical.from_codes(roles.ravel(), categories=list(ROLES)),
        }
    )


def _roles(pairs: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame, settings: AnyFoldSettings) -> np.ndarray:
    """Role codes, int8 (folds, n), checked."""
    if isinstance(settings, CrossFoldSettings):
        return roles_of_studies(pairs, cell_lines, drugs, settings)
    axes = blind_axes(pairs, cell_lines, drugs, settings.axes)
    if isinstance(settings, FileFoldSettings):
        return roles_of_file(pairs, axes, settings)
    names = pair_groups(pairs, cell_lines, drugs)
    if settings.pathway is not None:
        return roles_of_pathway(pairs, drugs, axes[0], names, settings)
    roles = roles_of_folds(axes, settings, names)
    verify_roles(roles, axes, settings)
    return roles


def write_folds(response: Path, cell_lines: Path, drugs: Path, out: Path, *, settings: dict[str, Any]) -> None:
    """Split the responses of a dataset by settings of `clmt.planning.settings.folds` and write ``folds.parquet``.

    Dataset, split, protocol and seed stand in the metadata of the file, with digests of the two tables of entities.
    """
    import pyarrow as pa

    chosen = fold_settings(settings).read(settings)
    entities = {"cell_lines": read_table(cell_lines, "cell_lines"), "drugs": read_table(drugs, "drugs")}
    folds = make_folds(read_table(response, "response"), entities["cell_lines"], entities["drugs"], chosen)
    for fold, counts in folds.groupby("fold", observed=True)["role"].value_counts().unstack(fill_value=0).iterrows():
        logger.info("fold %d: %s", fold, ", ".join(f"{counts[role]} {role}" for role in ROLES))
    table = pa.Table.from_pandas(folds, schema=pa.schema(list(_types().items())), preserve_index=False)
    facts = {key: str(getattr(chosen, key)) for key in _FACTS}
    facts |= {kind: table_digest(frame) for kind, frame in entities.items()}
    table = table.replace_schema_metadata(facts)
    with atomic_path(Path(out)) as temporary:
        write_parquet(table, temporary, compression="zstd", compression_level=12)


def read_folds(path: Path, fold: int, owner: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read one fold of ``folds.parquet``: ``cell_line_id``, ``drug_id`` and ``role`` in the file's order.

    Folds of another than the ``owner`` are refused: its dataset and split, and the digests of its cell_lines and drugs.
    """
    import pyarrow.compute as pc

    types = _types()
    table = read_parquet(path, "the folds do", _REMEDY, tuple(types))
    check_types(table, types, path, _REMEDY)
    facts = table.schema.metadata or {}
    for key, expected in (owner or {}).items():
        found = facts.get(key.encode(), b"").decode(errors="replace")
        if found != expected:
            what = f"{key} table" if key in KINDS else key
            raise ClmtError(f"{path}: folds of another {what}! got: {found!r}, expected: {expected!r}. {_REMEDY}")
    numbers = pc.unique(table["fold"]).to_pylist()
    if fold not in numbers:
        raise expected_one_of(
            f"{path}: no such fold", fold, sorted(numbers), "Ask for another or add folds to the split"
        )
    frame = table.filter(pc.equal(table["fold"], fold)).drop_columns("fold").to_pandas()
    there = set(frame["role"].astype(str))
    if unknown := sorted(there - set(ROLES)):
        raise expected_one_of(f"{path}: column role", unknown[0], ROLES, "Correct the file")
    for role in (TRAIN, VALIDATION, TEST):
        if ROLES[role] not in there:
            raise ClmtError(f"{path}: fold {fold} has no {ROLES[role]} pair! {_REMEDY}")
    return frame.astype({"cell_line_id": object, "drug_id": object, "role": object})


def folds_owner(path: Path) -> tuple[dict[str, str], int]:
    """Dataset, split, protocol and seed of ``folds.parquet``, and its number of folds."""
    table = read_parquet(path, "the folds do", _REMEDY, ("fold",))
    facts = {key.decode(): value.decode(errors="replace") for key, value in (table.schema.metadata or {}).items()}
    for key in _FACTS:
        if not facts.get(key):
            raise ClmtError(f"{path}: does not say its {key}! {_REMEDY}")
    return {key: facts[key] for key in _FACTS}, len(table["fold"].unique())


def _types() -> dict[str, pa.DataType]:
    """Columns of ``folds.parquet``."""
    import pyarrow as pa

    role = pa.dictionary(pa.int8(), pa.string())
    return {"cell_line_id": pa.string(), "drug_id": pa.string(), "fold": pa.int8(), "role": role}
