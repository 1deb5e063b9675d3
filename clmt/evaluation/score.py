"""Score the predictions of one fold: the only place where test responses are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clmt.errors import ClmtError, expected_one_of
from clmt.evaluation.metrics import REFERENCES, metric_card
from clmt.files import atomic_path, write_json, write_parquet
from clmt.tables.schema import check_digest, read_table, target_of

__all__ = ["PREDICTION_KEY", "RUN_FACTS", "observed_values", "score_predictions", "write_evaluation"]

RUN_FACTS = (
    "dataset",
    "split",
    "model",
    "arch",
    "fold",
    "simulated",
    "n_train",
    "device",
    "seconds",
    "peak_memory_mb",
    "clmt_version",
    "settings_digest",
)
"""What ``metrics.json`` says of a run beside its metrics, so that no reader has to take a path apart."""

PREDICTION_KEY = ("dataset", "split", "model", "fold")
"""Facts of a run that ``predictions.parquet`` has in its metadata, so that no run's are taken for another's.

Every other entry of ``metrics.json`` stands there, too, as text: a card that differs from it has changed since.
"""


def observed_values(
    response_path: Path, cells: np.ndarray, drugs: np.ndarray, digests: Mapping[str, str] | None = None
) -> np.ndarray:
    """Look up the measured ln IC50 of pairs.

    Parameters
    ----------
    response_path
        ``response.parquet``; see `clmt.tables.schema`.
    cells, drugs
        Identifiers of each pair, (n,).
    digests
        Of the tables that the fold was made from, see `clmt.graph.fold_graph.FoldGraph`; none: any.

    Returns
    -------
    ndarray
        ln IC50 (uM), float64 (n,).

    Raises
    ------
    ClmtError
        If the table is faulty, is not the one of ``digests``, or a pair has no response, naming it.
    """
    table = read_table(response_path, "response")
    check_digest(table, "response", digests or {}, response_path)
    keys = zip(table["cell_line_id"].tolist(), table["drug_id"].tolist(), strict=True)
    known = dict(zip(keys, table["ln_ic50"].tolist(), strict=True))
    values = [known.get(pair) for pair in zip(cells.tolist(), drugs.tolist(), strict=True)]
    missing = [row for row, value in enumerate(values) if value is None]
    if missing:
        cell, drug = cells[missing[0]], drugs[missing[0]]
        raise ClmtError(
            f"{response_path}: no response of cell line {str(cell)!r} to drug {str(drug)!r} "
            f"({len(missing)} of {len(values)} test pairs missing). Folds and tables differ: rerun split_folds"
        )
    return np.array(values, dtype=np.float64)


def _check_pairs(cells: np.ndarray, drugs: np.ndarray, numbers: Mapping[str, np.ndarray]) -> None:
    """Refuse numbers that do not fit the pairs, and pairs that are there twice."""
    for name, values in numbers.items():
        if values.shape != cells.shape:
            raise ClmtError(
                f"{name} values do not fit the test pairs! got: shape {values.shape}, expected: {cells.shape}"
            )
    seen: set[tuple[str, str]] = set()
    for pair in zip(cells.tolist(), drugs.tolist(), strict=True):
        if pair in seen:
            raise ClmtError(f"cell line {pair[0]!r} and drug {pair[1]!r} are in the test part twice. Rerun split_folds")
        seen.add(pair)


def score_predictions(table: pa.Table) -> dict[str, Any]:
    """Score the pairs of ``predictions.parquet``: `clmt.evaluation.metrics.metric_card` of its columns."""
    cells, drugs, observed, predicted = (
        table[name].to_numpy() for name in ("cell_line_id", "drug_id", "observed", "predicted")
    )
    return metric_card(cells, drugs, observed, predicted, {name: table[name].to_numpy() for name in REFERENCES})


def write_evaluation(
    *,
    cell_line_ids: Sequence[str],
    drug_ids: Sequence[str],
    pairs: np.ndarray,
    predicted: np.ndarray,
    response_path: Path,
    digests: Mapping[str, str] | None = None,
    expected: Mapping[str, np.ndarray],
    card: Mapping[str, Any],
    predictions_out: Path,
    metrics_out: Path,
) -> dict[str, Any]:
    """Join the observed values, score them, and write ``predictions.parquet`` and ``metrics.json``.

    Parameters
    ----------
    cell_line_ids, drug_ids
        Names of the rows that ``pairs`` points to.
    pairs
        Test pairs, int64 (n, 2) of [cell line row, drug row].
    predicted
        ln IC50 (uM) of the model, (n,).
    expected
        ln IC50 (uM) of each of `clmt.evaluation.metrics.REFERENCES`, (n,).
    response_path
        The dataset's ``response.parquet``.
    digests
        Of the tables that the fold was made from; none: any.
    card
        Facts of the run: every one of `RUN_FACTS`; other entries are kept.
    predictions_out, metrics_out
        Files to write; neither appears when anything is wrong.

    Returns
    -------
    dict
        The content of ``metrics.json``.
    """
    for key in RUN_FACTS:
        if key not in card:
            raise expected_one_of(f"the run's facts lack {key}", sorted(card), RUN_FACTS)
    pairs = np.asarray(pairs)
    cells = np.asarray(cell_line_ids, dtype=object)[pairs[:, 0]]
    drugs = np.asarray(drug_ids, dtype=object)[pairs[:, 1]]
    off = {name: np.asarray(expected[name], dtype=np.float64) for name in REFERENCES}
    numbers = {"predicted": np.asarray(predicted, dtype=np.float64), **off}
    _check_pairs(cells, drugs, numbers)
    observed = observed_values(response_path, cells, drugs, digests)
    columns = {"cell_line_id": pa.array(cells, pa.string()), "drug_id": pa.array(drugs, pa.string())}
    table = pa.table({**columns, **{name: pa.array(v) for name, v in {"observed": observed, **numbers}.items()}})
    try:
        metrics = {**card, "target": target_of(response_path), **score_predictions(table)}
    except ClmtError as error:
        raise ClmtError(f"{card['dataset']}, {card['split']}, {card['model']}, fold {card['fold']}: {error}") from error
    table = table.replace_schema_metadata({key: str(value) for key, value in metrics.items()})
    with atomic_path(predictions_out) as temporary:
        write_parquet(table, temporary)
        write_json(metrics_out, metrics)  # inside, so that a failure leaves neither file
    return metrics
