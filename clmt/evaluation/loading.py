"""The runs of one experiment, read back and checked: every model scored the same pairs, each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clmt.errors import ClmtError, expected_one_of
from clmt.evaluation.card import read_card
from clmt.evaluation.experiment import Experiment, Pairs
from clmt.evaluation.metrics import rmse
from clmt.evaluation.score import PREDICTION_KEY
from clmt.reading.parquet import check_types, read_parquet

__all__ = ["load_experiment"]

_REMEDY = "Delete the run's metrics.json and predictions.parquet and rerun evaluate"
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_TOLERANCE = 1e-6  # ln units of RMSE


def _read_cards(paths: Sequence[Path], models: Sequence[str], digests: Sequence[str]) -> dict[Path, dict[str, Any]]:
    """Read metric cards by folder, in order of model and fold; all must be of one dataset and split."""
    cards = {Path(path).parent: read_card(path) for path in paths}
    if not cards:
        raise ClmtError("an experiment needs at least one run! got: no metrics file")
    _check_settings(paths, list(cards.values()), digests)
    for folder, card in cards.items():
        if card["model"] not in models:
            raise expected_one_of(f"{folder}/metrics.json: unknown model", card["model"], models)
    for key in ("dataset", "split", "simulated"):
        values = sorted({str(card[key]) for card in cards.values()})
        if len(values) > 1:
            raise ClmtError(f"the runs of one experiment must share their {key}! got: {', '.join(values)}")
    cards = dict(sorted(cards.items(), key=lambda item: (models.index(item[1]["model"]), int(item[1]["fold"]))))
    _check_folds(list(cards.values()), models)
    return cards


def _check_settings(paths: Sequence[Path], cards: Sequence[Mapping[str, Any]], digests: Sequence[str]) -> None:
    """Refuse a card of other settings than are wanted now; an earlier start's job may have written it."""
    if not digests:
        return
    if len({len(paths), len(cards), len(digests)}) > 1:
        raise ClmtError(f"--digests must name one of each metrics file! got: {len(digests)}, expected: {len(paths)}")
    for path, card, digest in zip(paths, cards, digests, strict=True):
        if card["settings_digest"] != digest:
            raise ClmtError(
                f"{path}: scored with other settings! settings_digest: got: {card['settings_digest']!r}, expected: "
                f"{digest!r}. {_REMEDY}; end any job of an earlier start first"
            )


def _check_folds(cards: Sequence[Mapping[str, Any]], models: Sequence[str]) -> None:
    """Refuse a table in which a model lacks a fold that another one has, or has it twice."""
    folds = sorted({int(card["fold"]) for card in cards})
    for model in models:
        mine = [int(card["fold"]) for card in cards if card["model"] == model]
        if mine != folds:
            raise ClmtError(
                f"model {model!r} must have each fold once! got: folds {mine}, expected: {folds}. Rerun evaluate"
            )


def _read_predictions(path: Path, card: Mapping[str, Any]) -> pa.Table:
    """Read one fold's predictions, and refuse those of another run, with a faulty value, or of another score."""
    columns = {"cell_line_id": pa.string(), "drug_id": pa.string(), "observed": pa.float64(), "predicted": pa.float64()}
    table = read_parquet(path, "the predictions do", "Make them with 'clmt evaluate'", tuple(columns))
    check_types(table, columns, path, _REMEDY)
    facts = table.schema.metadata or {}
    for key in PREDICTION_KEY:
        found = facts.get(key.encode(), b"").decode(errors="replace")
        if found != str(card[key]):
            raise ClmtError(
                f"{path}: predictions of another run! {key}: got: {found!r}, expected: {str(card[key])!r}. {_REMEDY}"
            )
    for column in ("cell_line_id", "drug_id"):
        odd = table.filter(pc.match_substring_regex(table[column], _CONTROL))
        if len(odd):
            raise ClmtError(
                f"{path}: a name in {column} holds control characters! got: {odd[column][0].as_py()!r}. {_REMEDY}"
            )
    if len(table) != card["n_test"]:
        raise ClmtError(f"{path}: the metric card has {card['n_test']} test pairs! got: {len(table)} rows. {_REMEDY}")
    observed, predicted = (table[column].to_numpy() for column in ("observed", "predicted"))
    for name, values in (("observed", observed), ("predicted", predicted)):
        if (wrong := np.flatnonzero(~np.isfinite(values))).size:
            row = int(wrong[0])
            raise ClmtError(
                f"{path}: {name} value of cell line {table['cell_line_id'][row].as_py()!r} and drug "
                f"{table['drug_id'][row].as_py()!r} is not finite! got: {values[row]}. {_REMEDY}"
            )
    if len(table) and abs(rmse(observed, predicted) - card["rmse"]) > _TOLERANCE:
        raise ClmtError(
            f"{path}: the metric card has another RMSE! got: {rmse(observed, predicted):.9g}, "
            f"expected: {card['rmse']:.9g}. {_REMEDY}"
        )
    return table.append_column("fold", pa.array(np.full(len(table), int(card["fold"])))).replace_schema_metadata(None)


def _sort_pairs(table: pa.Table, cell_ids: list[str], drug_ids: list[str]) -> tuple[np.ndarray, pa.Table]:
    """Sort rows by (fold, cell line, drug); return int64 (n, 3) of these and the table in that order."""
    cell, drug = (
        pc.index_in(table[column], value_set=pa.array(names, pa.string())).to_numpy()
        for column, names in (("cell_line_id", cell_ids), ("drug_id", drug_ids))
    )
    rows = np.column_stack([table["fold"].to_numpy(), cell, drug]).astype(np.int64)
    order = np.lexsort(rows.T[::-1])
    return rows[order], table.take(order)


def _check_scored_once(model: str, keys: np.ndarray, cell_ids: list[str], drug_ids: list[str]) -> None:
    """Refuse a pair scored twice in a fold, or in more folds than another: each is in one fold of every partition."""
    pair = keys[:, 1] * len(drug_ids) + keys[:, 2]
    codes, times = np.unique(pair, return_counts=True)
    repeated, of_fold = np.unique(keys[:, 0] * len(cell_ids) * len(drug_ids) + pair, return_counts=True)
    twice = repeated[of_fold > 1] % (len(cell_ids) * len(drug_ids))
    wrong = twice if len(twice) else codes[times != times.min()]
    if len(wrong):
        cell, drug = divmod(int(wrong[0]), len(drug_ids))
        raise ClmtError(
            f"model {model!r}: cell line {cell_ids[cell]!r} and drug {drug_ids[drug]!r} must be scored once over the "
            f"folds of a partition! got: {times[codes == wrong[0]][0]} times ({len(wrong)} such pairs). "
            "Rerun split_folds and evaluate"
        )


def _check_same_pairs(
    model: str, first: str, keys: np.ndarray, reference: np.ndarray, cell_ids: list[str], drug_ids: list[str]
) -> None:
    """Refuse two models that were scored on different pairs, naming one of the pairs."""
    if np.array_equal(keys, reference):
        return
    mine, theirs = ({tuple(row) for row in rows.tolist()} for rows in (keys, reference))
    fold, cell, drug = min(mine ^ theirs)
    scored, other = (model, first) if (fold, cell, drug) in mine else (first, model)
    raise ClmtError(
        "all models of an experiment must score the same pairs! got: "
        f"cell line {cell_ids[cell]!r} and drug {drug_ids[drug]!r} "
        f"in fold {fold} of {scored!r} but not of {other!r} ({len(mine ^ theirs)} differences). Rerun evaluate"
    )


def load_experiment(
    name: str,
    metrics: Sequence[Path],
    predictions: Sequence[Path],
    models: Sequence[str] = (),
    repeat_of: Mapping[str, str] | None = None,
    digests: Sequence[str] = (),
) -> Experiment:
    """Read the runs of an experiment and check that their scores may be compared.

    Parameters
    ----------
    name
        Of the experiment.
    metrics, predictions
        ``metrics.json`` and ``predictions.parquet`` of each run, matched by folder.
    models
        Models in the order of the tables; empty: in order of appearance.
    repeat_of
        Model -> the model that it trains again from another seed.
    digests
        ``settings_digest`` that each of ``metrics`` must have; none: any.

    Raises
    ------
    ClmtError
        If a model lacks a fold, a pair is scored twice, or two models differ in their pairs or observed values.
    """
    models = list(models) or list(dict.fromkeys(read_card(path)["model"] for path in metrics))
    cards = _read_cards(metrics, models, digests)
    files = {Path(path).parent: Path(path) for path in predictions}
    for folder in cards:
        if folder not in files:
            raise ClmtError(
                f"{folder}: metrics.json has no predictions.parquet beside it among the given files! Name both"
            )
    tables = {
        model: pa.concat_tables(
            [_read_predictions(files[f], card) for f, card in cards.items() if card["model"] == model]
        )
        for model in models
    }
    cell_ids = sorted(set().union(*(table["cell_line_id"].unique().to_pylist() for table in tables.values())))
    drug_ids = sorted(set().union(*(table["drug_id"].unique().to_pylist() for table in tables.values())))
    pairs = _join_models(tables, cell_ids, drug_ids)
    return Experiment(name, models, list(cards.values()), list(cards), pairs, dict(repeat_of or {}))


def _join_models(tables: Mapping[str, pa.Table], cell_ids: list[str], drug_ids: list[str]) -> Pairs:
    """Bring all models' predictions into the first model's order of pairs."""
    first = next(iter(tables))
    reference, table = _sort_pairs(tables[first], cell_ids, drug_ids)
    observed = table["observed"].to_numpy()
    predicted = {}
    for model, other in tables.items():
        keys, ordered = _sort_pairs(other, cell_ids, drug_ids)
        _check_scored_once(model, keys, cell_ids, drug_ids)
        _check_same_pairs(model, first, keys, reference, cell_ids, drug_ids)
        if not np.allclose(ordered["observed"].to_numpy(), observed, rtol=0.0, atol=1e-9):
            raise ClmtError(
                f"models {first!r} and {model!r} were scored against different observed values! Rerun evaluate"
            )
        predicted[model] = ordered["predicted"].to_numpy()
    fold, cell, drug = reference.T
    return Pairs(cell_ids, drug_ids, cell, drug, fold, observed, predicted)
