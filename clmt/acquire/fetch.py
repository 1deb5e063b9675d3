"""The one way in for bytes from outside: mirror or network, retried, verified, renamed when complete."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clmt.acquire.body import largest, read_body, take_off_gzip
from clmt.acquire.checks import ANSWERS, HEAD, MOVED, Expectation, Finding, inspect, inspect_bytes, is_foreign
from clmt.acquire.folder import MirrorFolder, file_sha256
from clmt.acquire.parts import part_of
from clmt.acquire.registry import Registry, Source
from clmt.acquire.transport import GoneError, Misplaced, Transient, Transport
from clmt.errors import ClmtError
from clmt.files import check_plain, put
from clmt.logs import transfer

__all__ = ["NOT_FOUND", "Question", "download", "download_source", "fetch_source"]

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
    folder = MirrorFolder(mirror) if mirror else None
    url = download_source(source, out, mirror=folder, transport=sender)
    logger.info("%s: %s bytes from %s", name, f"{out.stat().st_size:,}", f"mirror {mirror}" if mirror else url)


def download_source(source: Source, out: Path, *, mirror: MirrorFolder | None, transport: Transport) -> str:
    """Write the verified bytes of a source to ``out``, from the first of its addresses that has them.

    A mirror is asked for the first address alone, where it keeps the file. What an address began, the next one goes on
    with: the checksum decides over the whole.

    Returns
    -------
    str
        The address.

    Raises
    ------
    ClmtError
        Where no address has the file, with what each said and what there is instead; `GoneError` where each has
        nothing.
    """
    label, expected = f"source {source.name!r}", Expectation.of(source)
    failed: list[ClmtError] = []
    for url in source.urls if mirror is None else (source.url,):
        try:
            download(url, out, expected, label=label, mirror=mirror, transport=transport)
        except ClmtError as error:
            failed.append(error)
            if len(failed) < len(source.urls) and mirror is None:
                logger.warning("%s. The next address is asked", error)
            continue
        return url
    said = "; ".join(str(error).removeprefix(f"{label}: ") for error in failed)
    several = f"none of its {len(failed)} addresses has the file! " if len(failed) > 1 else ""
    instead = f". Instead: {source.instead}" if source.instead and mirror is None else ""
    kind = GoneError if all(isinstance(error, GoneError) for error in failed) else ClmtError
    raise kind(f"{label}: {several}{said}{instead}")


@dataclass(frozen=True)
class Question:
    """How an address is asked, where not by a plain request to itself.

    Attributes
    ----------
    url
        Address to ask; the file keeps the place of the one that it answers for.
    form
        Fields to post.
    gone
        Statuses that mean that there is nothing.
    """

    url: str = ""
    form: Mapping[str, str] | None = None
    gone: frozenset[int] = NOT_FOUND


_PLAIN = Question()


def download(
    url: str,
    out: Path,
    expected: Expectation,
    *,
    label: str,
    mirror: MirrorFolder | None = None,
    transport: Transport,
    question: Question = _PLAIN,
) -> None:
    """Write the verified bytes of ``url`` to ``out``: everything that comes from outside goes through here.

    The bytes grow in a ``.part`` file beside ``out``, which is renamed when they are complete and right: a wrong file
    is never kept. A part that breaks off is continued, by this process or a later one, where a checksum decides over
    the whole. Raises `GoneError` where the source has nothing (an HTTP status of ``gone``, or an address that the
    mirror does not hold), `ClmtError` that names source, address, what was found and what to do otherwise.
    """
    out = Path(out)
    check_plain(out)
    keep = mirror is None and expected.pinned and not expected.any_line_ends
    with part_of(out, keep) as (part, kept):
        if mirror is not None:
            _copy(url, part, expected, label, mirror)
        else:
            receipt = _Receipt(url, part, expected, label, question, kept)
            transport.repeat(label, url, lambda: receipt.once(transport))
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


@dataclass
class _Receipt:
    """One file on its way, attempt by attempt."""

    url: str
    part: Path
    expected: Expectation
    label: str
    question: Question
    kept: bool
    unended: str = ""

    def once(self, transport: Transport) -> None:
        """Receive what is missing and look at the whole."""
        start = self.part.stat().st_size if self.kept and self.part.exists() else 0
        if start == 0 or start != self.expected.bytes:
            try:
                start = self._receive(transport, start)
            except Misplaced:
                self._begin_anew()
                raise
        if self.expected.bytes is None:  # else the size says so
            self._refuse_endless()
        finding = inspect(self.part, self.expected)
        if finding is None:
            self._doubt_unended()
            return
        if start and not finding.transient:
            self._begin_anew()
            raise Transient(f"{finding.got} of a file that was continued, expected: {finding.expected}")
        self._refuse(finding)

    def _receive(self, transport: Transport, start: int) -> int:
        """Write the answer; returns the byte from which it went on, 0 where it began anew."""
        expected, asked = self.expected, self.question
        foreign = (lambda body: is_foreign(body, expected)) if expected.kind in ANSWERS else None
        with transport.get(asked.url or self.url, self.label, asked.gone, foreign, start, asked.form) as response:
            start = start if response.status_code == 206 else 0
            packed = "Content-Encoding" in response.headers
            chunks = read_body(response, expected.kind, largest(expected) - start)
            head, finding = b"", None
            with self.part.open("ab" if start else "wb") as handle:
                for chunk in transfer(chunks, self.label, expected.bytes):
                    handle.write(chunk)
                    if not start and not packed and len(head) < HEAD:
                        head += chunk
                        if len(head) >= HEAD and (finding := inspect_bytes(head, expected)):
                            break  # A page may be long, and no byte more of it is wanted.
        if finding:
            self._refuse(finding)
        if packed:
            take_off_gzip(self.part, expected.kind, largest(expected))
        return start

    def _refuse(self, finding: Finding) -> None:
        if finding.transient:
            raise Transient(f"{finding.got}, expected: {finding.expected}")
        self._begin_anew()
        raise ClmtError(f"{self.label}: {self.url} is not the file! {finding}")

    def _refuse_endless(self) -> None:
        limit = largest(self.expected)
        if self.part.stat().st_size > limit:
            self._begin_anew()
            raise ClmtError(
                f"{self.label}: {self.url} does not end! got: more than {limit:,} bytes, expected: the file. {MOVED}"
            )

    def _doubt_unended(self) -> None:
        """Ask again for a text that ends within a line and has no checksum; the same once more is the whole."""
        if self.expected.pinned or self.expected.kind not in ("text", "answer"):
            return
        with self.part.open("rb") as handle:
            handle.seek(-1, os.SEEK_END)
            ended = handle.read() == b"\n"
        digest = "" if ended else file_sha256(self.part)
        if digest != self.unended:
            self.unended = digest
            raise Transient("a text that ends within a line")

    def _begin_anew(self) -> None:
        with self.part.open("wb"):
            pass
