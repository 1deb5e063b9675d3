"""Commands of the experiment stage: train a model on a fold, predict and evaluate with its checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clmt.commands import THREADS, Subparsers

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt train``, ``clmt predict-held-out`` and ``clmt evaluate``."""
    train = subparsers.add_parser("train", help="fit one model on one fold and write its checkpoint")
    train.add_argument("--settings", required=True, metavar="JSON", help="arch, settings, seed and names of the run")
    _add_inputs(train)
    _add_members(train)
    help_given = "cell_line_id, drug_id and predicted, made by somebody else, for arch: predictions"
    train.add_argument("--given", type=Path, metavar="FILE", help=help_given)
    train.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    train.add_argument("--threads", type=THREADS, default=1, help="CPU threads (default: %(default)s)")
    train.add_argument("--model", type=Path, required=True, help="model.pt to write")
    train.add_argument("--history", type=Path, required=True, help="history.csv to write")
    train.set_defaults(run=run_train)

    predict = subparsers.add_parser(
        "predict-held-out", help="predict a fold's held-out pairs with a checkpoint, unscored"
    )
    _add_checkpoint(predict)
    _add_inputs(predict)
    predict.add_argument("--out", type=Path, required=True, help="held_out.parquet to write")
    predict.set_defaults(run=run_predict)

    evaluate = subparsers.add_parser("evaluate", help="predict a fold's test pairs with a checkpoint and score them")
    _add_checkpoint(evaluate)
    _add_inputs(evaluate)
    _add_members(evaluate)
    evaluate.add_argument("--response", type=Path, required=True, help="response.parquet, read for the test pairs only")
    evaluate.add_argument("--simulated", action="store_true", help="the data are simulated; every table says so")
    evaluate.add_argument("--predictions", type=Path, required=True, help="predictions.parquet to write")
    evaluate.add_argument("--metrics", type=Path, required=True, help="metrics.json to write")
    evaluate.set_defaults(run=run_evaluate)


def _add_checkpoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, required=True, help="model.pt")
    parser.add_argument("--settings", metavar="JSON", help="settings of the run; a model.pt of others is refused")


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--graph", type=Path, required=True, help="graph.pt of the fold")
    parser.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    parser.add_argument("--text", type=Path, help="text_<encoder>.parquet, for a model that reads text")


def _add_members(parser: argparse.ArgumentParser) -> None:
    help_members = "held_out.parquet of each member, for a mean of other models"
    parser.add_argument("--members", type=Path, nargs="*", default=[], metavar="FILE", help=help_members)


def run_predict(args: argparse.Namespace) -> None:
    from clmt.runs.predict import predict_held_out

    predict_held_out(
        args.model,
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        out=args.out,
        expected=_expected(args.settings),
    )


def run_train(args: argparse.Namespace) -> None:
    from clmt.files import parse_settings
    from clmt.runs.train import train_run

    train_run(
        parse_settings(args.settings),
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        members=args.members,
        given=args.given,
        device=args.device,
        threads=args.threads,
        model=args.model,
        history=args.history,
    )


def run_evaluate(args: argparse.Namespace) -> None:
    from clmt.runs.evaluate import evaluate_run

    evaluate_run(
        args.model,
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        members=args.members,
        response=args.response,
        simulated=args.simulated,
        predictions=args.predictions,
        metrics=args.metrics,
        expected=_expected(args.settings),
    )


def _expected(settings: str | None) -> dict[str, Any] | None:
    """Settings that the checkpoint must have, from JSON; none: any."""
    from clmt.planning.settings.run import RunSettings

    return None if settings is None else RunSettings.parse(settings).model_dump(exclude_unset=True)
