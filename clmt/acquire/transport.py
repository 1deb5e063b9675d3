"""Asking a server politely: time-outs, pacing, back-off and a bounded number of attempts.

`requests` rather than a client library of each service: its calls take time-outs, show every header (``Retry-After``,
``X-Throttling-Control``) and hand over the raw bytes, which are cached and verified. A library such as PubChemPy calls
`urlopen` without a time-out, a pause or a retry. Of urllib3's `Retry` the reading of ``Retry-After`` is used; its loop
sees neither a body that is half a file, nor PubChem's traffic lights, nor the pace that processes share.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import DecodeError, HTTPError, InvalidHeader, ProtocolError, TimeoutError
from urllib3.util import Retry

from clmt import __version__
from clmt.acquire.connection import watched_session
from clmt.errors import ClmtError

__all__ = ["GoneError", "Misplaced", "SilentError", "Transient", "Transport", "requested_pause"]

T = TypeVar("T")
logger = logging.getLogger(__name__)

#: Bytes of a refusal that are looked at.
WORDS = 1 << 16
TRANSIENT_STATUS = frozenset({202, 408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 300.0
_THROTTLE = re.compile(r"status:\s*(\w+)", re.IGNORECASE)
# Seconds to wait for each state of PubChem's traffic light; Black means that the address is being refused.
_LIGHTS = {"green": 0.0, "yellow": 1.0, "red": 5.0, "black": 60.0}


class Transient(Exception):
    """An answer that may be better next time; ``pause`` is what the server asked for, in seconds."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


class Misplaced(Transient):
    """An answer that goes on at another byte than it was asked to: begin anew."""


class GoneError(ClmtError):
    """The source has nothing at this address."""


class SilentError(ClmtError):
    """The source did not answer, however often it was asked."""


@dataclass
class Transport:
    """Sends requests, each host at its pace, and repeats what failed for a moment.

    ``clock`` and ``sleep`` are injected by tests. With ``pace_folder`` the pace holds between processes as well.
    """

    attempts: int = 6
    backoff: float = 1.0
    timeout: tuple[float, float] = (30.0, 120.0)
    intervals: Callable[[str], float] = lambda url: 0.0
    pace_folder: Path | None = None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=watched_session)
    _next: dict[str, float] = field(default_factory=dict)
    _locks: bool = True

    def repeat(self, label: str, url: str, once: Callable[[], T]) -> T:
        """Call ``once`` until it stops raising `Transient`; then raise `ClmtError` with the last reason."""
        for attempt in range(1, self.attempts + 1):
            try:
                return once()
            except Transient as reason:
                last = reason
            if attempt < self.attempts:
                pause = min(max(last.pause, self.backoff * 2 ** (attempt - 1)), LONGEST_PAUSE)
                logger.warning("%s: %s (%s); attempt %d in %.0f s", label, last, url, attempt + 1, pause)
                self.sleep(pause)
        raise SilentError(
            f"{label}: {url} did not answer! got: {last} in {self.attempts} attempts, expected: the file. Try again "
            "later, correct the address in config/sources.yaml, or set mirror: to a folder that has it "
            "(--config mirror=FOLDER before the --)"
        )

    @contextlib.contextmanager
    def get(
        self,
        url: str,
        label: str,
        gone: frozenset[int] = frozenset({404, 410}),
        foreign: Callable[[bytes], bool] | None = None,
        start: int = 0,
        form: Mapping[str, str] | None = None,
    ) -> Iterator[requests.Response]:
        """Open one streamed answer; raises `Transient`, `GoneError` or `ClmtError` where there is none.

        Parameters
        ----------
        url
            Address.
        label
            What is asked, for messages.
        gone
            Statuses that mean that there is nothing.
        foreign
            Tells from the body of such a status whether a gateway wrote it, which says nothing about the service.
        start
            Byte to continue from. The answer then has status 206, or 200 where the server begins anew.
        form
            Fields to post instead of a plain request.
        """
        self._wait(url)
        # Identity: Content-Length and checksums are then those of the file itself.
        headers = {"User-Agent": f"clmt/{__version__}", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        settings: dict[str, Any] = {"headers": headers, "timeout": self.timeout, "stream": True}
        try:
            ask = functools.partial(self.session.post, data=form) if form else self.session.get
            with ask(url, **settings) as response:
                self._hold(url, requested_pause(response.headers))
                if foreign and response.status_code in gone and foreign(next(response.iter_content(WORDS), b"")):
                    raise Transient(f"HTTP {response.status_code} of a gateway", requested_pause(response.headers))
                _refuse_downgrade(response, url, label)
                if not _continues(response, start):
                    self._refuse_status(response, url, label, gone)
                yield response
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
            ProtocolError,
            TimeoutError,
            DecodeError,
            http.client.HTTPException,
        ) as error:
            raise Transient(_words(error)) from error
        except (requests.RequestException, HTTPError, ValueError) as error:
            # ValueError: a redirect to what cannot be an address passes through requests and urllib3 as it is.
            raise ClmtError(f"{label}: {url}: {_words(error)}. Correct the address in config/sources.yaml") from error

    def _refuse_status(self, response: requests.Response, url: str, label: str, gone: frozenset[int]) -> None:
        status = response.status_code
        if status == 200:
            return
        if status in gone:
            raise GoneError(f"{label}: {url} has nothing! got: HTTP {status}, expected: 200. {_CORRECT}")
        if status in TRANSIENT_STATUS:
            raise Transient(f"HTTP {status}", requested_pause(response.headers))
        raise ClmtError(f"{label}: {url} was refused! got: HTTP {status}, expected: 200. {_CORRECT}")

    def _wait(self, url: str) -> None:
        host, interval = urlsplit(url).netloc, self.intervals(url)
        with self._reserved(host) as reserved:
            now = self.clock()
            start = max(now, self._next.get(host, 0.0), reserved.get("next", 0.0))
            self._next[host] = reserved["next"] = start + interval
        if start > now:
            self.sleep(min(start - now, LONGEST_PAUSE))

    def _hold(self, url: str, pause: float) -> None:
        if pause > 0:
            host = urlsplit(url).netloc
            with self._reserved(host) as reserved:
                until = max(self.clock() + pause, reserved.get("next", 0.0))
                self._next[host] = reserved["next"] = until

    @contextlib.contextmanager
    def _reserved(self, host: str) -> Iterator[dict[str, float]]:
        """The time of the host's next request, shared by all processes that download to the same folder."""
        if self.pace_folder is None or self.intervals(f"https://{host}/") == 0:
            yield {}
            return
        self.pace_folder.mkdir(parents=True, exist_ok=True)
        with (self.pace_folder / host).open("a+") as handle:
            if not self._locked(handle):
                yield {}
                return
            handle.seek(0)
            known = 0.0
            with contextlib.suppress(ValueError):
                # A time far in the future is a clock that was set back, not a reservation.
                known = min(float(handle.read()), self.clock() + LONGEST_PAUSE)
            reserved = {"next": known}
            yield reserved
            handle.truncate(0)
            handle.write(f"{reserved['next']:.6f}")

    def _locked(self, handle: IO[str]) -> bool:
        """Lock the file; where the file system has no locks, which are a courtesy to the server, say so once."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if self._locks:
                reason = " ".join(str(error.strerror or error).split())
                logger.warning("%s cannot be locked (%s): the pace holds in this process only", handle.name, reason)
            self._locks = False
            return False
        return True


_CORRECT = "Correct its address in config/sources.yaml"


def requested_pause(headers: Mapping[str, str]) -> float:
    """Seconds that a server asks to wait: ``Retry-After`` (seconds or a date) and ``X-Throttling-Control``.

    The second is PubChem's, https://pubchem.ncbi.nlm.nih.gov/docs/dynamic-request-throttling: three traffic lights.
    """
    pauses = [_LIGHTS.get(light.lower(), 0.0) for light in _THROTTLE.findall(headers.get("X-Throttling-Control", ""))]
    if "Retry-After" in headers:
        with contextlib.suppress(InvalidHeader, ValueError, OverflowError):
            pauses.append(Retry().parse_retry_after(headers["Retry-After"]))
    return min(max([0.0, *pauses]), LONGEST_PAUSE)


def _continues(response: requests.Response, start: int) -> bool:
    """Whether the answer goes on where it was asked to; `Transient` where it goes on elsewhere."""
    if not start or response.status_code not in (206, 416):
        return False
    place = response.headers.get("Content-Range", "")
    if response.status_code == 206 and re.match(rf"bytes {start}-", place):
        return True
    raise Misplaced(f"HTTP {response.status_code}, Content-Range {place!r}, for bytes from {start:,}")


def _refuse_downgrade(response: requests.Response, url: str, label: str) -> None:
    """Refuse what came through an address without encryption, where the one that was asked has it."""
    plain = [step.url for step in (*response.history, response) if step.url.startswith("http://")]
    if url.startswith("https://") and plain:
        raise ClmtError(
            f"{label}: {url} sends on to an address without encryption! got: {plain[0]}, expected: https. {_CORRECT}"
        )


def _words(error: Exception) -> str:
    if "NameResolutionError" in str(error):
        return "no address of its host (is there a network?)"
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
