"""Folds: the role (train, validation, test) of every response in every fold of a protocol.

Every protocol is a k-fold partition: each pair is in the test role exactly once. What is held out together is a
*group*: a pair (``mixed``), a cell line, a drug (by the first block of its InChIKey, that is by its skeleton), a Murcko
scaffold or a tissue. Validation is cut from the training part by whole groups as well.

``double_blind`` groups cell lines and drugs at once. Its k folds are the cells of a square grid of cell line parts x
drug parts, so k is a square number (4, 9, 16, 25): each pair then is tested exactly once, with neither its cell line
nor its drug in training. Pairs that share only one of the two with the test (or validation) part are ``unused``.

``variant: paper`` of ``mixed`` and ``cell_blind`` is the published protocol instead: one fixed test set of 10 %, the
rest in 10 parts, as many of them as there are folds (5) used in turn as validation, seed 1234.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.errors import ClmtError, expected_one_of
from clmt.files import atomic_path, write_parquet
from clmt.folds.groups import assign_parts, blind_axes, choose_groups
from clmt.planning.protocols import PAPER_PARTS
from clmt.planning.settings.folds import FoldSettings
from clmt.reading.parquet import check_types, read_parquet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["ROLES", "make_folds", "read_folds", "roles_of_folds", "verify_roles", "write_folds"]

ROLES = ("train", "validation", "test", "unused")
TRAIN, VALIDATION, TEST, UNUSED = range(4)
logger = logging.getLogger(__name__)
PAPER_SEED = 1234
_REMEDY = "Make them with 'clmt folds'"
#: What the metadata of ``folds.parquet`` say.
_FACTS = ("dataset", "split", "protocol", "seed")


def make_folds(
    response: pd.DataFrame, cell_lines: pd.DataFrame, drugs: pd.DataFrame, settings: FoldSettings
) -> pd.DataFrame:
    """Assign every response a role in every fold.

    Returns
    -------
    Columns ``cell_line_id``, ``drug_id``, ``fold`` (int8) and ``role`` (one of `ROLES`), sorted by fold and ids. The
    result depends on the set of pairs, not on their order.
    """
    import pandas as pd

    pairs = response[["cell_line_id", "drug_id"]].sort_values(["cell_line_id", "drug_id"], ignore_index=True)
    axes = blind_axes(pairs, cell_lines, drugs, settings.axes)
    roles = roles_of_folds(axes, settings)
    verify_roles(roles, axes, settings)
    folds, count = roles.shape
    return pd.DataFrame(
        {
            "cell_line_id": np.tile(pairs["cell_line_id"].to_numpy(dtype=object), folds),
            "drug_id": np.tile(pairs["drug_id"].to_numpy(dtype=object), folds),
            "fold": np.repeat(np.arange(folds, dtype=np.int8), count),
            "role": pd.Categorical.from_codes(roles.ravel(), categories=list(ROLES)),
        }
    )


def roles_of_folds(axes: list[np.ndarray], settings: FoldSettings) -> np.ndarray:
    """Compute role codes (positions in `ROLES`), int8 (folds, n).

    Parameters
    ----------
    axes
        One array of group names (n,) for each thing that is blind: one, or two for ``double_blind``.
    settings
        See `clmt.planning.settings.folds.FoldSettings`.
    """
    if settings.variant == "paper":
        return _paper_roles(axes[0], settings.folds)
    side = settings.folds if len(axes) == 1 else math.isqrt(settings.folds)
    parts = [assign_parts(axis, side, settings.seed, f"test {number}") for number, axis in enumerate(axes)]
    roles = np.full((settings.folds, len(axes[0])), UNUSED, dtype=np.int8)
    for fold in range(settings.folds):
        chosen = np.unravel_index(fold, (side,) * len(axes))
        held = np.array([part == index for part, index in zip(parts, chosen, strict=True)])
        roles[fold, held.all(axis=0)] = TEST
        rest = np.flatnonzero(~held.any(axis=0))
        kept = np.array(
            [
                choose_groups(axis[rest], settings.validation, settings.seed, f"validation {fold} {number}")
                for number, axis in enumerate(axes)
            ]
        )
        roles[fold, rest[kept.all(axis=0)]] = VALIDATION
        roles[fold, rest[~kept.any(axis=0)]] = TRAIN
    return roles


def _paper_roles(groups: np.ndarray, folds: int) -> np.ndarray:
    test = assign_parts(groups, PAPER_PARTS, PAPER_SEED, "paper test") == 0
    rest = np.flatnonzero(~test)
    part = assign_parts(groups[rest], PAPER_PARTS, PAPER_SEED, "paper validation")
    roles = np.full((folds, len(groups)), TRAIN, dtype=np.int8)
    roles[:, test] = TEST
    for fold in range(folds):
        roles[fold, rest[part == fold]] = VALIDATION
    return roles


def verify_roles(roles: np.ndarray, axes: list[np.ndarray], settings: FoldSettings) -> None:
    """Check that roles are a partition without leak; a broken one raises `ClmtError` and is never written."""
    label = f"{settings.protocol}, {settings.folds} folds"
    tested = (roles == TEST).sum(axis=0)
    if settings.variant == "paper":
        if np.any((tested != 0) & (tested != len(roles))):
            raise ClmtError(f"split {label}: the test set differs between folds of variant paper. Report this")
    elif np.any(tested != 1):
        raise ClmtError(f"split {label}: {int((tested != 1).sum())} pairs are not tested exactly once. Report this")
    for fold, row in enumerate(roles):
        for code in (TRAIN, VALIDATION, TEST):
            if not np.any(row == code):
                raise ClmtError(
                    f"split {label}: fold {fold} has no {ROLES[code]} pair! Ask for fewer folds or more data"
                )
        for axis in axes:
            groups = [set(axis[row == code]) for code in (TRAIN, VALIDATION, TEST)]
            shared = (groups[0] & groups[1]) | (groups[0] & groups[2]) | (groups[1] & groups[2])
            if shared:
                raise ClmtError(f"split {label}: fold {fold} has group {min(shared)!r} in two roles. Report this")


def write_folds(response: Path, cell_lines: Path, drugs: Path, out: Path, *, settings: dict[str, Any]) -> None:
    """Split the responses of a dataset by `clmt.planning.settings.folds.FoldSettings` and write ``folds.parquet``.

    Dataset, split, protocol and seed stand in the metadata of the file.
    """
    import pyarrow as pa

    from clmt.tables.schema import read_table

    chosen = FoldSettings.read(settings)
    folds = make_folds(
        read_table(response, "response"), read_table(cell_lines, "cell_lines"), read_table(drugs, "drugs"), chosen
    )
    for fold, counts in folds.groupby("fold", observed=True)["role"].value_counts().unstack(fill_value=0).iterrows():
        logger.info("fold %d: %s", fold, ", ".join(f"{counts[role]} {role}" for role in ROLES))
    table = pa.Table.from_pandas(folds, schema=pa.schema(list(_types().items())), preserve_index=False)
    table = table.replace_schema_metadata({key: str(getattr(chosen, key)) for key in _FACTS})
    with atomic_path(Path(out)) as temporary:
        write_parquet(table, temporary, compression="zstd", compression_level=12)


def read_folds(path: Path, fold: int, owner: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read one fold of ``folds.parquet``: ``cell_line_id``, ``drug_id`` and ``role`` in the file's order.

    Folds of another than the ``owner`` (its dataset and split) are refused.
    """
    types = _types()
    table = read_parquet(path, "the folds do", _REMEDY, tuple(types))
    check_types(table, types, path, _REMEDY)
    facts = table.schema.metadata or {}
    for key, expected in (owner or {}).items():
        found = facts.get(key.encode(), b"").decode(errors="replace")
        if found != expected:
            raise ClmtError(f"{path}: folds of another {key}! got: {found!r}, expected: {expected!r}. {_REMEDY}")
    frame = table.to_pandas()
    if fold not in set(frame["fold"]):
        raise expected_one_of(
            f"{path}: no such fold", fold, frame["fold"].unique(), "Ask for another or add folds to the split"
        )
    frame = frame.loc[frame["fold"] == fold, ["cell_line_id", "drug_id", "role"]].reset_index(drop=True)
    there = set(frame["role"].astype(str))
    if unknown := sorted(there - set(ROLES)):
        raise expected_one_of(f"{path}: column role", unknown[0], ROLES, "Correct the file")
    for role in (TRAIN, VALIDATION, TEST):
        if ROLES[role] not in there:
            raise ClmtError(f"{path}: fold {fold} has no {ROLES[role]} pair! {_REMEDY}")
    return frame.astype({"cell_line_id": object, "drug_id": object, "role": object})


def _types() -> dict[str, pa.DataType]:
    """Columns of ``folds.parquet``."""
    import pyarrow as pa

    role = pa.dictionary(pa.int8(), pa.string())
    return {"cell_line_id": pa.string(), "drug_id": pa.string(), "fold": pa.int8(), "role": role}
