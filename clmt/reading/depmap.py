"""Matrices of DepMap's releases: a row for each model, a column for each gene, hundreds of megabytes of text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clmt.errors import ClmtError
from clmt.files import check_plain
from clmt.reading.matrix import Matrix, refuse_duplicates

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["read_depmap_matrix"]

_GENE = re.compile(r"(\S+) \((?:\d+|ENSG\d+|nan)\)")
_MODEL = re.compile(r"ACH-\d{6}")
#: Column that tells which of several profiles of a model is the one to read (releases since 25Q3).
_DEFAULT = "IsDefaultEntryForModel"
#: Bytes that are parsed at a time; a row of 20,000 genes has some 300,000.
_BLOCK = 16 << 20


def read_depmap_matrix(path: Path, models: Mapping[str, str], *, missing: bool = False) -> Matrix:
    """Read the rows of some models, block by block, so that the memory is that of the numbers kept.

    The models stand in the first column or in ``ModelID``, the genes as ``SYMBOL (Entrez id)``.

    Parameters
    ----------
    path
        Comma-separated file.
    models
        DepMap's model id -> id of the cell line in the matrix.
    missing
        Whether empty cells are allowed (they become NaN).

    Returns
    -------
    Matrix
        Cell lines in the order of the file; float64.

    Raises
    ------
    ClmtError
        Where the file is missing or no such matrix, a model or gene stands twice, or a value is no finite number.
    """
    import numpy as np
    import pyarrow as pa

    check_plain(path, "read")
    try:
        header, blocks = _open(path)
        genes = [(place, found.group(1)) for place, name in enumerate(header) if (found := _GENE.fullmatch(name))]
        ids, values = [], []
        for block in blocks:
            rows = _rows(block, header, path)
            kept = [row for row, model in rows if model in models]
            ids += [model for _, model in rows if model in models]
            values.append(_numbers(block.select([place for place, _ in genes]).take(pa.array(kept, pa.int64()))))
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClmtError(f"{path}: not a readable matrix! got: {reason}. Delete it and fetch it again") from None
    refuse_duplicates(ids, str(path), "model")
    matrix = Matrix(str(path), [models[model] for model in ids], [gene for _, gene in genes], np.concatenate(values))
    refuse_duplicates(matrix.ids, str(path), "cell line")
    _refuse_gaps(matrix, missing=missing)
    return matrix


def _open(path: Path) -> tuple[list[str], pa.RecordBatchReader]:
    import pyarrow as pa
    import pyarrow.csv as pc

    with Path(path).open(encoding="utf-8-sig") as handle:
        header = [name.strip('"') for name in handle.readline().rstrip("\r\n").split(",")]
    genes = [name for name in header if _GENE.fullmatch(name)]
    if not genes:
        raise ClmtError(f"{path}: no column is a gene! got: {', '.join(header[:4])}, expected: SYMBOL (Entrez id)")
    refuse_duplicates(genes, str(path), "gene")
    header = [name or f"unnamed {place}" for place, name in enumerate(header)]
    types = {name: pa.float32() if _GENE.fullmatch(name) else pa.string() for name in header}
    reading = pc.ReadOptions(column_names=header, skip_rows=1, block_size=_BLOCK, use_threads=False)
    return header, pc.open_csv(path, read_options=reading, convert_options=pc.ConvertOptions(column_types=types))


def _rows(block: pa.RecordBatch, header: list[str], path: Path) -> list[tuple[int, str]]:
    """Places of the rows of a block that count, and the model of each."""
    models = block.column("ModelID" if "ModelID" in header else header[0]).to_pylist()
    odd = next((model for model in models if not _MODEL.fullmatch(str(model))), None)
    if odd is not None:
        raise ClmtError(f"{path}: row {odd!r} is no model of DepMap! got: {odd!r}, expected: ACH- and six digits")
    default = block.column(_DEFAULT).to_pylist() if _DEFAULT in header else ["Yes"] * len(models)
    return [(row, model) for row, (model, use) in enumerate(zip(models, default, strict=True)) if use == "Yes"]


def _numbers(rows: pa.RecordBatch) -> np.ndarray:
    import numpy as np

    columns = [column.to_numpy(zero_copy_only=False) for column in rows.columns]
    return np.column_stack(columns).astype(np.float64) if rows.num_rows else np.empty((0, len(columns)))


def _refuse_gaps(matrix: Matrix, *, missing: bool) -> None:
    import numpy as np

    bad = np.argwhere(np.isinf(matrix.values) if missing else ~np.isfinite(matrix.values))
    if len(bad):
        row, column = bad[0]
        raise ClmtError(
            f"{matrix.source}: cell line {matrix.ids[row]}, gene {matrix.columns[column]!r} is no finite number! "
            f"got: {matrix.values[row, column]}. Fetch the file again"
        )
