"""Look-ups at web services, each answer kept on disk, so that nothing is asked twice."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clmt.acquire.checks import ANSWER, JSON, Expectation, inspect_bytes
from clmt.acquire.fetch import NOT_FOUND, Question, download
from clmt.acquire.folder import MirrorFolder, file_sha256
from clmt.acquire.registry import Registry, download_path
from clmt.acquire.transport import GoneError, Transport
from clmt.errors import ClmtError
from clmt.files import read_json, write_json

__all__ = ["UNKNOWN", "Client", "open_client"]

#: Ending of the small file that remembers for a while that a service had nothing to say. Remove it to ask at once.
UNKNOWN = ".unknown"
UNKNOWN_AGE = datetime.timedelta(days=30)


class Client:
    """Asks look-up services for text or JSON.

    Parameters
    ----------
    cache
        Downloads folder; an answer lies at ``<cache>/<host>/<path>?<query>``.
    mirror
        Folder that answers instead of the network. The cache is then left alone: what a mirror lacks says nothing
        about the live service, and live answers must not mix with a mirror's.
    transport
        How to ask: pace, time-outs, retries.
    """

    def __init__(self, cache: Path, mirror: MirrorFolder | None = None, transport: Transport | None = None) -> None:
        self.cache = Path(cache)
        self.mirror = mirror
        self.transport = transport or Transport()
        self._asked: list[str] = []

    @property
    def ask_unknown(self) -> str:
        """How to ask again about what a service did not know, for messages."""
        return f"to ask again within {UNKNOWN_AGE.days} days, remove the {UNKNOWN} files below {self.cache}"

    def get_json(
        self, url: str, unknown: frozenset[int] = NOT_FOUND, live: Sequence[Question] = (), fault: str = ""
    ) -> Any:
        """Return the decoded answer, or None where the service has nothing (an HTTP status of ``unknown``).

        Parameters
        ----------
        url
            Address of the answer, in the cache and in a mirror.
        unknown
            Statuses with which the service says that it has nothing.
        live
            How the live service is asked, where not by a plain request to ``url``: in this order, until it answers.
        fault
            Key that the body of such a status has.
        """
        content = self._get(url, replace(JSON, fault=fault), unknown, live)
        if content is None:
            return None
        try:
            answer = json.loads(content)
            # None is the word for a service that has nothing, which says so by its status.
            if answer is None:
                raise ValueError("null")
            return answer
        except (ValueError, RecursionError) as error:
            self._forget(url)
            raise ClmtError(
                f"{url}: the answer is not JSON! got: {content[:60].decode('utf-8', 'replace')!r} ({error}). "
                "Try again later, or correct the service's address in config/sources.yaml"
            ) from None

    def get_text(self, url: str, unknown: frozenset[int] = NOT_FOUND) -> str | None:
        """Return the answer as text (UTF-8), or None where the service has nothing."""
        content = self._get(url, ANSWER, unknown)
        return None if content is None else content.decode("utf-8-sig", "replace")

    @contextlib.contextmanager
    def item(self) -> Iterator[None]:
        """Hold the answers about one thing together: where one of them cannot be read, each is asked anew next time."""
        self._asked.clear()
        try:
            yield
        except ClmtError:
            for url in self._asked:
                self._forget(url)
            raise

    def retrieved(self, url: str) -> str:
        """What stands for the date of an answer that is on disk: the start of its checksum.

        The day on which it was stored differs between machines and time zones; the answer says which one was read.
        """
        path = self.mirror.place(url) if self.mirror else self._path(url)
        try:
            return f"rolling, sha256 {file_sha256(path)[:12]}"
        except FileNotFoundError:
            raise ClmtError(f"look-up: no answer on disk! got: {url}, expected: an address asked before") from None

    def _get(
        self, url: str, expected: Expectation, unknown: frozenset[int], live: Sequence[Question] = ()
    ) -> bytes | None:
        self._asked.append(url)
        if self.mirror is not None:
            return self._from_mirror(self.mirror, url)
        path = self._path(url)
        if path.is_file():
            return path.read_bytes()
        marker = path.with_name(path.name + UNKNOWN)
        if _holds(marker):
            return None
        if not self._ask(url, path, expected, [replace(question, gone=unknown) for question in live or (Question(),)]):
            write_json(marker, {"url": url, "asked": datetime.date.today().isoformat()})
            return None
        marker.unlink(missing_ok=True)
        return path.read_bytes()

    def _ask(self, url: str, path: Path, expected: Expectation, questions: Sequence[Question]) -> bool:
        """Ask until there is an answer; returns False where the service has nothing, whatever else it refused."""
        refusals: list[ClmtError] = []
        for question in questions:
            try:
                download(url, path, expected, label="look-up", transport=self.transport, question=question)
                return True
            except ClmtError as error:
                refusals.append(error)
        if any(isinstance(error, GoneError) for error in refusals):
            return False
        raise refusals[-1]

    def _from_mirror(self, mirror: MirrorFolder, url: str) -> bytes | None:
        content = mirror.read(url)
        finding = None if content is None else inspect_bytes(content)
        if finding:
            raise ClmtError(f"look-up: {mirror.place(url)} is not an answer! {finding}")
        return content

    def _path(self, url: str) -> Path:
        return self.cache / download_path(url)

    def _forget(self, url: str) -> None:
        if self.mirror is None:
            self._path(url).unlink(missing_ok=True)


def _holds(marker: Path) -> bool:
    """Whether a service had nothing to say not long ago; what it has learnt since is worth asking for."""
    try:
        asked = datetime.date.fromisoformat(read_json(marker)["asked"])
    except (ClmtError, KeyError, TypeError, ValueError):
        return False
    return datetime.date.today() - asked < UNKNOWN_AGE


def open_client(registry: Registry, cache: Path, mirror: Path | None = None) -> Client:
    """Make a client of the look-up services: answers from the mirror where one is set, else cached under ``cache``."""
    sender = Transport(intervals=registry.interval, pace_folder=Path(cache) / ".pace")
    return Client(Path(cache), MirrorFolder(mirror) if mirror else None, sender)
