"""Command of the tables stage: the six validated tables of a dataset."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers

__all__ = ["add_archive", "register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt tables`` and ``clmt studies``."""
    tables = subparsers.add_parser("tables", help="join a dataset's sources into six validated tables and an audit")
    tables.add_argument(
        "--settings",
        required=True,
        metavar="JSON",
        help="settings as a JSON object: layout, exclude_drugs, cell_lines, drugs",
    )
    add_archive(tables)
    tables.add_argument("--compounds", type=Path, help="GDSC's list of screened compounds (fills in targets)")
    tables.add_argument("--passports", type=Path, help="Cell Model Passports' list of models (tells the donors)")
    tables.add_argument("--structures", type=Path, required=True, help="structures.parquet of 'clmt pubchem'")
    tables.add_argument("--out-dir", type=Path, required=True, help="folder for the tables and audit.json")
    tables.set_defaults(run=run_tables)
    _add_studies(subparsers)


def _add_studies(subparsers: Subparsers) -> None:
    studies = subparsers.add_parser("studies", help="join the tables of two datasets, one to train on and one to test")
    for role in ("train", "test"):
        studies.add_argument(
            f"--{role}", type=Path, required=True, help=f"folder of the tables of the study that {role}s"
        )
    studies.add_argument("--names", nargs=2, required=True, metavar="NAME", help="names of both studies")
    studies.add_argument("--out-dir", type=Path, required=True, help="folder for the tables and audit.json")
    studies.set_defaults(run=run_studies)


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add ``--archive``, which `clmt.tables.layouts.reader.parse_archive` reads."""
    parser.add_argument(
        "--archive", nargs="+", required=True, metavar="[PART=]PATH", help="where the file or files of the layout lie"
    )


def run_studies(args: argparse.Namespace) -> None:
    from clmt.tables.studies import write_studies

    write_studies(args.train, args.test, args.out_dir, names=tuple(args.names))


def run_tables(args: argparse.Namespace) -> None:
    """Read, join, check and write."""
    from clmt.planning.settings.tables import TableSettings
    from clmt.tables.build import build_tables, write_tables
    from clmt.tables.drugs import read_structures
    from clmt.tables.layouts.reader import parse_archive

    settings = TableSettings.parse(args.settings)
    tables = build_tables(
        settings,
        archive=parse_archive(args.archive, settings.layout),
        structures=read_structures(args.structures),
        compounds=args.compounds,
        passports=args.passports,
    )
    write_tables(tables, args.out_dir)
    tables.audit.log()
