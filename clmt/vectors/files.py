"""A file of text vectors: one row for each cell line and each drug, and in its metadata how it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.files import atomic_path
from clmt.reading.parquet import read_parquet

if TYPE_CHECKING:
    import numpy as np

__all__ = ["KINDS", "read_vectors", "write_vectors"]

#: Kinds of entity in the order of the file.
KINDS = ("cell_line", "drug")


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
    import pyarrow.parquet as pq

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
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary, compression="zstd")


def read_vectors(path: Path) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """Read a file of vectors.

    Returns
    -------
    vectors : dict
        kind -> entity_id -> float32 ndarray (dim,)
    metadata : dict
        encoder, revision, dim, truncated, ...

    Raises
    ------
    ClmtError
        Where there is no such file, or it holds no vectors.
    """
    import numpy as np

    columns = ("kind", "entity_id", "vector")
    table = read_parquet(path, "the vectors do", "Make them with the rule encode_text", columns)
    matrix = table["vector"].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1).astype(np.float32)
    vectors: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for row, (kind, entity) in enumerate(zip(table["kind"].to_pylist(), table["entity_id"].to_pylist(), strict=True)):
        vectors[kind][entity] = matrix[row]
    return vectors, {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
