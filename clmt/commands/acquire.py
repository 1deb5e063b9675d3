"""Commands that fetch: files of the registry, structures from PubChem, text encoders, whole mirrors."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmt.commands import Subparsers
from clmt.commands.tables import add_archive
from clmt.files import optional_path
from clmt.paths import REGISTRY, here_or_packaged

__all__ = ["register"]

DOWNLOADS = Path("resources/downloads")


def register(subparsers: Subparsers) -> None:
    """Add ``fetch``, ``pubchem``, ``fetch-encoder`` and ``mirror``."""
    fetch = subparsers.add_parser("fetch", help="download one file of the registry and verify it")
    fetch.add_argument("--source", required=True, help="name of the entry in the registry")
    _add_common(fetch)
    fetch.add_argument("--out", type=Path, required=True, help="file to write")
    fetch.set_defaults(run=run_fetch)

    pubchem = subparsers.add_parser("pubchem", help="look up the structures of a dataset's drugs by name")
    pubchem.add_argument("--dataset-layout", required=True, help="layout of the dataset, e.g. survey_gdsc")
    add_archive(pubchem)
    pubchem.add_argument(
        "--compounds", type=Path, help="GDSC's list of screened compounds, whose synonyms are tried, too"
    )
    pubchem.add_argument("--cache", type=Path, default=DOWNLOADS, help="folder that keeps the answers")
    _add_common(pubchem)
    pubchem.add_argument("--out", type=Path, required=True, help="structures.parquet to write")
    pubchem.set_defaults(run=run_pubchem)

    encoder = subparsers.add_parser("fetch-encoder", help="download a text encoder at a pinned revision")
    encoder.add_argument("--id", required=True, help="identifier at the Hugging Face hub")
    encoder.add_argument("--revision", required=True, help="commit, 40 hexadecimal digits")
    encoder.add_argument("--from", dest="local", type=Path, help="folder with the model to copy instead of the hub")
    encoder.add_argument("--out", type=Path, required=True, help="folder to write")
    encoder.set_defaults(run=run_fetch_encoder)

    mirror = subparsers.add_parser("mirror", help="make a folder that serves every download offline")
    mirror.add_argument("folder", type=Path, help="mirror to make or to complete")
    mirror.add_argument(
        "--downloads",
        type=Path,
        default=DOWNLOADS,
        help="folder with the answers that look-up services gave the workflow, to copy",
    )
    mirror.add_argument("--source", action="append", default=[], help="only this entry (repeatable)")
    _add_common(mirror)
    mirror.set_defaults(run=run_mirror)


def run_fetch(args: argparse.Namespace) -> None:
    from clmt.acquire.fetch import fetch_source
    from clmt.acquire.registry import load_registry

    fetch_source(load_registry(args.registry), args.source, args.out, args.mirror)


def run_pubchem(args: argparse.Namespace) -> None:
    from clmt.acquire.client import open_client
    from clmt.acquire.given import Given, resolve_given
    from clmt.acquire.pubchem import write_structures
    from clmt.acquire.registry import load_registry
    from clmt.reading.compounds import gdsc_synonyms
    from clmt.tables.layouts.reader import drug_details, layout_reader, parse_archive

    registry = load_registry(args.registry)
    reader, archive = layout_reader(args.dataset_layout), parse_archive(args.archive, args.dataset_layout)
    drugs = reader.drug_names(archive)
    given = {key: Given(drug.name, drug.smiles, drug.cid) for key, drug in drug_details(reader, archive).items()}
    names = [drug.name for drug in given.values() if drug.name]
    synonyms = gdsc_synonyms(args.compounds, [*drugs, *names]) if args.compounds else {}
    client = open_client(registry, args.cache, args.mirror)
    write_structures(resolve_given(client, drugs, registry.api("pubchem").url, given, synonyms), args.out)


def run_fetch_encoder(args: argparse.Namespace) -> None:
    from clmt.acquire.hub import fetch_encoder

    fetch_encoder(args.id, args.revision, args.out, args.local)


def run_mirror(args: argparse.Namespace) -> None:
    from clmt.acquire.mirror import make_mirror
    from clmt.acquire.registry import load_registry

    make_mirror(load_registry(args.registry), args.folder, args.downloads, args.mirror, args.source)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--registry",
        type=Path,
        default=here_or_packaged(REGISTRY),
        help="registry of sources (default: %(default)s)",
    )
    parser.add_argument("--mirror", type=optional_path, default=None, help="folder that answers instead of the network")
