"""Commands of the text stage: ``clmt text look-up``, ``build``, ``encode``, ``vary``, ``show`` and ``page``."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers
from clmt.files import optional_path
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]


def register(subparsers: Subparsers) -> None:
    """Add ``clmt text`` and its subcommands."""
    parser = subparsers.add_parser("text", help="write, encode and show what is written about cell lines and drugs")
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    _add_look_up(actions)
    _add_build(actions)
    _add_encode(actions)
    _add_vary(actions)
    _add_show(actions)
    _add_page(actions)


def _add_look_up(actions: Subparsers) -> None:
    ask = actions.add_parser("look-up", help="ask a look-up service about the drugs of a dataset and keep the answers")
    ask.add_argument("--source", required=True, metavar="NAME", help="text source that has a look-up service")
    ask.add_argument("--drugs", type=Path, required=True, metavar="FILE", help="the dataset's drugs.parquet")
    ask.add_argument("--input", action="append", default=[], metavar="NAME=FILE", help="a file, by its registry name")
    ask.add_argument("--cache", type=Path, required=True, metavar="DIR", help="folder of downloads")
    ask.add_argument("--registry", type=Path, default=here_or_packaged(REGISTRY), help="default: %(default)s")
    ask.add_argument("--mirror", type=optional_path, metavar="DIR", help="folder that answers instead of the network")
    ask.add_argument("--out", type=Path, required=True, metavar="FILE", help="records file (JSON) to write")
    ask.set_defaults(run=run_look_up)


def _add_build(actions: Subparsers) -> None:
    build = actions.add_parser("build", help="write the corpus of a dataset from its tables and text sources")
    build.add_argument("--settings", required=True, metavar="JSON", help="sources, synonyms, max_pathways, ...")
    build.add_argument("--tables", type=Path, required=True, metavar="DIR", help="the dataset's tables")
    build.add_argument("--sources-registry", type=Path, default=here_or_packaged(REGISTRY), help="default: %(default)s")
    build.add_argument("--structures", type=Path, metavar="FILE", help="structures.parquet, for PubChem's titles")
    build.add_argument("--archive", metavar="NAME", help="registry entry of the dataset, for the terms of its tables")
    build.add_argument("--simulated", action="store_true", help="the sources are the project's own simulated files")
    build.add_argument(
        "--input", action="append", default=[], metavar="NAME=FILE", help="a source's file, by its registry name"
    )
    build.add_argument("--out-dir", type=Path, required=True, metavar="DIR", help="results/<dataset>/text")
    build.set_defaults(run=run_build)


def _add_encode(actions: Subparsers) -> None:
    encode = actions.add_parser("encode", help="turn the texts of a corpus into vectors")
    encode.add_argument("--settings", required=True, metavar="JSON", help="encoder, kind, skip_characters, ...")
    encode.add_argument("--corpus", type=Path, required=True, metavar="DIR", help="folder of the corpus")
    encode.add_argument("--tables", type=Path, metavar="DIR", help="the dataset's tables; needed to hide names")
    encode.add_argument("--folder", type=Path, metavar="DIR", help="local folder of a transformer")
    encode.add_argument("--out", type=Path, required=True, metavar="FILE", help="text_<encoder>.parquet to write")
    encode.set_defaults(run=run_encode)


def _add_vary(actions: Subparsers) -> None:
    vary = actions.add_parser("vary", help="make control vectors of an encoder's: shuffled, noise, of one kind only")
    vary.add_argument("--settings", required=True, metavar="JSON", help="encoder, of, shuffle, random, only, seed")
    vary.add_argument("--vectors", type=Path, required=True, metavar="FILE", help="text_<encoder>.parquet of the base")
    vary.add_argument("--out", type=Path, required=True, metavar="FILE", help="text_<encoder>.parquet to write")
    vary.set_defaults(run=run_vary)


def _add_show(actions: Subparsers) -> None:
    show = actions.add_parser("show", help="print the text of a cell line or drug with the source of each sentence")
    show.add_argument("dataset", help="dataset, such as gdsc")
    show.add_argument("entity", help="name or id of a cell line or drug")
    show.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")
    show.set_defaults(run=run_show)


def _add_page(actions: Subparsers) -> None:
    page = actions.add_parser("page", help="write all texts of a dataset as one HTML page to search and read")
    page.add_argument("--dataset", required=True, metavar="NAME", help="how the page calls the dataset")
    page.add_argument("--corpus", type=Path, required=True, metavar="DIR", help="folder of the corpus")
    page.add_argument("--tables", type=Path, required=True, metavar="DIR", help="the dataset's tables, for names")
    page.add_argument("--simulated", action="store_true", help="stamp the page as simulated data")
    page.add_argument("--out", type=Path, required=True, metavar="FILE", help="HTML file to write")
    page.set_defaults(run=run_page)


def run_look_up(args: argparse.Namespace) -> None:
    """Ask a service."""
    from clmt.acquire.client import open_client
    from clmt.acquire.registry import load_registry
    from clmt.text.facts import look_up

    registry = load_registry(args.registry)
    client = open_client(registry, args.cache, args.mirror)
    look_up(args.source, client, registry, args.drugs, _inputs(args.input), args.out)


def run_build(args: argparse.Namespace) -> None:
    """Write a corpus and print how much of it each source says."""
    from clmt.planning.settings.text import TextSettings
    from clmt.text.build import build_corpus

    inputs = _inputs(args.input)
    coverage = build_corpus(
        TextSettings.parse(args.settings),
        args.tables,
        inputs,
        args.sources_registry,
        args.out_dir,
        archive=args.archive,
        structures=args.structures,
        simulated=args.simulated,
    )
    print(coverage, end="")


def run_encode(args: argparse.Namespace) -> None:
    """Encode a corpus."""
    from clmt.vectors.encode import encode_corpus

    encode_corpus(args.settings, args.corpus, args.out, folder=args.folder, tables=args.tables)


def run_vary(args: argparse.Namespace) -> None:
    """Vary vectors."""
    from clmt.vectors.controls import vary_vectors

    vary_vectors(args.settings, args.vectors, args.out)


def run_show(args: argparse.Namespace) -> None:
    """Print the text of an entity."""
    from clmt.text.show import show_text

    print(show_text(args.results / args.dataset, args.entity), end="")


def run_page(args: argparse.Namespace) -> None:
    """Write the page of all texts."""
    from clmt.text.page.write import write_page

    write_page(args.dataset, args.corpus, args.tables, args.out, simulated=args.simulated)


def _inputs(pairs: list[str]) -> dict[str, Path]:
    from clmt.errors import ClmtError

    inputs: dict[str, Path] = {}
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator or not name or not path:
            raise ClmtError(f"--input is not NAME=FILE! got: {pair!r}")
        if name in inputs:
            raise ClmtError(f"--input {name} is given twice; got: {inputs[name]} and {path}")
        inputs[name] = Path(path)
    return inputs
