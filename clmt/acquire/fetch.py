"""The one way in for bytes from outside: mirror or network, retried, verified, renamed when complete."""

from __future__ import annotations

import logging
from pathlib import Path

from clmt.acquire.checks import Expectation
from clmt.acquire.client import Client
from clmt.acquire.download import download
from clmt.acquire.folder import MirrorFolder
from clmt.acquire.registry import Registry
from clmt.acquire.transport import Transport

__all__ = ["Client", "download", "fetch_source", "open_client"]

logger = logging.getLogger(__name__)


def fetch_source(
    registry: Registry, name: str, out: Path, mirror: Path | None = None, transport: Transport | None = None
) -> None:
    """Fetch one file of the registry to ``out``.

    Parameters
    ----------
    registry
        The sources and their checks.
    name
        The entry's name; raises `ClmtError` with the known names where there is none.
    out
        The file to write; it appears only when it is complete and right.
    mirror
        Folder that answers instead of the network; its checksums replace the published ones.
    transport
        How to ask; made here unless a test brings its own.
    """
    source = registry.source(name)
    sender = transport or Transport(intervals=registry.interval)
    expected = Expectation.of(source)
    folder = MirrorFolder(mirror) if mirror else None
    download(source.url, out, expected, label=f"source {name!r}", mirror=folder, transport=sender)
    logger.info("%s: %s bytes from %s", name, f"{out.stat().st_size:,}", f"mirror {mirror}" if mirror else source.url)


def open_client(registry: Registry, cache: Path, mirror: Path | None = None) -> Client:
    """Make a client of the look-up services: answers from the mirror where one is set, else cached under ``cache``."""
    sender = Transport(intervals=registry.interval, pace_folder=Path(cache) / ".pace")
    return Client(Path(cache), MirrorFolder(mirror) if mirror else None, sender)
