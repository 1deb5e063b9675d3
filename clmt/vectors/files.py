"""A file of text vectors: one row for each cell line and each drug, and in its metadata how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of
from clmt.files import atomic_path, write_parquet
from clmt.reading.parquet import check_types, read_parquet

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["KINDS", "read_vectors", "write_vectors"]

#: Kinds of entity in the order of the file.
KINDS = ("cell_line", "drug")

#: Encoders give numbers around 1; a number far beyond this one is damage, which float32 sums turn to infinity.
LARGEST = 1e6

_REMEDY = "Make them with the rule encode_text"


def write_vectors(out: Path, keys: Sequence[tuple[str, str]], vectors: np.ndarray, facts: Mapping[str, Any]) -> None:
    """Write a file of vectors; the same vectors give the same bytes.

    Parameters
    ----------
    out
        Columns kind, entity_id, vector.
    keys
        Kind and entity_id of each row.
    vectors
        Float32 (n, dim) in the order of the keys.
    facts
        Metadata of the file, written as text.
    """
    import pyarrow as pa

    dim = vectors.shape[1]
    schema = pa.schema(
        [
            pa.field("kind", pa.string(), nullable=False),
            pa.field("entity_id", pa.string(), nullable=False),
            pa.field("vector", pa.list_(pa.float32(), dim), nullable=False),
        ],
        metadata={key: str(value) for key, value in facts.items()},
    )
    arrays = [
        pa.array([kind for kind, _ in keys], pa.string()),
        pa.array([entity for _, entity in keys], pa.string()),
        pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel(), pa.float32()), dim),
    ]
    with atomic_path(out) as temporary:
        write_parquet(pa.Table.from_arrays(arrays, schema=schema), temporary, compression="zstd")


def read_vectors(path: Path, encoder: str | None = None) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """Read and check a file of vectors.

    Parameters
    ----------
    path
        File to read.
    encoder
        The encoder that is asked for; any where None.

    Returns
    -------
    vectors : dict
        kind -> entity_id -> float32 ndarray (dim,)
    metadata : dict
        encoder, revision, dim, truncated, ...

    Raises
    ------
    ClmtError
        Where there is no such file, it is that of another encoder, a column has another type, an entity stands in it
        twice, or a vector is not finite.
    """
    import numpy as np

    table = read_parquet(path, "the vectors do", _REMEDY, ("kind", "entity_id", "vector"))
    try:
        facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    except UnicodeDecodeError as error:
        raise ClmtError(f"{path}: what it says of itself is not UTF-8 ({error.reason})! {_REMEDY}") from None
    if encoder is not None and facts.get("encoder") != encoder:
        raise ClmtError(
            f"{path}: vectors of another encoder! got: {facts.get('encoder')!r}, expected: {encoder!r}. {_REMEDY}"
        )
    matrix = _matrix(table, path)
    vectors: dict[str, dict[str, np.ndarray]] = {kind: {} for kind in KINDS}
    for row, (kind, entity) in enumerate(zip(table["kind"].to_pylist(), table["entity_id"].to_pylist(), strict=True)):
        if kind not in KINDS:
            raise expected_one_of(f"{path}: unknown kind in row {row}", kind, KINDS, _REMEDY)
        if entity in vectors[kind]:
            raise ClmtError(f"{path}: {kind} {entity!r} has two vectors! got: the second in row {row}. {_REMEDY}")
        if not (np.abs(matrix[row]) <= LARGEST).all():
            raise ClmtError(
                f"{path}: the vector of {kind} {entity!r} is not finite (row {row}), or too large! expected: numbers "
                f"between -{LARGEST:g} and {LARGEST:g}. {_REMEDY}"
            )
        vectors[kind][entity] = matrix[row]
    return vectors, facts


def _matrix(table: pa.Table, path: Path) -> np.ndarray:
    """Check the types of the columns, and return the vectors, float32 (n, dim)."""
    import pyarrow as pa

    found = table.schema.field("vector").type
    dim = found.list_size if pa.types.is_fixed_size_list(found) else 0
    expected = {"kind": pa.string(), "entity_id": pa.string(), "vector": pa.list_(pa.float32(), max(dim, 1))}
    check_types(table, expected, path, _REMEDY)
    if not table.num_rows:
        raise ClmtError(f"{path}: no vectors! expected: one of each cell line and drug. {_REMEDY}")
    vectors = table["vector"].combine_chunks()
    values = vectors.flatten()
    if values.null_count:
        raise ClmtError(f"{path}: a number is missing in column 'vector'! {_REMEDY}")
    matrix: np.ndarray = values.to_numpy().reshape(table.num_rows, dim)
    return matrix
