"""The runs of one experiment, read back and checked: every model scored the same pairs, each of them once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clmt.errors import ClmtError, expected_one_of
from clmt.evaluation.card import is_name, read_card
from clmt.evaluation.experiment import Experiment, Pairs
from clmt.evaluation.metrics import REFERENCES
from clmt.evaluation.score import PREDICTION_KEY, score_predictions
from clmt.reading.parquet import check_types, read_parquet

__all__ = ["load_experiment"]

_REMEDY = "Delete the run's metrics.json and predictions.parquet and rerun evaluate"
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_TOLERANCE = 1e-9  # other releases of numpy add in another order


def _read_cards(paths: Sequence[Path], models: Sequence[str], digests: Sequence[str]) -> dict[Path, dict[str, Any]]:
    """Read metric cards by folder, in order of model and fold."""
    cards = {Path(path).parent: read_card(path) for path in paths}
    if not cards:
        raise ClmtError("an experiment needs at least one run! got: no metrics file")
    _check_settings(paths, list(cards.values()), digests)
    for folder, card in cards.items():
        if card["model"] not in models:
            raise expected_one_of(f"{folder}/metrics.json: unknown model", card["model"], models)
    return dict(sorted(cards.items(), key=lambda item: (models.index(item[1]["model"]), int(item[1]["fold"]))))


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


def _check_runs(cards: Sequence[Mapping[str, Any]], models: Sequence[str]) -> None:
    """Refuse runs of two datasets or splits, and a model that lacks a fold that another one has, or has it twice."""
    for key in ("dataset", "split", "simulated", "target"):
        values = sorted({str(card[key]) for card in cards})
        if len(values) > 1:
            raise ClmtError(f"the runs of one experiment must share their {key}! got: {', '.join(values)}")
    folds = sorted({int(card["fold"]) for card in cards})
    for model in models:
        mine = [int(card["fold"]) for card in cards if card["model"] == model]
        if mine != folds:
            raise ClmtError(
                f"model {model!r} must have each fold once! got: folds {mine}, expected: {folds}. Rerun evaluate"
            )


def _read_predictions(path: Path, card: Mapping[str, Any]) -> pa.Table:
    """Read one fold's predictions, and refuse those of another run, with a faulty value, or of another score."""
    numbers = ("observed", "predicted", *REFERENCES)
    columns = {**dict.fromkeys(("cell_line_id", "drug_id"), pa.string()), **dict.fromkeys(numbers, pa.float64())}
    table = read_parquet(path, "the predictions do", "Make them with 'clmt evaluate'", tuple(columns))
    check_types(table, columns, path, _REMEDY)
    stored = (table.schema.metadata or {}).items()
    facts = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in stored}
    for key in PREDICTION_KEY:
        if facts.get(key, "") != str(card[key]):
            raise ClmtError(
                f"{path}: predictions of another run! {key}: got: {facts.get(key, '')!r}, "
                f"expected: {str(card[key])!r} (metrics.json). {_REMEDY}"
            )
    for column in ("cell_line_id", "drug_id"):
        odd = table.filter(pc.match_substring_regex(table[column], _CONTROL))
        if len(odd):
            raise ClmtError(
                f"{path}: a name in {column} holds control characters! got: {odd[column][0].as_py()!r}. {_REMEDY}"
            )
    _check_card(path, card, facts, table)
    fold = pa.array(np.full(len(table), int(card["fold"])))
    return table.drop_columns(list(REFERENCES)).append_column("fold", fold).replace_schema_metadata(None)


def _check_card(path: Path, card: Mapping[str, Any], facts: Mapping[str, str], table: pa.Table) -> None:
    """Refuse a card that its predictions do not score, or that differs from what evaluate wrote into their metadata."""
    try:
        scored = score_predictions(table)
    except ClmtError as error:
        raise ClmtError(f"{path}: {error}. {_REMEDY}") from None
    for key, value in scored.items():
        if not _equal(card.get(key), value):
            raise ClmtError(
                f"{path.parent}/metrics.json: {key} is another than that of predictions.parquet! "
                f"got: {card.get(key)!r}, expected: {value!r}. {_REMEDY}"
            )
    for key, fact in facts.items():
        if str(card.get(key)) != fact:
            raise ClmtError(
                f"{path.parent}/metrics.json: {key} has changed since the run was scored! "
                f"got: {str(card.get(key))!r:.80}, expected: {fact!r:.80}. {_REMEDY}"
            )


def _equal(found: Any, scored: Any) -> bool:
    """Whether an entry of a card is what the predictions score."""
    if isinstance(scored, float) and isinstance(found, int | float):
        return math.isclose(found, scored, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return type(found) is type(scored) and bool(found == scored)


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
    if not is_name(name):
        raise ClmtError(f"not a name of an experiment! got: {name!r:.80}, expected: lower case letters, digits and _")
    if twice := [model for model in models if list(models).count(model) > 1]:
        raise ClmtError(f"--models names {twice[0]!r} twice! expected: each model once")
    models = list(models) or list(dict.fromkeys(read_card(path)["model"] for path in metrics))
    cards = _read_cards(metrics, models, digests)
    files = {Path(path).parent: Path(path) for path in predictions}
    for folder in cards:
        if folder not in files:
            raise ClmtError(
                f"{folder}: metrics.json has no predictions.parquet beside it among the given files! Name both"
            )
    scored = {folder: _read_predictions(files[folder], card) for folder, card in cards.items()}
    _check_runs(list(cards.values()), models)
    tables = {
        model: pa.concat_tables([scored[folder] for folder, card in cards.items() if card["model"] == model])
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
