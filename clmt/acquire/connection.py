"""Connections that are watched: an answer that drips, or whose head does not end, is given up.

The time-outs of requests are those of one read, so that a byte each second satisfies them for ever: in the status line,
in the headers, between the chunks and behind the last. So the watch stands where bytes come in, below all of these.
"""

from __future__ import annotations

import http.client
import io
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["watched_session"]

#: A server that sends less than this in so many seconds is stuck.
LEAST_BYTES = 60 << 10
WINDOW = 60.0
#: Bytes of a status line with its headers, and of a redirect with the body that nobody reads.
LARGEST_HEAD = 1 << 20


class _Watched(io.RawIOBase):
    """The bytes of a socket, counted as they come. The first byte starts the clock: until then the time-out counts."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self.raw = raw
        self.largest: int | None = LARGEST_HEAD
        self.received = self.since = 0
        self.begun: float | None = None

    def readable(self) -> bool:
        """As the base class asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is; raises `ConnectionError`, which urllib3 knows, where the server is stuck."""
        count: int | None = self.raw.readinto(buffer)
        self.received += count or 0
        self.since += count or 0
        if self.largest is not None and self.received > self.largest:
            raise ConnectionError(f"more than {self.largest:,} bytes of headers, or of a redirect")
        now = time.monotonic()
        if self.begun is None:
            self.begun = now
        elif now - self.begun >= WINDOW:
            if count and self.since < LEAST_BYTES:
                raise ConnectionError(f"{self.since:,} bytes in {now - self.begun:.0f} s")
            self.begun, self.since = now, 0
        return count

    def close(self) -> None:
        """Close the socket's own file, too."""
        self.raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.watched = _Watched(self.fp.detach())
        self.fp = io.BufferedReader(self.watched)

    def begin(self) -> None:
        """Read the head; the limit of its size ends with it, except for redirects, whose body is thrown away."""
        super().begin()
        if not 300 <= self.status < 400:
            self.watched.largest = None


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, *args: Any, **settings: Any) -> Any:
        manager = super().proxy_manager_for(*args, **settings)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager


def watched_session() -> requests.Session:
    """A session of requests, certificates checked as ever, whose connections are watched."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())
    return session
