"""``clmt cases``: single drugs, cell lines and pairs of an experiment."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers, whole_number
from clmt.commands.evaluation import add_runs

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt cases``."""
    parser = subparsers.add_parser(
        "cases", help="show what a model predicts best and worst, its embedding, and pairs that nobody measured"
    )
    add_runs(parser)
    parser.add_argument("--model", type=Path, required=True, help="model.pt of one of the runs, of arch clmt")
    parser.add_argument("--graph", type=Path, required=True, help="graph.pt of its fold")
    parser.add_argument("--molecules", type=Path, required=True, help="molecules.pt")
    parser.add_argument("--text", type=Path, help="text_<encoder>.parquet, for a model that reads text")
    parser.add_argument("--drugs", type=Path, required=True, help="drugs.parquet of the dataset")
    parser.add_argument("--cell-lines", type=Path, required=True, help="cell_lines.parquet of the dataset")
    parser.add_argument("--response", type=Path, required=True, help="response.parquet: pairs that are measured")
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0, help="of the maps (default: %(default)s)")
    parser.add_argument("--table", type=Path, required=True, help="pairs without a response, to write")
    parser.add_argument("--page", type=Path, required=True, help="page to write")
    parser.set_defaults(run=run_cases)


def run_cases(args: argparse.Namespace) -> None:
    from clmt.cases.write import write_cases

    write_cases(
        args.experiment,
        metrics=args.metrics,
        predictions=args.predictions,
        models=args.models,
        digests=args.digests,
        checkpoint=args.model,
        graph=args.graph,
        molecules=args.molecules,
        text=args.text,
        drugs=args.drugs,
        cell_lines=args.cell_lines,
        response=args.response,
        seed=args.seed,
        table=args.table,
        page=args.page,
    )
