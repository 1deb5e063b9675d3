"""``clmt collect`` and ``clmt figures``: from the runs of an experiment to its tables and figures."""

from __future__ import annotations

import argparse
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands of this stage."""
    collect = subparsers.add_parser("collect", help="gather the runs of an experiment in its two tables")
    add_runs(collect)
    collect.add_argument("--table", type=Path, required=True, help="one row per model and fold, to write")
    collect.add_argument("--summary", type=Path, required=True, help="one row per model and metric, to write")
    collect.add_argument("--replicates", type=int, default=2000, help="of the clustered bootstrap (default: 2000)")
    collect.add_argument("--seed", type=int, default=0, help="of the clustered bootstrap (default: 0)")
    collect.set_defaults(run=run_collect)

    figures = subparsers.add_parser("figures", help="draw the figures and the HTML table of an experiment")
    add_runs(figures)
    figures.add_argument("--history", type=Path, nargs="*", default=[], help="history.csv of each run")
    figures.add_argument("--summary", type=Path, required=True, help="the summary table written by collect")
    figures.add_argument("--out-dir", type=Path, required=True, help="folder to write to")
    figures.set_defaults(run=run_figures)


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the runs of an experiment."""
    parser.add_argument("--experiment", required=True, help="name of the experiment")
    parser.add_argument("--metrics", type=Path, nargs="+", required=True, help="metrics.json of each run")
    parser.add_argument("--predictions", type=Path, nargs="+", required=True, help="predictions.parquet of each run")
    parser.add_argument("--models", nargs="*", default=[], help="models in the order of the rows")


def run_collect(args: argparse.Namespace) -> None:
    """Write the tables of an experiment."""
    from clmt.evaluation.tables import collect

    collect(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        models=args.models,
        table_out=args.table,
        summary_out=args.summary,
        replicates=args.replicates,
        seed=args.seed,
    )


def run_figures(args: argparse.Namespace) -> None:
    """Draw the figures of an experiment and write its HTML table."""
    from clmt.report.write import write_report

    write_report(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        history=args.history,
        models=args.models,
        summary=args.summary,
        out_dir=args.out_dir,
    )
