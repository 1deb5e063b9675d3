"""Made-up runs of an experiment, for the tests of tables and figures."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clmt.evaluation.score import score_predictions, write_evaluation
from clmt.evaluation.tables import collect

#: Models of the made-up experiment, and by how much (ln units) their predictions miss.
MODELS = {"drug_mean": 1.0, "cell_mean": 0.9, "mlp": 0.4, "clmt": 0.2, "clmt_plain": 0.3}
HISTORY = "epoch,seconds,train_loss,train_rmse,validation_rmse,learning_rate,best\n"


def write_responses(path: Path, cells: list[str], drugs: list[str], seed: int = 0, target: str = "") -> np.ndarray:
    """Write a response table of all pairs; drug means, cell means and an interaction, float64 (C, D)."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(len(cells), 4)) @ rng.normal(size=(4, len(drugs))) * 0.5
    values = 2.3 + rng.normal(0, 2.3, len(drugs)) + rng.normal(0, 0.7, (len(cells), 1)) + factors
    values += rng.normal(0, 0.4, values.shape)
    columns = {
        "cell_line_id": np.repeat(cells, len(drugs)),
        "drug_id": np.tile(drugs, len(cells)),
        "ln_ic50": values.ravel(),
        "censored": np.zeros(values.size, dtype=bool),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns).replace_schema_metadata({"target": target} if target else None), path)
    return values


def history(epochs: int, best: float, rng: np.random.Generator) -> str:
    """Write a learning curve that falls to ``best`` and turns up a little."""
    lines = [HISTORY]
    for epoch in range(1, epochs + 1):
        value = best + 1.6 * np.exp(-epoch / 6) + 0.0004 * max(0, epoch - epochs * 0.7) ** 1.5 + rng.normal(0, 0.006)
        lines.append(f"{epoch},{epoch * 21.5:.1f},{value**2 * 0.8:.4f},{value * 0.85:.4f},{value:.4f},0.001,0\n")
    return "".join(lines)


def write_runs(
    root: Path,
    models: Mapping[str, float],
    *,
    cells: int = 30,
    drugs: int = 12,
    folds: int = 3,
    simulated: bool = True,
    seed: int = 0,
    target: str = "",
) -> dict[str, list[Path]]:
    """Write runs whose predictions miss by ``models[name]`` ln units, and return their files by kind.

    ``drug_mean`` predicts the drug's mean; models whose name starts with ``clmt`` are of architecture ``clmt`` and,
    as ``mlp``, have a learning curve.
    """
    cell_ids = [f"{683665 + 7 * i}" for i in range(cells)]
    drug_ids = [f"Drug-{i:03d}" for i in range(drugs)]
    truth = write_responses(root / "response.parquet", cell_ids, drug_ids, seed, target)
    rng = np.random.default_rng(seed + 1)
    fold_of = rng.integers(0, folds, truth.shape)
    files: dict[str, list[Path]] = {"metrics": [], "predictions": [], "history": []}
    skill = rng.gamma(4, 0.25, drugs)
    for model, noise in models.items():
        for fold in range(folds):
            pairs = np.argwhere(fold_of == fold)
            means = np.nanmean(np.where(fold_of == fold, np.nan, truth), axis=0)
            expected = means[pairs[:, 1]] + 0.9 * (truth.mean(axis=1) - truth.mean())[pairs[:, 0]]
            error = noise * skill[pairs[:, 1]] * rng.normal(size=len(pairs))
            predicted = means[pairs[:, 1]] if model == "drug_mean" else truth[tuple(pairs.T)] * 0.97 + error
            folder = root / "made_up" / "mixed" / model / f"fold{fold}"
            card: dict[str, Any] = {"dataset": "made_up", "split": "mixed", "model": model, "fold": fold}
            card |= {"arch": "clmt" if model.startswith("clmt") else model, "simulated": simulated, "device": "cpu"}
            card |= {"n_train": truth.size - len(pairs), "seconds": 12.3456789, "peak_memory_mb": 512.0}
            card |= {"clmt_version": "0.1.0", "settings_digest": f"{zlib.crc32(model.encode()):08x}"}
            write_evaluation(
                cell_line_ids=cell_ids,
                drug_ids=drug_ids,
                pairs=pairs,
                predicted=predicted,
                response_path=root / "response.parquet",
                expected={"mean_effects": expected, "tissue_mean_effects": 0.9 * expected},
                card=card,
                predictions_out=folder / "predictions.parquet",
                metrics_out=folder / "metrics.json",
            )
            trained = model.startswith(("clmt", "mlp"))
            (folder / "history.csv").write_text(history(60, 0.1 + noise, rng) if trained else HISTORY)
            for kind, name in (
                ("metrics", "metrics.json"),
                ("predictions", "predictions.parquet"),
                ("history", "history.csv"),
            ):
                files[kind].append(folder / name)
    return files


def rescore(predictions: Path, change: Callable[[pa.Table], pa.Table], **facts: Any) -> None:
    """Pass predictions through ``change`` and have them and their card agree again, with other ``facts`` of the run."""
    path = predictions.parent / "metrics.json"
    table = change(pq.read_table(predictions))
    card = {**json.loads(path.read_text()), **score_predictions(table), **facts}
    pq.write_table(table.replace_schema_metadata({key: str(value) for key, value in card.items()}), predictions)
    path.write_text(json.dumps(card))


def write_experiment(root: Path, models: dict[str, float], **world: Any) -> dict[str, Any]:
    """Write runs and their tables; return the arguments of `write_report`."""
    files = write_runs(root, models, **world)
    runs = {kind: files[kind] for kind in ("metrics", "predictions")}
    tables = {"table_out": root / "made_up_cv.tsv", "summary_out": root / "made_up_cv_summary.tsv"}
    collect("made_up_cv", models=list(models), replicates=50, **tables, **runs)
    return {**files, "models": list(models), "summary": tables["summary_out"]}
