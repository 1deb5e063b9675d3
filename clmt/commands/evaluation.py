"""Commands of the evaluation stage: the tables and the figures of an experiment."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers, whole_number
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["add_inputs", "add_repeats", "add_runs", "register", "repeat"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt collect``, ``clmt figures``, ``clmt groups`` and ``clmt index``."""
    collect = subparsers.add_parser("collect", help="gather the runs of an experiment in its two tables")
    add_runs(collect)
    add_repeats(collect)
    collect.add_argument("--table", type=Path, required=True, help="one row per model and fold, to write")
    collect.add_argument("--summary", type=Path, required=True, help="one row per model and metric, to write")
    bootstrap = "of the clustered bootstrap (default: %(default)s)"
    collect.add_argument("--replicates", type=whole_number(10, 100_000), default=2000, help=bootstrap)
    collect.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0, help=bootstrap)
    collect.add_argument("--reference", help="model that the others are compared with (default: the best baseline)")
    collect.set_defaults(run=run_collect)

    figures = subparsers.add_parser("figures", help="draw the figures and the HTML table of an experiment")
    add_runs(figures)
    figures.add_argument("--history", type=Path, nargs="*", default=[], help="history.csv of each run")
    figures.add_argument("--summary", type=Path, required=True, help="the summary table written by collect")
    figures.add_argument("--cell-lines", type=Path, help="cell_lines.parquet of the dataset, for their names")
    figures.add_argument("--out-dir", type=Path, required=True, help="folder to write to")
    figures.set_defaults(run=run_figures)

    groups = subparsers.add_parser("groups", help="tell each model's error on every drug and every tissue")
    add_runs(groups)
    groups.add_argument("--drugs", type=Path, required=True, help="drugs.parquet of the dataset")
    groups.add_argument("--cell-lines", type=Path, required=True, help="cell_lines.parquet of the dataset")
    groups.add_argument("--table", type=Path, required=True, help="one row per drug or tissue and model, to write")
    groups.add_argument("--page", type=Path, required=True, help="page that filters the table, to write")
    groups.set_defaults(run=run_groups)

    index = subparsers.add_parser("index", help="write the page of all experiments")
    index.add_argument("--groups", required=True, metavar="JSON", help="title and experiments of each part of the page")
    index.add_argument("--tables", type=Path, nargs="+", required=True, help="table of each experiment")
    index.add_argument("--summaries", type=Path, nargs="+", required=True, help="summary of each, in the same order")
    index.add_argument("--coverage", type=Path, nargs="*", default=[], help="table of coverage of those that have one")
    index.add_argument("--out", type=Path, required=True, help="the page to write")
    add_inputs(index)
    index.set_defaults(run=run_index)


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the runs of an experiment."""
    parser.add_argument("--experiment", required=True, help="name of the experiment")
    parser.add_argument("--metrics", type=Path, nargs="+", required=True, help="metrics.json of each run")
    parser.add_argument("--predictions", type=Path, nargs="+", required=True, help="predictions.parquet of each run")
    parser.add_argument(
        "--digests", nargs="*", default=[], help="settings_digest of each run as it is now; a card of others is refused"
    )
    parser.add_argument("--models", nargs="*", default=[], help="models in the order of the rows")


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the files which all results are made of."""
    parser.add_argument("--inputs", type=Path, nargs="*", default=[], help="downloads and own files they are made of")
    parser.add_argument("--registry", type=Path, default=here_or_packaged(REGISTRY), help="default: %(default)s")
    parser.add_argument(
        "--downloads", type=Path, default=Path("resources/downloads"), help="raw downloads (default: %(default)s)"
    )


def add_repeats(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which models are another one, trained again."""
    parser.add_argument(
        "--repeats", nargs="*", default=[], metavar="MODEL=FIRST", help="models that train another from another seed"
    )


def run_collect(args: argparse.Namespace) -> None:
    from clmt.evaluation.tables import collect

    collect(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        models=args.models,
        digests=args.digests,
        table_out=args.table,
        summary_out=args.summary,
        repeat_of=dict(repeat(text) for text in args.repeats),
        reference=args.reference,
        replicates=args.replicates,
        seed=args.seed,
    )


def repeat(text: str) -> tuple[str, str]:
    """Read MODEL=FIRST of ``--repeats``."""
    from clmt.errors import ClmtError

    model, equals, first = text.partition("=")
    if not equals:
        raise ClmtError(f"--repeats: got: {text!r}, expected: MODEL=FIRST")
    return model, first


def run_figures(args: argparse.Namespace) -> None:
    from clmt.report.write import write_report

    write_report(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        history=args.history,
        models=args.models,
        digests=args.digests,
        summary=args.summary,
        out_dir=args.out_dir,
        cell_lines=args.cell_lines,
    )


def run_groups(args: argparse.Namespace) -> None:
    from clmt.report.groups import write_groups

    write_groups(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        models=args.models,
        digests=args.digests,
        drugs=args.drugs,
        cell_lines=args.cell_lines,
        table=args.table,
        page=args.page,
    )


def run_index(args: argparse.Namespace) -> None:
    from clmt.acquire.registry import load_registry
    from clmt.report.index import read_groups, write_index
    from clmt.report.inputs import read_inputs

    inputs = read_inputs(args.inputs, load_registry(args.registry), args.downloads)
    write_index(read_groups(args.groups), args.tables, args.summaries, args.out, inputs, args.coverage)
