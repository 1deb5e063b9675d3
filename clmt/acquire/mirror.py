"""Make a mirror: one folder with every file of the registry and every answer asked so far, each at its address."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from clmt.acquire.checks import ANSWER, inspect
from clmt.acquire.client import UNKNOWN
from clmt.acquire.fetch import download_source
from clmt.acquire.folder import SUMS, MirrorFolder, file_sha256, read_sums
from clmt.acquire.registry import Registry, Source, download_path, is_address
from clmt.acquire.transport import GoneError, Transport
from clmt.errors import ClmtError
from clmt.files import atomic_path, write_text
from clmt.logs import progress

__all__ = ["make_mirror"]

logger = logging.getLogger(__name__)


def make_mirror(
    registry: Registry,
    folder: Path,
    downloads: Path,
    mirror: Path | None = None,
    names: Sequence[str] = (),
    transport: Transport | None = None,
) -> None:
    """Fill ``folder`` and write its ``SHA256SUMS``; files that are already there and right are kept.

    Parameters
    ----------
    registry
        The files to fetch.
    folder
        The mirror to make or to complete.
    downloads
        Folder whose cached answers of look-up services are copied; run the workflow's look-ups once before.
    mirror
        Another mirror to take everything from, answers included, instead of the live sources.
    names
        Sources to fetch; all of the registry where empty.
    transport
        How to ask; made here unless a test brings its own.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    origin = MirrorFolder(mirror) if mirror else None
    sender = transport or Transport(intervals=registry.interval)
    sums = read_sums(folder / SUMS) if (folder / SUMS).is_file() else {}
    sources = [registry.source(name) for name in names] if names else list(registry.sources.values())
    failed = []
    try:
        for source in progress(sources, "mirroring", len(sources)):
            failed += _add_source(source, folder, sums, origin, sender)
        _add_answers(registry, folder, sums, downloads, origin)
    finally:
        _write_sums(folder, sums)
    _warn_unanswered(registry, folder, sums)
    logger.info("mirror %s: %d files", folder, len(sums))
    if failed:
        raise ClmtError(f"mirror {folder}: {len(failed)} of {len(sources)} sources are missing: {'; '.join(failed)}")


def _add_source(
    source: Source, folder: Path, sums: dict[str, str], origin: MirrorFolder | None, sender: Transport
) -> list[str]:
    """Fetch one source; returns what failed, so that one dead address does not keep the others out."""
    path = folder / source.address
    if path.is_file() and sums.get(source.address) == file_sha256(path):
        return []
    try:
        download_source(source, path, mirror=origin, transport=sender)
    except GoneError as error:
        if origin is None:
            return [str(error)]
        logger.warning("%s is left out: mirror %s does not hold it", source.name, origin.folder)
        return []
    except ClmtError as error:
        return [str(error)]
    sums[source.address] = file_sha256(path)
    return []


def _add_answers(
    registry: Registry, folder: Path, sums: dict[str, str], downloads: Path, origin: MirrorFolder | None
) -> None:
    for api in registry.apis.values():
        stem = download_path(api.url)
        held = sorted(address for address in origin.sums if address.startswith(f"{stem}/")) if origin else []
        for address in held or _cached(downloads, stem):
            target = folder / address
            with atomic_path(target) as temporary:
                if origin:
                    origin.copy(f"https://{address}", temporary)
                else:
                    shutil.copyfile(downloads / address, temporary)
                finding = inspect(temporary, ANSWER)
                if finding:
                    place = (origin.folder if origin else downloads) / address
                    raise ClmtError(f"{place} is not an answer! {finding.brief}. Remove it and look up again")
            sums[address] = file_sha256(target)


def _warn_unanswered(registry: Registry, folder: Path, sums: dict[str, str]) -> None:
    """Name the services that the mirror cannot answer for: what they are asked follows from the data, not from here."""
    stems = {name: download_path(api.url) for name, api in registry.apis.items()}
    absent = [name for name, stem in stems.items() if not any(address.startswith(f"{stem}/") for address in sums)]
    if absent:
        logger.warning(
            "mirror %s has no answers of %s! A run from it needs those of pubchem, for structures, and those of each "
            "service in text.sources. Where one of these is missing, run 'snakemake --cores 2 "
            "results/gdsc/text/drugs.parquet' first (and so for each dataset), which asks on the way to "
            "tables/drugs.parquet and text/records; then 'clmt mirror' again",
            folder,
            ", ".join(absent),
        )


def _cached(downloads: Path, stem: str) -> list[str]:
    """Addresses of the answers on disk; markers of unknown things stay behind: absent is what they mean.

    A link may lead to any file of the user, and a name that is no address was not written by a look-up: both are left.
    """
    files = (path for path in (downloads / stem).rglob("*") if path.is_file())
    answers = sorted(path for path in files if path.suffix != UNKNOWN and not path.name.startswith("."))
    chosen = []
    for path in answers:
        address = path.relative_to(downloads).as_posix()
        if path.is_symlink() or not is_address(address):
            logger.warning("%r is left out: a link, or no address", str(path))
        else:
            chosen.append(address)
    return chosen


def _write_sums(folder: Path, sums: dict[str, str]) -> None:
    write_text(folder / SUMS, "".join(f"{sums[address]}  {address}\n" for address in sorted(sums)))
