"""The one way in for bytes from outside: mirror or network, retried, verified, renamed when complete."""

from __future__ import annotations

import logging
from pathlib import Path

from clmt.acquire.body import largest, read_body, take_off_gzip
from clmt.acquire.checks import MOVED, Expectation, inspect
from clmt.acquire.folder import MirrorFolder
from clmt.acquire.registry import Registry
from clmt.acquire.transport import GoneError, Transient, Transport
from clmt.errors import ClmtError
from clmt.files import check_plain, put
from clmt.scratch import scratch_file

__all__ = ["NOT_FOUND", "download", "fetch_source"]

logger = logging.getLogger(__name__)

NOT_FOUND = frozenset({404, 410})


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


def download(
    url: str,
    out: Path,
    expected: Expectation,
    *,
    label: str,
    mirror: MirrorFolder | None = None,
    transport: Transport,
    gone: frozenset[int] = NOT_FOUND,
) -> None:
    """Write the verified bytes of ``url`` to ``out``: everything that comes from outside goes through here.

    The bytes grow in a file of this process beside ``out``, which is renamed when they are complete and right, and
    removed otherwise: a wrong file is never kept. Raises `GoneError` where the source has nothing (an HTTP
    status of ``gone``, or an address that the mirror does not hold), `ClmtError` that names source, address, what was
    found and what to do otherwise.
    """
    out = Path(out)
    check_plain(out)
    with scratch_file(out) as part:
        if mirror is not None:
            _copy(url, part, expected, label, mirror)
        else:
            transport.repeat(label, url, lambda: _receive(url, part, expected, label, transport, gone))
        part.chmod(0o644)
        put(part, out)


def _copy(url: str, part: Path, expected: Expectation, label: str, mirror: MirrorFolder) -> None:
    if not mirror.copy(url, part):
        raise GoneError(
            f"{label}: {url} has nothing! got: no such file in mirror {mirror.folder}, expected: "
            f"{mirror.place(url)}. Add it with 'clmt mirror', or set mirror: null"
        )
    finding = inspect(part, expected.shape_only())
    if finding:
        raise ClmtError(f"{label}: {mirror.place(url)} is not the file! {finding}")


def _receive(
    url: str, part: Path, expected: Expectation, label: str, transport: Transport, gone: frozenset[int]
) -> None:
    limit, page_is_transient = largest(expected), expected.kind == "answer"
    with transport.get(url, label, gone, page_is_transient) as response, part.open("wb") as handle:
        for chunk in read_body(response, expected.kind, limit):
            handle.write(chunk)
        packed = "Content-Encoding" in response.headers
    if packed:
        take_off_gzip(part, expected.kind, limit)
    finding = inspect(part, expected)
    if finding and finding.transient:
        raise Transient(f"{finding.got}, expected: {finding.expected}")
    if finding:
        raise ClmtError(f"{label}: {url} is not the file! {finding}")
    if part.stat().st_size > limit:
        raise ClmtError(f"{label}: {url} does not end! got: more than {limit:,} bytes, expected: the file. {MOVED}")
